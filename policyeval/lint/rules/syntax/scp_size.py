"""S131: more text than a policy of the organization may have."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.size import larger_than
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="S131",
    name="scp-size",
    severity=Severity.ERROR,
    access_analyzer="POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    level=Level.POLICY,
    check=larger_than(5_120, "a policy of the organization"),
    types=frozenset({PolicyType.SCP, PolicyType.RCP}),
    summary="A policy of the organization is larger than its quota.",
    why="Organizations refuses a service control or resource control policy of more than 5,120 characters.",
    instead="Join statements, use wildcards, or split the policy: several can be attached to one target.",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
)
