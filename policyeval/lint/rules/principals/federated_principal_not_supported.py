"""P106: an identity provider outside of a trust policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import kind
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Value


def check(value: Value) -> Iterator[Flaw]:
    """Look at the kind; what only seems to be a resource's policy may be a role's, if it speaks of `sts`."""
    if kind(value) == "Federated" and not _may_be_trust(value.statement.policy):
        yield Flaw(
            value.place(),
            f"the identity provider {ticked(value.text)} can be a principal of a role's trust policy only",
            "name the role that its users assume",
        )


def _may_be_trust(policy: PolicyView) -> bool:
    return not policy.type_given and any(
        value.text.lower().startswith(("sts:", "*"))
        for statement in policy.statements
        if statement.action is not None
        for value in statement.action.values
    )


RULE = Rule(
    code="P106",
    name="federated-principal-not-supported",
    severity=Severity.ERROR,
    access_analyzer="FEDERATED_PRINCIPAL_NOT_SUPPORTED",
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.RESOURCE, PolicyType.KEY, PolicyType.VPC_ENDPOINT}),
    summary="The policy of a resource names an identity provider as principal.",
    why="Only the trust policies of roles know identity providers; AWS refuses the policy.",
    instead="Name the role that the provider's users assume.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-federated-principal-not-supported",
)
