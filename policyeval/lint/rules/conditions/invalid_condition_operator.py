"""C101: an operator that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._operators import operators
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement

_NAMES: Final = (*OPERATORS, NULL)
_QUANTIFIERS: Final = ("ForAllValues:", "ForAnyValue:")


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at each operator without what may stand before and after it."""
    for operator in operators(statement):
        if operator.base not in OPERATORS and operator.base != NULL:
            before, _, name = operator.base.rpartition(":")
            close = nearest(name, _NAMES)
            quantifier = operator.quantifier or (nearest(f"{before}:", _QUANTIFIERS) or "" if before else "")
            suffix = "IfExists" if operator.if_exists and close != NULL else ""
            meant = f"{quantifier}{close}{suffix}" if close is not None else None
            message = f"there is no condition operator {ticked(operator.text)}"
            yield Flaw(operator.place(statement), message, suggestion(meant), meant=meant)


RULE = Rule(
    code="C101",
    name="invalid-condition-operator",
    severity=Severity.ERROR,
    access_analyzer="INVALID_CONDITION_OPERATOR",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="A condition operator does not exist.",
    why=(
        "AWS refuses the policy, or the condition is never evaluated. Operators are written exactly as AWS lists them."
    ),
    instead=(
        "Write one of the operators, with `ForAllValues:` or `ForAnyValue:` before it and `IfExists` after it "
        "if needed."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-operator",
)
