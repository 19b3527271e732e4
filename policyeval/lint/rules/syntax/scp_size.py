"""S131: more text than a policy of the organization may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import larger_than
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView

# AWS doubled what SCPs may have on 2026-05-15, and not what RCPs may.
_SCP: Final = larger_than(10_240, "a service control policy")
_RCP: Final = larger_than(5_120, "a resource control policy")


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count its characters."""
    return (_SCP if policy.type is PolicyType.SCP else _RCP)(policy)


RULE = Rule(
    code="S131",
    name="scp-size",
    severity=Severity.ERROR,
    access_analyzer="POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.SCP, PolicyType.RCP}),
    summary="A policy of the organization is larger than its quota.",
    why=(
        "Organizations refuses a service control policy of more than 10,240 characters, and a resource control policy "
        "of more than 5,120."
    ),
    instead="Join statements, use wildcards, or split the policy: several can be attached to one target.",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
)
