"""Policies that stand in a string of a file: read as JSON, with places in the file."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from policyeval.lint.directives import STRING, part_at, perhaps
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.patchwork import Patchwork
from policyeval.syntax.strings import written_offsets
from policyeval.syntax.tree import UNNAMED, List, Mapping, Number, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.model.source import Diagnostic
    from policyeval.syntax.tree import Node

# Some of ASCII's bytes, those of one character in UTF-8, a byte that is of none, or what is written as it is.
_BYTES: Final = re.compile(
    r"(?:%[0-7][0-9A-Fa-f]){1,99}|%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3}|%[0-9A-Fa-f]{2}|.", re.DOTALL
)
_TOLD: Final = re.compile(r"line (\d+), column (\d+)")


def holds_policy(text: str) -> bool:
    """Tell whether a string looks like a policy."""
    return ('"Statement"' in text and text.lstrip().startswith("{")) or _is_encoded(text)


def _is_encoded(text: str) -> bool:
    """Tell whether a policy is written as IAM's API gives it, and AWS Config: encoded as in URLs (RFC 3986)."""
    return text[:3].upper() == "%7B" and "%22Statement%22" in text


def _decoded(text: Text) -> Patchwork:
    written = written_offsets(text)
    characters: list[str] = []
    offsets: list[int] = []
    for match in _BYTES.finditer(text.value):
        at = match.start()
        for character in unquote(match.group()):
            characters.append(character)
            offsets.append(min(at, match.end()))
            at += len("%7B") * len(character.encode())
    offsets.append(len(text.value))
    moved = [written[offset] for offset in offsets] if written is not None else None
    return Patchwork("".join(characters), (), moved)


def holds_statements(text: str) -> bool:
    """Tell whether a string looks like a statement, or a list of some, as kOps has in manifests of clusters."""
    return '"Effect"' in text and text.lstrip().startswith(("{", "["))


