"""S120: a Sid that comes twice where it must not."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S120",
    name="duplicate-sid",
    severity=Severity.ERROR,
    access_analyzer="UNIQUE_SIDS_REQUIRED",
    level=Level.FAULT,
    check=reported(Kind.DUPLICATE_SID),
    summary="Two statements have the same Sid.",
    why=(
        "In identity policies, service control and resource control policies a Sid must be unique; AWS refuses "
        "the policy."
    ),
    instead="Name each statement after what it is for.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
