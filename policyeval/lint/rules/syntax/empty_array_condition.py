"""S407: a condition compares with an empty array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.syntax._empty import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the values."""
    if not condition.quantifier and not condition.if_exists and is_empty(condition):
        yield Flaw(condition.place(), "the condition compares with nothing", "list the values")


RULE = Rule(
    code="S407",
    name="empty-array-condition",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_ARRAY_CONDITION",
    level=Level.CONDITION,
    check=check,
    summary="A condition compares with an empty array.",
    why="No value is among none: a plain operator never holds, a negated one always does.",
    instead="List the values, or leave the condition out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
