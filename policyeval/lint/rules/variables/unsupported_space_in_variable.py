"""V103: a space in a variable."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="V103",
    name="unsupported-space-in-variable",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_SPACE_IN_VARIABLE",
    level=Level.FAULT,
    check=reported(Kind.VARIABLE_SPACE),
    summary="The name of a policy variable has a space in it.",
    why="AWS refuses the policy.",
    instead="Leave the space out; only the name of a tag may have one.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-space-in-variable",
)
