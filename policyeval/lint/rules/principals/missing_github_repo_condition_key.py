"""P203: GitHub without a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import GITHUB, allowed_providers, claims
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for the subject."""
    for value, provider in allowed_providers(statement):
        if provider.name == GITHUB and "sub" not in claims(statement, GITHUB):
            yield Flaw(
                value.place(),
                "workflows of any repository can assume the role",
                f"add `{GITHUB}:sub` with the repository and branch",
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
        "assume the role."
    ),
    instead="Add a condition on `token.actions.githubusercontent.com:sub` with the repository and branch.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-github-repo-condition-key",
)
