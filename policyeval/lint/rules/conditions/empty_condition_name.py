"""C125: an operator or a key without a name."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="C125",
    name="empty-condition-name",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.EMPTY_CONDITION_NAME),
    summary="The name of an operator or key is empty.",
    why="AWS refuses the policy.",
    instead="Write the operator and the key.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
)
