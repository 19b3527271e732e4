"""A403: an action that another one covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import covering
from policyeval.lint.redundant import redundancies
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for actions that another of the same element covers, in whatever case they are written."""
    if statement.action is not None and len(statement.action.values) > 1:
        yield from redundancies(statement.action, str.lower, covering)


RULE = Rule(
    code="A403",
    name="redundant-action",
    severity=Severity.SUGGESTION,
    access_analyzer="REDUNDANT_ACTION",
    level=Level.STATEMENT,
    check=check,
    summary="An action is listed twice, or another one covers it.",
    why="It says nothing, makes the policy longer, and hides that the wider one allows more.",
    instead="List only the wider one, or only the narrower ones if those are meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-action",
)
