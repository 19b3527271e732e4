"""S408: a ForAllValues condition compares with an empty array."""

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
    if condition.quantifier == "ForAllValues" and is_empty(condition):
        yield Flaw(condition.place(), "the condition holds only where the key has no value", "list the values")


RULE = Rule(
    code="S408",
    name="empty-array-for-all-values",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_ARRAY_CONDITION_FORALLVALUES",
    level=Level.CONDITION,
    check=check,
    summary="A ForAllValues condition compares with an empty array.",
    why="It holds only for requests that have no value of the key.",
    instead="List the values, or leave the condition out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
