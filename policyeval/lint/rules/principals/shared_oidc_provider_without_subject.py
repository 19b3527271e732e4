"""P206: a provider that others share, without who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import allowed_providers, claims, subjects_of_anybody
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement

# Providers that give tokens to all their customers under one name; GitHub is P203's.
_SHARED: Final = frozenset(
    {
        "agent.buildkite.com",
        "api.pulumi.com",
        "app.terraform.io",
        "gitlab.com",
        "oidc.codefresh.io",
        "oidc.vercel.com",
        "scalr.io",
        "vstoken.actions.githubusercontent.com",
    }
)
_AUDIENCES: Final = frozenset({"aud", "azp"})


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for a claim beside the audience, and for who the subject is."""
    for value, provider in allowed_providers(statement):
        if provider.name not in _SHARED:
            continue
        found = claims(statement, provider.name)
        subjects = subjects_of_anybody(statement, provider.name) if found <= _AUDIENCES | {"sub"} else []
        for subject in subjects:
            yield Flaw(
                subject.place(),
                f"{ticked(subject.text)} names no owner whole: users of {ticked(provider.written)} can assume the role",
                "write the subject out, at least as far as its owner goes",
            )
        if found and found <= _AUDIENCES and not subjects:
            yield Flaw(
                value.place(),
                f"whoever uses {ticked(provider.written)} can assume the role",
                f"add a condition on `{provider.written}:sub`",
            )


RULE = Rule(
    code="P206",
    name="shared-oidc-provider-without-subject",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts a provider that other organizations share, and asks for the audience only.",
    why=(
        "The audience is chosen by whoever asks for the token: anybody who uses the provider can assume the role. So "
        "it is when the subject leaves the owner open, as `project_path:*` does."
    ),
    instead="Add a condition on `HOST:sub`, or on another claim that only yours have.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",
)
