"""S118: a version that the policy language does not have."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S118",
    name="invalid-version",
    severity=Severity.ERROR,
    access_analyzer="INVALID_VERSION",
    level=Level.FAULT,
    check=reported(Kind.INVALID_VERSION),
    summary="The Version is neither of the two that there are.",
    why="Version names the policy language, not the day on which the policy was written. AWS refuses any other value.",
    instead='Write `"Version": "2012-10-17"`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
