"""V104: a variable that names nothing."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="V104",
    name="empty-variable",
    severity=Severity.ERROR,
    access_analyzer="EMPTY_VARIABLE",
    level=Level.FAULT,
    check=reported(Kind.VARIABLE_EMPTY),
    summary="A policy variable is empty.",
    why="AWS refuses the policy.",
    instead="Name a condition key in it, or leave it out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-empty-variable",
)
