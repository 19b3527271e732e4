"""How a fix is written into a text: strings in the manner of the one they replace, items with their comma."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Edit, Fix
from policyeval.syntax.tree import List

if TYPE_CHECKING:
    from collections.abc import Collection

    from policyeval.lint.view import Value
    from policyeval.syntax.tree import Node

# A plain YAML scalar that nothing reads as anything else.
_PLAIN: Final = re.compile(r"[A-Za-z][\w./+=@-]*(?::[\w./+=@*-]+)*")


def written(text: str, like: Node) -> str:
    """Write a string as the node it replaces is written: in double, single or no quotes."""
    opening = like.source.text[like.start : like.start + 1] if like.source is not None else '"'
    if opening == "'":
        return "'" + text.replace("'", "''") + "'"
    if opening != '"' and _PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def replace_value(value: Value, text: str) -> Fix | None:
    """Write another string in the place of a value; None where the text has no source."""
    if value.node.source is None:
        return None
    return Fix(f"write `{text}`", (Edit(value.node.start, value.node.end, written(text, value.node)),))


def remove_values(values: Collection[Value]) -> Fix | None:
    """Take values of one array out, each with its comma or dash.

    Gives None where that is not safe: nothing would be left, a comment stands between, or there is no source.
    """
    drop = {value.index for value in values}
    node = next(iter(values)).owner.node
    if not isinstance(node, List) or node.source is None or len(drop) >= len(node.items):
        return None
    edits = []
    kept: Node | None = None
    for index, item in enumerate(node.items):
        if index not in drop:
            if kept is None and index:
                # Those before the first that stays go with what follows them.
                edits.append(Edit(node.items[0].start, item.start, ""))
            kept = item
        elif kept is not None:
            edits.append(Edit(node.items[index - 1].end, item.end, ""))
    text = node.source.text
    gaps = [text[before.end : after.start] for before, after in zip(node.items, node.items[1:], strict=False)]
    if any(gap.strip(" \t\r\n,-") for gap in gaps):
        return None
    return Fix("take it out" if len(drop) == 1 else "take them out", tuple(edits))
