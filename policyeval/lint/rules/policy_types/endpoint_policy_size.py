"""T304: more text than a VPC endpoint's policy may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import characters
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_QUOTA: Final = 20_480


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count the characters, white space included where it stands in the policy's own text."""
    size = policy.node.end - policy.node.start or characters(policy.node)
    if size > _QUOTA:
        yield Flaw(
            policy.place(),
            f"the policy has {size:,} characters, {size - _QUOTA:,} more than an endpoint's policy may have",
            "here white space counts: write it without, or join statements",
        )


RULE = Rule(
    code="T304",
    name="endpoint-policy-size",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.VPC_ENDPOINT}),
    summary="A VPC endpoint's policy is larger than AWS takes.",
    why=(
        "The call that attaches it fails. Unlike in other policies white space counts, so that a policy that fits "
        "as the console shows it may not fit as a template writes it."
    ),
    instead="Leave white space out, join statements, or allow by condition rather than by list.",
    source="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
)
