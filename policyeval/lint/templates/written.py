"""Pointers of findings in a policy or grant that a template makes of parts: to what is written in the file."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from policyeval.syntax.tree import List, Mapping, Unknown, pointer_part

if TYPE_CHECKING:
    from policyeval.lint.finding import Finding
    from policyeval.model.source import Place
    from policyeval.syntax.tree import Node


def pointed(finding: Finding, root: Node) -> Finding:
    """Give a finding with the pointers that what is there has in its document, which has this root."""
    return replace(finding, place=_pointed(finding.place, root), also=tuple(_pointed(at, root) for at in finding.also))


def _pointed(place: Place, root: Node) -> Place:
    """Find the smallest value around a place, or the member whose name is there."""
    node, pointer = root, ""
    while (node.start, node.end) != (place.start, place.end):
        step = _step(node, place)
        if step is None:
            break
        name, node = step
        pointer = f"{pointer}/{pointer_part(name)}"
    return replace(place, pointer=pointer)


def _step(node: Node, place: Place) -> tuple[str, Node] | None:
    if isinstance(node, List):
        # In their order, but for YAML's aliases, which are where their anchors are.
        index = bisect_right(node.items, place.start, key=attrgetter("start")) - 1
        for at in chain((index,), range(len(node.items))):
            if 0 <= at < len(node.items) and _holds(node.items[at], place):
                return str(at), node.items[at]
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            if _holds(key, place) or _holds(value, place):
                return key.value, value
    elif isinstance(node, Unknown) and node.argument is not None and _holds(node.argument, place):
        return node.why, node.argument
    return None


def _holds(node: Node, place: Place) -> bool:
    return node.start <= place.start and place.end <= node.end
