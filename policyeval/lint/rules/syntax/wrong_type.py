"""S107: a value of the wrong type."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S107",
    name="wrong-type",
    severity=Severity.ERROR,
    access_analyzer="DATA_TYPE_MISMATCH",
    level=Level.FAULT,
    check=reported(Kind.WRONG_TYPE),
    summary="A value is of the wrong JSON type.",
    why="AWS refuses the policy: each element has its type, such as a string or an array of strings for Action.",
    instead="Write the type that the message names; numbers and `true` go in double quotes where a string is wanted.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
