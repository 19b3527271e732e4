"""P205: tokens that are for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import allowed_providers, claims
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement

_AUDIENCES: Final = frozenset({"app_id", "aud", "azp", "oaud"})


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for a claim of the audience where there are any; P202 is about none at all."""
    for value, provider in allowed_providers(statement):
        found = claims(statement, provider.name)
        if found and not found & _AUDIENCES:
            yield Flaw(
                value.place(),
                f"tokens of {ticked(provider.written)} for any audience are taken",
                f"add a condition on `{provider.written}:aud`",
            )


RULE = Rule(
    code="P205",
    name="oidc-without-audience",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts tokens of an OIDC provider whatever their audience is.",
    why="A token that the provider gave for another application, or of another identity pool, opens the role too.",
    instead="Add a condition on `HOST:aud` (`app_id` for Facebook and Login with Amazon).",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
)
