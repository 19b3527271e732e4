"""S410: an …IfExists condition compares with an empty array."""

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
    if condition.if_exists and not condition.quantifier and is_empty(condition):
        yield Flaw(condition.place(), "the condition holds only where the key is absent", "list the values")


RULE = Rule(
    code="S410",
    name="empty-array-if-exists",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_ARRAY_CONDITION_IFEXISTS",
    level=Level.CONDITION,
    check=check,
    summary="An …IfExists condition compares with an empty array.",
    why="It holds only for requests that lack the key.",
    instead="List the values, or leave the condition out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
