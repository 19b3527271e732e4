"""Policies that stand in a string of a file: read as JSON, with places in the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from policyeval.syntax.json_reader import read_json
from policyeval.syntax.strings import written_offsets
from policyeval.syntax.tree import List, Mapping

if TYPE_CHECKING:
    from policyeval.model.source import Diagnostic
    from policyeval.syntax.tree import Node, Text


def holds_policy(text: str) -> bool:
    """Tell whether a string looks like a policy."""
    return '"Statement"' in text and text.lstrip().startswith("{")


def read_embedded(text: Text, pointer: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read a string's value as JSON; places are in the string's source, pointers go on from `pointer`."""
    node, faults = read_json(text.value, None)
    offsets = written_offsets(text)
    if node is not None:
        _rebase(node, text, offsets)
    return node, [_moved(fault, text, offsets, pointer) for fault in faults]


def _rebase(root: Node, text: Text, offsets: list[int] | None) -> None:
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        node.source = text.source
        node.start, node.end = _span(node.start, node.end, text, offsets)
        if isinstance(node, List):
            waiting += node.items
        elif isinstance(node, Mapping):
            for key, value in node.entries:
                waiting += (key, value)


def _span(start: int, end: int, text: Text, offsets: list[int] | None) -> tuple[int, int]:
    return (text.start, text.end) if offsets is None else (offsets[start], offsets[end])


def _moved(fault: Diagnostic, text: Text, offsets: list[int] | None, pointer: str) -> Diagnostic:
    if fault.place is None:
        return fault
    start, end = _span(fault.place.start, fault.place.end, text, offsets)
    place = replace(fault.place, source=text.source, start=start, end=end, pointer=pointer + fault.place.pointer)
    return replace(fault, place=place)
