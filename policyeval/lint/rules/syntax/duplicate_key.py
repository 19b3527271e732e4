"""S105: an element, operator or condition key that is given twice."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S105",
    name="duplicate-key",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.DUPLICATE_KEY),
    summary="A key comes twice in an object.",
    why=(
        "Most readers silently keep the last one, so that the statement that a person reads first is not the one "
        "that counts. AWS refuses it."
    ),
    instead="Make one of the two: an array of both values, or a statement for each.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
