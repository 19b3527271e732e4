"""V108: a variable under an operator that takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.variables._found import variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the operator up."""
    operator = OPERATORS.get(condition.base)
    if condition.base != NULL and (operator is None or operator.takes_variables):
        return
    for value in condition.values:
        if "${" in value.text and variables(value.text):
            yield Flaw(
                value.place(),
                f"{ticked(condition.operator)} takes no variable, as in {ticked(value.text)}",
                "only String and Arn operators do",
            )


RULE = Rule(
    code="V108",
    name="invalid-variable-for-operator",
    severity=Severity.ERROR,
    access_analyzer="INVALID_VARIABLE_FOR_OPERATOR",
    level=Level.CONDITION,
    check=check,
    summary="A policy variable stands under an operator that is neither String nor Arn.",
    why="It is not replaced: the text is no value of the operator's type, and the condition is not evaluated.",
    instead="Write out the value; only String and Arn operators take variables.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-variable-for-operator",
)
