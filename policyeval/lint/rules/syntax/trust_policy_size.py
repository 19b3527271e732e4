"""S306: more text than a trust policy may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import characters, fits
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_QUOTA: Final = 2_048


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count what AWS counts."""
    if fits(policy.node, _QUOTA):
        return
    size = characters(policy.node)
    if size > _QUOTA:
        yield Flaw(
            policy.place(),
            f"the policy has {size:,} characters, {size - _QUOTA:,} more than a trust policy may have",
            "split it; white space outside of strings does not count",
        )


RULE = Rule(
    code="S306",
    name="trust-policy-size",
    severity=Severity.WARNING,
    access_analyzer="POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary="A role's trust policy is larger than its quota.",
    why="IAM takes 2,048 characters in a trust policy, and up to 8,192 after the quota was raised.",
    instead="Join principals in one statement, or trust the account and condition on `aws:PrincipalArn`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
