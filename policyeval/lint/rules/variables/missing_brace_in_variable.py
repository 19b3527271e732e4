"""V101: a variable that is not closed."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="V101",
    name="missing-brace-in-variable",
    severity=Severity.ERROR,
    access_analyzer="MISSING_BRACE_IN_VARIABLE",
    level=Level.FAULT,
    check=reported(Kind.VARIABLE_BRACE),
    summary="A policy variable lacks its closing brace.",
    why="AWS refuses the policy.",
    instead="Close it with `}`; `${$}{` stands for the two characters.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-brace-in-variable",
)
