"""The items of HCL's lists, as far as they are written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.syntax.tree import CHOICE, REFERENCE, List, Null, Unknown

if TYPE_CHECKING:
    from policyeval.syntax.tree import Node


def flattened(item: Node) -> list[Node]:
    """Give what an item of a list becomes when lists in it are dissolved."""
    if isinstance(item, List):
        return [inner for each in item.items for inner in flattened(each)]
    options = item.argument.items[1:] if isinstance(item, Unknown) and isinstance(item.argument, List) else []
    return items_of(item) if any(isinstance(option, List) for option in options) else [item]


def items_of(given: Node) -> list[Node]:
    """Give the items of a list, each chosen by itself where a condition chooses among lists."""
    if isinstance(given, List):
        return given.items
    if isinstance(given, Unknown) and given.why is CHOICE and isinstance(given.argument, List):
        condition, held, otherwise = given.argument.items
        chosen = [[condition, item, Null()] for item in items_of(held)]
        chosen += [[condition, Null(), item] for item in items_of(otherwise)]
        return [Unknown(CHOICE, given.source, given.start, given.end, List(options)) for options in chosen]
    return [Unknown(REFERENCE, given.source, given.start, given.end)]
