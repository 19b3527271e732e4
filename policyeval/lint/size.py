"""The size of a policy as AWS counts it: its characters, white space outside of strings left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policyeval.lint.rule import Flaw
from policyeval.syntax.tree import Boolean, List, Mapping, Number, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.lint.view import PolicyView
    from policyeval.syntax.tree import Node

_SPLIT_IT: Final = "split it; white space outside of strings does not count"


def larger_than(quota: int, whose: str, hint: str = _SPLIT_IT) -> Callable[[PolicyView], Iterator[Flaw]]:
    """Make the check of a rule for policies that may have so many characters; `whose` names them: "a key policy"."""

    def check(policy: PolicyView) -> Iterator[Flaw]:
        if fits(policy.node, quota):
            return
        size = characters(policy.node)
        if size > quota:
            message = f"the policy has {size:,} characters, {size - quota:,} more than {whose} may have"
            yield Flaw(policy.place(), message, hint)

    return check


def fits(node: Node, quota: int) -> bool:
    """Tell at a glance that a document has no more characters than this; false where it must be counted.

    JSON is never longer without its white space, and most of that is at the ends of its lines. YAML leaves out
    quotes, commas and brackets: two or three characters for one of its own.
    """
    if node.source is None:
        return False
    size = node.end - node.start
    if not node.source.text.startswith(("{", "["), node.start):
        return size * 4 <= quota
    if size <= quota:
        return True
    return sum(map(len, map(str.strip, node.source.text[node.start : node.end].splitlines()))) <= quota


def characters(node: Node) -> int:
    """Count the characters of a document written as JSON without white space; what is unknown counts nothing."""
    size = _plain_characters(node)
    waiting = [node] if size == 0 else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Text):
            size += _string(node)
        elif isinstance(node, List):
            size += 1 + max(1, len(node.items))
            waiting += node.items
        elif isinstance(node, Mapping):
            size += 1 + max(1, len(node.entries))
            for key, value in node.entries:
                size += _string(key) + 1
                waiting.append(value)
        elif isinstance(node, Number):
            size += len(node.text)
        elif isinstance(node, Boolean):
            size += 4 if node.value else 5
    return size


def _plain_characters(node: Node) -> int:
    """Count the same by the text, where it is JSON in which no string is written otherwise; 0 where it may be."""
    text = node.source.text[node.start : node.end] if node.source is not None else ""
    # Of a template's functions the text says more than what is in the tree.
    if not text.startswith(("{", "[")) or "\\" in text or '"Fn::' in text or '"Ref"' in text:
        return 0
    # Quotes come in pairs: what is between the second of one and the first of the next is outside of strings.
    pieces = text.split('"')
    inside, outside = "".join(pieces[1::2]), "".join('"'.join(pieces[::2]).split())
    # What is unknown counts nothing, what has no quotes in YAML counts some, and its last comma none.
    if not inside.isprintable() or outside.strip('{}[],:"') or ",}" in outside or ",]" in outside:
        return 0
    # Of the two quotes of a string, one is still there.
    return len(inside) + len(outside) + len(pieces) // 2


def _string(text: Text) -> int:
    value = text.value
    return len(value) + 2 if value.isprintable() and '"' not in value and "\\" not in value else len(json.dumps(value))
