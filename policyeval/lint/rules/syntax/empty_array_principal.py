"""S404: a kind of principals with nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.syntax._empty import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at each kind."""
    for element in statement.principals:
        if is_empty(element):
            yield Flaw(element.place(), f"`{element.kind}` is empty: it names nobody", "name the principals")


RULE = Rule(
    code="S404",
    name="empty-array-principal",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_ARRAY_PRINCIPAL",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    summary="A kind of principals is an empty array.",
    why="It names nobody; a statement with no principal at all does nothing.",
    instead="Name the principals, or take the kind out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
