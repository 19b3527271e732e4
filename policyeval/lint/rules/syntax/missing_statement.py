"""S111: a policy without Statement."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S111",
    name="missing-statement",
    severity=Severity.ERROR,
    access_analyzer="MISSING_STATEMENT",
    level=Level.FAULT,
    check=reported(Kind.MISSING_STATEMENT),
    summary="The policy has no Statement.",
    why="Every policy has one or more statements; AWS refuses one without.",
    instead='Add `"Statement": […]` with what the policy allows or denies.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
