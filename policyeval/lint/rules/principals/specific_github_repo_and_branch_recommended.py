"""P303: GitHub with a wildcard in the subject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import GITHUB, claims, subjects_of_anybody
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# A whole repository, which a condition on the branch narrows down.
_REPOSITORY: Final = re.compile(r"repo:[^*?:]+/[^*?:]+:\*")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for patterns in the subject."""
    if condition.folded != f"{GITHUB}:sub" or condition.base != "StringLike" or not condition.statement.allows:
        return
    branch = "ref" in claims(condition.statement, GITHUB)
    told = [value.place() for value in subjects_of_anybody(condition.statement, GITHUB)]
    for value in condition.values:
        if value.place() in told:
            continue  # P203 says more
        if has_wildcard(value.text) and not (branch and _REPOSITORY.fullmatch(value.text)):
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} trusts more than one branch of one repository",
                "write `repo:OWNER/NAME:ref:refs/heads/BRANCH`",
            )


RULE = Rule(
    code="P303",
    name="specific-github-repo-and-branch-recommended",
    severity=Severity.WARNING,
    access_analyzer="SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts GitHub repositories or branches by a pattern.",
    why=(
        "A star for the branch also covers pull requests and tags, and one for the repository whatever is made later."
    ),
    instead=(
        "Write `repo:OWNER/NAME:ref:refs/heads/BRANCH`, or name the branch in "
        "`token.actions.githubusercontent.com:ref`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-specific-github-repo-and-branch-recommended",
)
