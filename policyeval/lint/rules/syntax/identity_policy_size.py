"""S304: more text than an identity policy may have."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.size import larger_than
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="S304",
    name="identity-policy-size",
    severity=Severity.WARNING,
    access_analyzer="POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    level=Level.POLICY,
    check=larger_than(10_240, "an identity policy"),
    types=frozenset({PolicyType.IDENTITY}),
    summary="An identity policy is larger than any quota.",
    why=(
        "IAM takes 6,144 characters in a managed policy, and 10,240 in all inline policies of a role; this policy "
        "fits nowhere."
    ),
    instead="Split it into several managed policies, or use wildcards.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
