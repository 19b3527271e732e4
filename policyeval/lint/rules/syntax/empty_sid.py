"""S401: a Sid that is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.fixes import remove_member
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at the Sid."""
    if statement.sid == "":
        hint = "give it a name, or leave `Sid` out"
        yield Flaw(statement.place("Sid"), "the Sid is empty", hint, fix=remove_member(statement.node, "Sid"))


RULE = Rule(
    code="S401",
    name="empty-sid",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_SID_VALUE",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Sid"}),
    summary="The Sid is empty.",
    why="An empty Sid names nothing: decisions and findings cannot say which statement they mean.",
    instead="Name the statement after what it is for, or leave the element out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
