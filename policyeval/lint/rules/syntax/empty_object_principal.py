"""S405: Principal with nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.tree import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at Principal; an empty NotPrincipal is the parser's to refuse."""
    node = statement.get("Principal")
    if isinstance(node, Mapping) and not node.entries:
        yield Flaw(statement.place("Principal"), "`Principal` is empty: it names nobody", "name the principals")


RULE = Rule(
    code="S405",
    name="empty-object-principal",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_OBJECT_PRINCIPAL",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal"}),
    summary="Principal is an empty object.",
    why="The statement names nobody, so that it does nothing.",
    instead='Name the principals, such as `{"AWS": "arn:…"}`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
