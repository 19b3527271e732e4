"""P203: GitHub without a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import GITHUB, allowed_providers, claims, subjects_of_anybody
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for the subject."""
    subjects = subjects_of_anybody(statement, GITHUB)
    for value, provider in allowed_providers(statement):
        if provider.name == GITHUB and not subjects and "sub" not in claims(statement, GITHUB):
            yield Flaw(
                value.place(),
                "workflows of any repository can assume the role",
                f"add `{GITHUB}:sub` with the repository and branch",
            )
    for value in subjects:
        yield Flaw(
            value.place(),
            f"{ticked(value.text)} names no owner whole: workflows of somebody else's repository can assume the role",
            "write `repo:OWNER/NAME:ref:refs/heads/BRANCH`",
        )


RULE = Rule(
    code="P203",
    name="missing-github-repo-condition-key",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="MISSING_GITHUB_REPO_CONDITION_KEY",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts GitHub Actions of any repository.",
    why=(
        "Workflows of all repositories of all organizations get tokens of the same provider: anybody can "
        "assume the role. So it is when the subject leaves the owner open, as `repo:*` and `repo:octo*` do: anybody "
        "can make an owner of such a name."
    ),
    instead="Add a condition on `token.actions.githubusercontent.com:sub` with the repository and branch.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-github-repo-condition-key",
)
