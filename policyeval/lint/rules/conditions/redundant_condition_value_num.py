"""C406: several bounds where one decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.evaluator import values
from policyeval.lint.finding import Severity
from policyeval.lint.fixes import remove_values
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.lint.words import listed
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_READERS: Final = {"Numeric": values.number, "Date": values.instant}


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for several values under LessThan or GreaterThan."""
    read = _READERS.get(operand_type(condition.base) or "")
    if read is None or not condition.complete or len(condition.values) <= 1 or "Than" not in condition.base:
        return
    try:
        ordered = sorted(condition.values, key=lambda value: read(value.text))
    except ValueError:
        return
    widest = ordered[-1 if "LessThan" in condition.base else 0]
    rest = [value for value in condition.values if value is not widest]
    yield Flaw(
        condition.place(),
        f"{ticked(widest.text)} alone decides under {ticked(condition.operator)}, not {listed(rest)}",
        f"write {ticked(widest.text)} alone",
        fix=remove_values(rest),
    )


RULE = Rule(
    code="C406",
    name="redundant-condition-value-num",
    severity=Severity.SUGGESTION,
    access_analyzer="REDUNDANT_CONDITION_VALUE_NUM",
    level=Level.CONDITION,
    check=check,
    summary="A bound is given several times.",
    why="Values are alternatives: the widest bound decides, and the others say nothing.",
    instead="Write the one bound that is meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-condition-value-num",
)
