"""The operators of a Condition, one by one, whatever keys are under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policyeval.evaluator.conditions import split_operator
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import Mapping, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement
    from policyeval.model.source import Place


class WrittenOperator(NamedTuple):
    """An operator and its parts; `quantifier` has its colon, or is ""."""

    text: str
    quantifier: str
    base: str
    if_exists: bool
    place: Place


def operators(statement: Statement) -> Iterator[WrittenOperator]:
    """Give the operators of a statement's Condition."""
    node = statement.get("Condition")
    for operator, _ in node.entries if isinstance(node, Mapping) else ():
        if operator.value != DAMAGED and operator.value.strip():
            place = operator.place(f"{statement.pointer}/Condition/{pointer_part(operator.value)}")
            yield WrittenOperator(operator.value, *split_operator(operator.value), place)
