"""A text is accepted exactly when the standard library's `json` takes it, and means the same.

Where the two differ by intent the difference stands here: half surrogate pairs, more than 128
levels, `NaN` and its kin.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from policyeval.syntax.json_reader import read_json
from policyeval.syntax.strings import has_lone_surrogate
from policyeval.syntax.tree import MAX_DEPTH, UNREADABLE, Boolean, List, Mapping, Node, Null, Number, Text, Unknown
from tests.fuzz.checks import expect_faults, expect_few, text_of

FINE = ()
WORDS = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud83d", b"\\udd11", b"\\u0000", b"\\/", b"\\x",
    b"true", b"false", b"null", b"NaN", b"-Infinity", b"-", b"-0", b"0", b"1e", b"E+", b".5", b"00", b"1" * 400,
    b"//", b"/*", b"*/", b"#", b"'", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b'{"a":1,"a":2}', b"[" * 128, b"]" * 128,
)  # fmt: skip


class Pairs(list[tuple[str, Any]]):
    """An object as it is written: duplicates stay."""


class Digits(str):
    """A number as it is written."""

    __slots__ = ()


def run(data: bytes) -> None:
    text = text_of(data)
    node, faults = read_json(text, "fuzz.json")
    expected = _expected(text)
    if faults:
        expect_faults(faults)
        expect_few(faults)
        assert all(fault.message != "the text is not JSON" for fault in faults), "nobody knows what is wrong with it"
        assert expected is None, "json takes it"
        _spans(node, mended=True)
        return
    assert node is not None
    assert expected is not None, "json refuses it"
    assert _plain(node) == expected[0]
    _spans(node, mended=False)


def _expected(text: str) -> tuple[Any] | None:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        value = json.loads(text, object_pairs_hook=Pairs, parse_int=Digits, parse_float=Digits, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    return (value,) if _is_taken(value) else None


def _is_taken(root: Any) -> bool:
    level, depth = [root], 0
    while level:
        below: list[Any] = []
        for value in level:
            if isinstance(value, Pairs):
                below += [part for pair in value for part in pair]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and has_lone_surrogate(value):
                return False
        depth += any(isinstance(value, list) for value in level)
        level = below
    return depth <= MAX_DEPTH


def _plain(node: Node) -> Any:
    if isinstance(node, Mapping):
        return Pairs((key.value, _plain(value)) for key, value in node.entries)
    if isinstance(node, List):
        return [_plain(item) for item in node.items]
    if isinstance(node, Number):
        return Digits(node.text)
    assert not isinstance(node, Unknown)
    return None if isinstance(node, Null) else node.value


def _spans(root: Node | None, *, mended: bool) -> None:
    """Every value stands where it says, inside what holds it; unless mended, a scalar's own text means the same."""
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        inner = _children(node)
        waiting += inner
        if node.source is None:
            continue
        assert 0 <= node.start <= node.end <= len(node.source.text)
        assert all(node.start <= child.start and child.end <= node.end for child in inner if child.source is not None)
        assert not isinstance(node, Unknown) or node.why == UNREADABLE
        written = node.source.text[node.start : node.end]
        if isinstance(node, Number):
            assert written == node.text
        if isinstance(node, Text | Boolean | Null) and not mended:
            assert _expected(written) == (_plain(node),)


def _children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [part for entry in node.entries for part in entry]
    return list(node.items) if isinstance(node, List) else []
