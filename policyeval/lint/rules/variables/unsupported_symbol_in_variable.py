"""V105: a variable with a character that no variable has."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="V105",
    name="unsupported-symbol-in-variable",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_SYMBOL_IN_VARIABLE",
    level=Level.FAULT,
    check=reported(Kind.VARIABLE_FORM),
    summary="A policy variable has a character that is not supported.",
    why="AWS refuses the policy.",
    instead="Write `${key}` or `${key, 'default'}`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
)
