"""S305: more text than a bucket policy may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import characters, fits
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_QUOTA: Final = 20_480


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count what AWS counts."""
    if fits(policy.node, _QUOTA):
        return
    size = characters(policy.node)
    if size > _QUOTA:
        yield Flaw(
            policy.place(),
            f"the policy has {size:,} characters, {size - _QUOTA:,} more than a bucket policy may have",
            "split it; white space outside of strings does not count",
        )


RULE = Rule(
    code="S305",
    name="resource-policy-size",
    severity=Severity.WARNING,
    access_analyzer="POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.RESOURCE}),
    summary="A resource's policy is larger than most services take.",
    why="Services differ: Amazon S3 takes 20 KB in a bucket's policy, others less.",
    instead="Join statements, or match many principals with a condition, such as on `aws:PrincipalOrgID`.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html",
)
