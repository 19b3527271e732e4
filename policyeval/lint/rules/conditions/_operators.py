"""The operators of a Condition, one by one, whatever keys are under them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from policyeval.evaluator.conditions import split_operator
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import Mapping, Text, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement
    from policyeval.model.source import Place

_split = lru_cache(maxsize=1024)(split_operator)


class WrittenOperator(NamedTuple):
    """An operator and its parts; `quantifier` has its colon, or is ""."""

    node: Text
    quantifier: str
    base: str
    if_exists: bool

    @property
    def text(self) -> str:
        """The operator as it is written."""
        return self.node.value

    def place(self, statement: Statement) -> Place:
        """Give its place."""
        return self.node.place(f"{statement.pointer}/Condition/{pointer_part(self.text)}")


def operators(statement: Statement) -> Iterator[WrittenOperator]:
    """Give the operators of a statement's Condition."""
    node = statement.get("Condition")
    for operator, _ in node.entries if isinstance(node, Mapping) else ():
        if operator.value != DAMAGED and operator.value.strip():
            yield WrittenOperator(operator, *_split(operator.value))
