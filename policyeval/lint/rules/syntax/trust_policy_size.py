"""S306: more text than a trust policy may have."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.size import larger_than
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="S306",
    name="trust-policy-size",
    severity=Severity.WARNING,
    access_analyzer="POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    level=Level.POLICY,
    check=larger_than(2_048, "a trust policy"),
    types=frozenset({PolicyType.TRUST}),
    summary="A role's trust policy is larger than its quota.",
    why="IAM takes 2,048 characters in a trust policy, and up to 8,192 after the quota was raised.",
    instead="Join principals in one statement, or trust the account and condition on `aws:PrincipalArn`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
