"""P305: a condition on what tokens of another provider claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import claim_of_another, named_providers
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look, for each provider, whether all claims that are wanted are its own."""
    providers = list(named_providers(statement))
    names = {provider.name for _, provider in providers}
    for value, provider in providers:
        condition = claim_of_another(statement, provider)
        if condition is None:
            continue
        other, _, claim = condition.folded.rpartition(":")
        name = provider.written
        yield Flaw(
            condition.key_place(),
            f"tokens of {ticked(name)} have no {ticked(condition.key)}: nobody can assume the role with one",
            "give each provider a statement of its own" if other in names else f"write `{name}:{claim}`",
            (value.place(),),
        )


RULE = Rule(
    code="P305",
    name="claim-of-another-provider",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts an OIDC provider under a condition on the claims of another one.",
    why=(
        "The key of a claim begins with the provider's own name, without `https://`. Of another provider it is never "
        "in the request, and the condition fails: the application cannot assume the role. Two providers with the "
        "claims of both beside each other shut out both."
    ),
    instead="Write the key of the provider that is the principal, and give each provider a statement of its own.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif",
)
