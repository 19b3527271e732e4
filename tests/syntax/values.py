"""The Python values that value trees stand for."""

from __future__ import annotations

from typing import Any

from policyeval.syntax.tree import Boolean, List, Mapping, Node, Number, Text


def to_python(node: Node) -> Any:
    """Give the value of a tree; of a key that comes twice the last one, and None for what is `Unknown`."""
    if isinstance(node, Mapping):
        return {key.value: to_python(value) for key, value in node.entries}
    if isinstance(node, List):
        return [to_python(item) for item in node.items]
    if isinstance(node, Number):
        try:
            return int(node.text)
        except ValueError:  # a fraction or an exponent, or more digits than Python turns into an integer
            return float(node.text)
    return node.value if isinstance(node, Text | Boolean) else None
