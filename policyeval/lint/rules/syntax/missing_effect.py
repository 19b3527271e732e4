"""S113: a statement without Effect."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S113",
    name="missing-effect",
    severity=Severity.ERROR,
    access_analyzer="MISSING_EFFECT",
    level=Level.FAULT,
    check=reported(Kind.MISSING_EFFECT),
    summary="A statement has no Effect.",
    why="There is no default: AWS refuses a statement that says neither Allow nor Deny.",
    instead='Add `"Effect": "Allow"` or `"Effect": "Deny"`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
