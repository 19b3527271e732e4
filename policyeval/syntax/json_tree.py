"""Nodes from the tokens and rules of grammar/json.lark, made while a text is parsed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from policyeval.syntax.faults import Refused
from policyeval.syntax.strings import has_lone_surrogate, unescape
from policyeval.syntax.tree import Boolean, List, Mapping, Node, Null, Number, Text

if TYPE_CHECKING:
    from policyeval.model.source import Source
    from policyeval.syntax.tables import OffsetToken


# What follows looks for pieces of texts of which the lexer has seen that they are well formed.
_STRINGS: Final = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*)"').finditer
# A key with the string, the inside of an array of strings, or the brace after it; or a closing brace.
_MEMBERS: Final = re.compile(
    r'"([^"\\]*+(?:\\.[^"\\]*+)*)"[ \t\n\r]*+:[ \t\n\r]*+'
    r'(?:"([^"\\]*+(?:\\.[^"\\]*+)*)"|\[([^"\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*"[^"\]]*+)*)\]|\{)|\}'
).finditer
_STRING, _ARRAY = 2, 3
# How many objects stand in each other in a statement: its own, that of operators, that of keys.
_LEVELS: Final = 3


def plain_objects(terminals: dict[str, str]) -> str:
    """Make a pattern for objects of strings, arrays of strings, and objects such as these, as deep as statements.

    `terminals` has the patterns of the grammar's tokens: what this matches is what rules would make of them.
    """
    value = f"(?:{terminals['STRING']}|{terminals['STRINGS']})"
    for _ in range(_LEVELS):
        # A comma stands between members: there is a key after each, and the end after the last.
        member = f'{terminals["KEY"]}{value}(?:{terminals["COMMA"]}(?=")|(?=}}))'
        plain = f"{terminals['LBRACE']}(?:{member})+{terminals['RBRACE']}"
        value = f"(?:{terminals['STRING']}|{terminals['STRINGS']}|{plain})"
    return plain


class TreeBuilder:
    """What the rules and tokens of `grammar/json.lark` do. Not thread-safe: it holds the source in hand."""

    def __init__(self) -> None:
        self.source: Source | None = None

    # Tokens. Each carries the white space after it.

    def STRING(self, token: OffsetToken) -> Text:  # noqa: N802 - the token's name
        """Take a string, its escapes undone."""
        written: str = token.value
        close = written.rindex('"')
        value = _unescaped(written[1:close])
        start = token.start_pos
        return Text(value, self.source, start, start + close + 1)

    KEY = STRING

    def STRINGS(self, token: OffsetToken) -> List:  # noqa: N802 - the token's name
        """Take an array of strings."""
        start, written = token.start_pos, token.value
        return List(self._texts(written, 0, len(written), start), self.source, start, start + written.rindex("]") + 1)

    def PAIRS(self, token: OffsetToken) -> list[tuple[Text, Text]]:  # noqa: N802 - the token's name
        """Take a run of members whose values are strings."""
        texts = self._texts(token.value, 0, len(token.value), token.start_pos)
        return list(zip(texts[::2], texts[1::2], strict=True))

    def _texts(self, written: str, start: int, end: int, offset: int) -> list[Any]:
        """Take the strings between two offsets of a text that itself stands at an offset of the source."""
        source = self.source
        if written.find("\\", start, end) < 0:
            return [
                Text(match[1], source, offset + match.start(), offset + match.end())
                for match in _STRINGS(written, start, end)
            ]
        return [
            Text(_unescaped(match[1]), source, offset + match.start(), offset + match.end())
            for match in _STRINGS(written, start, end)
        ]

    def NUMBER(self, token: OffsetToken) -> Number:  # noqa: N802 - the token's name
        """Take a number as its digits."""
        digits = token.value.rstrip()
        start = token.start_pos
        return Number(digits, self.source, start, start + len(digits))

    def TRUE(self, token: OffsetToken) -> Boolean:  # noqa: N802 - the token's name
        """Take `true`."""
        start = token.start_pos
        return Boolean(True, self.source, start, start + 4)  # noqa: FBT003 - the value itself

    def FALSE(self, token: OffsetToken) -> Boolean:  # noqa: N802 - the token's name
        """Take `false`."""
        start = token.start_pos
        return Boolean(False, self.source, start, start + 5)  # noqa: FBT003 - the value itself

    def NULL(self, token: OffsetToken) -> Null:  # noqa: N802 - the token's name
        """Take `null`."""
        start = token.start_pos
        return Null(self.source, start, start + 4)

    # What is taken in one piece.

    def plain_object(self, match: re.Match[str]) -> Mapping:
        """Take what `plain_objects` matches, as the rules of an object would."""
        source, text = self.source, match.string
        read = str if text.find("\\", match.start(), match.end()) < 0 else _unescaped
        whole = mapping = Mapping([], source, match.start())
        around: list[Mapping] = []
        for member in _MEMBERS(text, match.start() + 1, match.end()):
            kind, end = member.lastindex, member.end()
            if kind is None:
                mapping.end = end
                mapping = around.pop() if around else whole
                continue
            key = Text(read(member[1]), source, member.start(), member.end(1) + 1)
            if kind == _STRING:
                mapping.entries.append((key, Text(read(member[2]), source, member.start(2) - 1, end)))
            elif kind == _ARRAY:
                start = member.start(3) - 1
                mapping.entries.append((key, List(self._texts(text, start, end, 0), source, start, end)))
            else:
                inner = Mapping([], source, end - 1)
                mapping.entries.append((key, inner))
                around.append(mapping)
                mapping = inner
        return whole

    # Rules.

    def start(self, parts: list[Any]) -> Node:
        """Give the document's value."""
        value: Node = parts[-1]
        return value

    def empty_object(self, parts: list[Any]) -> Mapping:
        """Make `{}`."""
        return Mapping([], self.source, parts[0].start_pos, parts[1].start_pos + 1)

    def first_member(self, parts: list[Any]) -> Mapping:
        """Open an object with its first member."""
        opening, key, value = parts
        return Mapping([(key, value)], self.source, opening.start_pos)

    def next_member(self, parts: list[Any]) -> Mapping:
        """Add a member."""
        mapping: Mapping = parts[0]
        mapping.entries.append((parts[2], parts[3]))
        return mapping

    def first_members(self, parts: list[Any]) -> Mapping:
        """Open an object with a run of members."""
        return Mapping(parts[1], self.source, parts[0].start_pos)

    def next_members(self, parts: list[Any]) -> Mapping:
        """Add a run of members."""
        mapping: Mapping = parts[0]
        mapping.entries.extend(parts[2])
        return mapping

    def close_object(self, parts: list[Any]) -> Mapping | List:
        """Close an object or an array."""
        node: Mapping | List = parts[0]
        node.end = parts[1].start_pos + 1
        return node

    def empty_array(self, parts: list[Any]) -> List:
        """Make `[]`."""
        return List([], self.source, parts[0].start_pos, parts[1].start_pos + 1)

    def first_item(self, parts: list[Any]) -> List:
        """Open an array with its first item."""
        return List([parts[1]], self.source, parts[0].start_pos)

    def next_item(self, parts: list[Any]) -> List:
        """Add an item."""
        array: List = parts[0]
        array.items.append(parts[2])
        return array

    close_array = close_object


def _unescaped(written: str) -> str:
    if "\\" not in written:
        return written
    value = unescape(written)
    if has_lone_surrogate(value):
        raise Refused
    return value
