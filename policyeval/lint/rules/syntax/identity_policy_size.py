"""S304: more text than an identity policy may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import characters, fits
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_QUOTA: Final = 10_240


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count what AWS counts."""
    if fits(policy.node, _QUOTA):
        return
    size = characters(policy.node)
    if size > _QUOTA:
        yield Flaw(
            policy.place(),
            f"the policy has {size:,} characters, {size - _QUOTA:,} more than an identity policy may have",
            "split it; white space outside of strings does not count",
        )


RULE = Rule(
    code="S304",
    name="identity-policy-size",
    severity=Severity.WARNING,
    access_analyzer="POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    summary="An identity policy is larger than any quota.",
    why=(
        "IAM takes 6,144 characters in a managed policy, and 10,240 in all inline policies of a role; this policy "
        "fits nowhere."
    ),
    instead="Split it into several managed policies, or use wildcards.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
