"""S305: more text than a bucket policy may have."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.size import larger_than
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="S305",
    name="resource-policy-size",
    severity=Severity.WARNING,
    access_analyzer="POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    level=Level.POLICY,
    check=larger_than(20_480, "a bucket policy"),
    types=frozenset({PolicyType.RESOURCE}),
    summary="A resource's policy is larger than most services take.",
    why="Services differ: Amazon S3 takes 20 KB in a bucket's policy, others less.",
    instead="Join statements, or match many principals with a condition, such as on `aws:PrincipalOrgID`.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html",
)
