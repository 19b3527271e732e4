"""S131: more text than a policy of the organization may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import characters, fits
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_QUOTA: Final = 5_120


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count what AWS counts."""
    if fits(policy.node, _QUOTA):
        return
    size = characters(policy.node)
    if size > _QUOTA:
        yield Flaw(
            policy.place(),
            f"the policy has {size:,} characters, {size - _QUOTA:,} more than a policy of the organization may have",
            "split it; white space outside of strings does not count",
        )


RULE = Rule(
    code="S131",
    name="scp-size",
    severity=Severity.ERROR,
    access_analyzer="POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.SCP, PolicyType.RCP}),
    summary="A policy of the organization is larger than its quota.",
    why="Organizations refuses a service control or resource control policy of more than 5,120 characters.",
    instead="Join statements, use wildcards, or split the policy: several can be attached to one target.",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
)
