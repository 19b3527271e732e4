"""P202: an identity provider without a condition on its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import allowed_providers, claims
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for any claim of each provider."""
    for value, provider in allowed_providers(statement):
        if not claims(statement, provider.name):
            yield Flaw(
                value.place(),
                f"whoever has a token of {ticked(provider.written)} can assume the role",
                f"add conditions on `{provider.written}:aud` and `{provider.written}:sub`",
            )


RULE = Rule(
    code="P202",
    name="missing-condition-key-for-oidc-principal",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts an OIDC provider whatever its tokens claim.",
    why="Anybody whom the provider gives a token can assume the role.",
    instead="Add conditions on the provider's keys: `HOST:aud` for the audience and `HOST:sub` for who it is.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-condition-key-for-oidc-principal",
)
