"""S406: a condition with nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked
from policyeval.syntax.tree import Mapping, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at Condition and at each of its operators."""
    node = statement.get("Condition")
    if not isinstance(node, Mapping):
        return
    if not node.entries:
        yield Flaw(statement.place("Condition"), "`Condition` is empty: it asks for nothing", "leave it out")
    for operator, keys in node.entries:
        if isinstance(keys, Mapping) and not keys.entries:
            at = f"{statement.pointer}/Condition/{pointer_part(operator.value)}"
            yield Flaw(keys.place(at), f"{ticked(operator.value)} is empty: it asks for nothing", "leave it out")


RULE = Rule(
    code="S406",
    name="empty-object-condition",
    severity=Severity.SUGGESTION,
    access_analyzer="EMPTY_OBJECT_CONDITION",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="Condition, or an operator of it, is an empty object.",
    why="It asks for nothing, so that the statement applies always.",
    instead="Write the condition, or leave the element out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
