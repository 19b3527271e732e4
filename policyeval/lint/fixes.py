"""How a fix is written into a text: strings in the manner of the one they replace, items with their comma."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Edit, Fix
from policyeval.syntax.strings import unescape
from policyeval.syntax.tree import List, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from policyeval.lint.view import Value
    from policyeval.syntax.tree import Node

# A plain YAML scalar that nothing reads as anything else.
_PLAIN: Final = re.compile(r"[A-Za-z][\w./+=@-]*(?::[\w./+=@*-]+)*")

# How a string begins that stands in a string of JSON.
_ESCAPED: Final = '\\"'


def written_end(start: int, end: int, source: str) -> int:
    """Give where what is written in a span ends: a block scalar of YAML has the line's end in its span."""
    return start + len(source[start:end].rstrip())


def written_anew(text: str, before: str) -> str:
    """Write a string as the one before it was written: in double, single or no quotes, or within a string of JSON."""
    opening = before[:1]
    if before.startswith(_ESCAPED):
        return _escaped(text)
    if opening == "'":
        return "'" + text.replace("'", "''") + "'"
    if opening != '"' and _PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def replace_value(value: Value, text: str) -> Fix | None:
    """Write another string in the place of a value; None where the text has no source."""
    return replace_node(value.node, text)


def replace_node(node: Node, text: str) -> Fix | None:
    """Write another string in the place of a node, which is one.

    Gives None where the text has no source, or where more stands there than the string: all of the text that YAML
    holds in quotes over several lines has their place.
    """
    if node.source is None or not isinstance(node, Text):
        return None
    end = written_end(node.start, node.end, node.source.text)
    before = node.source.text[node.start : end]
    if not _is_written(node.value, before):
        return None
    return Fix(f"write `{text}`", (Edit(node.start, end, written_anew(text, before)),))


def _is_written(value: str, text: str) -> bool:
    """Tell whether a text is a string of this value, and nothing else."""
    opening = text[:1]
    if opening in {"|", ">"}:
        return text.partition("\n")[2].split() == value.split()
    if opening == '"':
        return unescape(text[1:-1]) == value
    if opening == "'":
        return text[1:-1].replace("''", "'") == value
    return value in {text, " ".join(text.split())} or text == _escaped(value)


def _escaped(text: str) -> str:
    return json.dumps(json.dumps(text, ensure_ascii=False), ensure_ascii=False)[1:-1]


def remove_values(values: Collection[Value]) -> Fix | None:
    """Take values of one array out, each with its comma or dash.

    Gives None where that is not safe: nothing would be left, a comment stands between, or there is no source.
    """
    drop = {value.index for value in values}
    node = next(iter(values)).owner.node
    if not isinstance(node, List) or node.source is None:
        return None
    edits = _without(_items(node), drop)
    return Fix("take it out" if len(drop) == 1 else "take them out", edits) if edits else None


@lru_cache(maxsize=1)
def _items(node: List) -> Sequence[tuple[int, int]]:
    """Give where the items of an array are: many of one may be taken out, each by a fix of its own."""
    return _series([(item.start, item.end) for item in node.items], node.source.text if node.source is not None else "")


def remove_member(node: Mapping, name: str) -> Fix | None:
    """Take a member out of an object; None where that is not safe, as for `remove_values`."""
    if node.source is None:
        return None
    # What is unknown of a statement by itself is no text of it.
    entries = [(key, value) for key, value in node.entries if key.start < key.end]
    drop = {index for index, (key, _) in enumerate(entries) if key.value == name}
    spans = _series([(key.start, value.end) for key, value in entries], node.source.text)
    edits = _without(spans, drop)
    return Fix(f"take `{name}` out", edits) if edits else None


def _series(spans: Iterable[tuple[int, int]], text: str) -> Sequence[tuple[int, int]]:
    """Give the spans of a series without the white space at their ends; none where other things stand between them."""
    spans = [(start, written_end(start, end, text)) for start, end in spans]
    for (_, end), (start, _) in pairwise(spans):
        # An alias of YAML's stands where its anchor does.
        if start < end or text[end:start].strip(" \t\r\n,-"):
            return ()
    return spans


def _without(spans: Sequence[tuple[int, int]], drop: Collection[int | None]) -> tuple[Edit, ...]:
    """Cut spans out of a series, each with what separates it from the one before, or at the start after it."""
    if len(drop) >= len(spans):
        return ()
    first = next(index for index in range(len(spans)) if index not in drop)
    edits = [Edit(spans[0][0], spans[first][0], "")] if first else []
    rest = sorted(index for index in drop if index is not None and index > first)
    return (*edits, *(Edit(spans[at - 1][1], spans[at][1], "") for at in rest))
