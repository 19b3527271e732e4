"""S402: Action with nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.syntax._empty import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at Action; an empty NotAction is the parser's to refuse."""
    element = statement.action
    if element is not None and not element.negated and is_empty(element):
        yield Flaw(element.place(), "`Action` is empty: the statement does nothing", "name the actions")


RULE = Rule(
    code="S402",
    name="empty-array-action",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_ARRAY_ACTION",
    level=Level.STATEMENT,
    check=check,
    summary="Action is an empty array.",
    why="The statement is about no action, so that it does nothing.",
    instead="Name the actions, or delete the statement.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
