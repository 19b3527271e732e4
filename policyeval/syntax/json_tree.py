"""Nodes from the tokens and rules of grammar/json.lark, made while Lark parses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from policyeval.syntax.faults import Refused
from policyeval.syntax.strings import has_lone_surrogate, unescape
from policyeval.syntax.tree import Boolean, List, Mapping, Node, Null, Number, Text

if TYPE_CHECKING:
    from policyeval.model.source import Source
    from policyeval.syntax.tables import OffsetToken


# The strings in a run, of which the lexer has seen that they are well formed.
_STRINGS: Final = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*)"').finditer


class TreeBuilder:
    """What the rules and tokens of `grammar/json.lark` do. Not thread-safe: it holds the source in hand."""

    def __init__(self) -> None:
        self.source: Source | None = None

    # Tokens. Each carries the white space after it.

    def STRING(self, token: OffsetToken) -> Text:  # noqa: N802 - the token's name
        """Take a string, its escapes undone."""
        written: str = token.value
        close = written.rindex('"')
        value = written[1:close]
        if "\\" in value:
            value = unescape(value)
            if has_lone_surrogate(value):
                raise Refused
        start = token.start_pos
        return Text(value, self.source, start, start + close + 1)

    KEY = STRING

    def STRINGS(self, token: OffsetToken) -> List:  # noqa: N802 - the token's name
        """Take an array of strings."""
        start = token.start_pos
        return List(self._texts(token), self.source, start, start + token.value.rindex("]") + 1)

    def PAIRS(self, token: OffsetToken) -> list[tuple[Text, Text]]:  # noqa: N802 - the token's name
        """Take a run of members whose values are strings."""
        texts = self._texts(token)
        return list(zip(texts[::2], texts[1::2], strict=True))

    def _texts(self, token: OffsetToken) -> list[Any]:
        source, start, texts = self.source, token.start_pos, []
        if "\\" not in token.value:
            return [
                Text(match[1], source, start + match.start(), start + match.end()) for match in _STRINGS(token.value)
            ]
        for match in _STRINGS(token.value):
            value = match.group(1)
            if "\\" in value:
                value = unescape(value)
                if has_lone_surrogate(value):
                    raise Refused
            texts.append(Text(value, source, start + match.start(), start + match.end()))
        return texts

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
