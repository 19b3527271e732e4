"""S114: an effect that is neither Allow nor Deny."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S114",
    name="invalid-effect",
    severity=Severity.ERROR,
    access_analyzer="INVALID_EFFECT",
    level=Level.FAULT,
    check=reported(Kind.INVALID_EFFECT),
    summary="An Effect is neither Allow nor Deny.",
    why="AWS knows these two words, in this case; anything else makes it refuse the policy.",
    instead="Write `Allow` or `Deny`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