def read_embedded(text: Text, pointer: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read a string's value as JSON; places are in the string's source, pointers go on from `pointer`."""
    if _is_encoded(text.value):
        return read_patchwork(_decoded(text), text, pointer)
    return read_patchwork(Patchwork(text.value, (), written_offsets(text)), text, pointer)


def read_patchwork(patchwork: Patchwork, whole: Node, pointer: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read JSON with holes: values that have some are unknown, and so is what stands under a key that has.

    `whole` is the node that the text is the value of. It is all unknown where it would not be JSON with a value
    in each hole, for what comes there may be more, or less; what is wrong before the first of them is wrong even so.
    Elements that directives choose are there by choice, and all else that they do is unknown.
    """
    text, outside = _filled(patchwork)
    root, faults = read_json(text, None)
    uncertain = [begin for begin, _ in (*outside[:1], *patchwork.chosen[:1])]
    if faults and uncertain:
        faults = _certain(faults, text, min(uncertain))
        root = Unknown("a part of it is", whole.source, whole.start, whole.end)
    elif root is not None:
        root = _Placing(patchwork, whole).place(root)
    return root, [_moved(fault, patchwork, whole, pointer) for fault in faults]


def _certain(faults: list[Diagnostic], text: str, end: int) -> list[Diagnostic]:
    """Give the fault at which the text stops to be JSON, if that is before `end`: nothing after it can mend that."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at = error.pos
    except RecursionError:
        return []
    else:
        return []
    if at >= end:
        return []
    return [fault for fault in faults if fault.place is not None and fault.place.start <= at][-1:]


def _filled(patchwork: Patchwork) -> tuple[str, list[tuple[int, int]]]:
    """Fill the holes, so that what stands around them can be read: with letters in a string, else with a number.

    Gives those of the others.
    """
    text = _with(patchwork.value, patchwork.holes, "_", "_")
    if not patchwork.holes:
        return text, []
    strings = [match.span() for match in STRING.finditer(text)]
    starts = [start for start, _ in strings]
    outside: list[tuple[int, int]] = []
    for hole in patchwork.holes:
        index = bisect_left(starts, hole[0]) - 1
        if index < 0 or strings[index][1] < hole[1]:
            outside.append(hole)
    return _with(text, outside, "0", " "), outside


def _with(text: str, holes: Iterable[tuple[int, int]], first: str, others: str) -> str:
    parts, at = [], 0
    for start, end in holes:
        parts += [text[at:start], first, others * (end - start - 1)]
        at = end
    return "".join([*parts, text[at:]])


class _Placing:
    """Moves nodes to where they are written, and takes out those with holes."""

    def __init__(self, patchwork: Patchwork, whole: Node) -> None:
        self.patchwork = patchwork
        self.whole = whole
        self.ends = [end for _, end in patchwork.holes]
        self.is_certain = not patchwork.has_directives

    def place(self, root: Node) -> Node:
        root = self.known(root)
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, List):
                items = [self.known(item) for item in node.items]
                node.items = [self.chosen(item, part_at(node.start, self.patchwork)) for item in items]
                waiting += items
            elif isinstance(node, Mapping):
                part = part_at(node.start, self.patchwork)
                node.entries = [self.entry(key, value, part) for key, value in node.entries]
                for entry in node.entries:
                    waiting += entry
            node.source = self.whole.source
            node.start, node.end = _span(node.start, node.end, self.patchwork, self.whole)
        return root

    def chosen(self, item: Node, around: int | None) -> Node:
        """Give an element, by choice where directives choose it that do not choose the whole list."""
        part = part_at(item.start, self.patchwork)
        if part is None or part == around:
            return item
        return perhaps(item, part, self.whole, _span(item.start, item.end, self.patchwork, self.whole))

    def entry(self, key: Text, value: Node, around: int | None) -> tuple[Text, Node]:
        if part_at(key.start, self.patchwork) == part_at(value.start, self.patchwork) == around and not self.has_hole(
            key
        ):
            return key, self.known(value)
        return Text(DAMAGED, None, key.start, key.end), Unknown(UNNAMED, None, value.start, value.end)

    def known(self, node: Node) -> Node:
        if isinstance(node, Text | Number) and self.has_hole(node):
            ending = self.ending(node) if isinstance(node, Text) else ""
            return Unknown("a part of it is", None, node.start, node.end, ending=ending)
        return node

    def ending(self, node: Text) -> str:
        """Give what a string with holes ends with, unless it is escaped."""
        last = self.ends[bisect_left(self.ends, node.end) - 1]
        written = self.patchwork.value[last : node.end - 1]
        return written if self.is_certain and "\\" not in written else ""

    def has_hole(self, node: Node) -> bool:
        index = bisect_left(self.ends, node.start + 1)
        return index < len(self.ends) and self.patchwork.holes[index][0] < node.end


def _span(start: int, end: int, patchwork: Patchwork, whole: Node) -> tuple[int, int]:
    offsets = patchwork.offsets
    return (whole.start, whole.end) if offsets is None else (offsets[start], offsets[end])


def _moved(fault: Diagnostic, patchwork: Patchwork, whole: Node, pointer: str) -> Diagnostic:
    if fault.place is None:
        return fault
    start, end = _span(fault.place.start, fault.place.end, patchwork, whole)
    place = replace(fault.place, source=whole.source, start=start, end=end, pointer=pointer + fault.place.pointer)
    return replace(fault, hint=_moved_hint(fault, patchwork, whole), place=place)


def _moved_hint(fault: Diagnostic, patchwork: Patchwork, whole: Node) -> str | None:
    """Give a hint with the line and column of the file, where it tells any."""
    told = _TOLD.search(fault.hint) if fault.hint is not None else None
    if fault.hint is None or told is None or fault.place is None or fault.place.source is None or whole.source is None:
        return fault.hint
    if patchwork.offsets is None:
        return None
    at = fault.place.source.line_span(int(told[1]))[0] + int(told[2]) - 1
    line, column = whole.source.position(patchwork.offsets[at])
    return f"{fault.hint[: told.start()]}line {line}, column {column}{fault.hint[told.end() :]}"
