"""JSON text to the value tree: a strict parse by Lark, and a second, forgiving one to explain a failure."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from policyeval.model.source import Diagnostic, Source
from policyeval.syntax.faults import Refused
from policyeval.syntax.grammars import build
from policyeval.syntax.strings import has_lone_surrogate, unescape
from policyeval.syntax.tree import MAX_DEPTH, Boolean, List, Mapping, Node, Null, Number, Text, too_deep

if TYPE_CHECKING:
    from lark import Lark

    from policyeval.syntax.json_lexer import OffsetToken


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


_builder = TreeBuilder()
# Lark binds the builder once, and the builder holds the source of the text in hand.
_turn = Lock()


@cache
def _parser() -> Lark:
    from policyeval.syntax.json_lexer import OffsetLexer  # noqa: PLC0415 - imports Lark, with the parser and not before

    return build("json", _builder, parts={"ContextualLexer": OffsetLexer})


def read_json(text: str | bytes, name: str | None) -> tuple[Node | None, list[Diagnostic]]:
    """Read a JSON text into the value tree.

    Gives the tree and the faults, in the order of their places. With faults the tree holds what
    could be saved, values that could not be read as `Unknown`; without any it is never None.
    Keys are unescaped, duplicates are kept.
    """
    if isinstance(text, str):
        source = Source(name, text)
        if text.isascii() or not has_lone_surrogate(text):
            node = _strict(source)
            if node is not None:
                return node, []
        return _explain(source)
    try:
        return read_json(text.decode(), name)
    except UnicodeDecodeError:
        from policyeval.syntax.json_recovery import explain_bytes  # noqa: PLC0415 - needed to explain faults only

        return explain_bytes(text, name)


def _strict(source: Source) -> Node | None:
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415 - loaded with the parser, not before

    parser = _parser()
    with _turn:
        _builder.source = source
        try:
            node: Node = parser.parse(source.text)  # type: ignore[assignment]  # what `start` gives
        except (UnexpectedInput, Refused):
            return None
        finally:
            _builder.source = None
    # Only a text with that many brackets can nest that deep.
    if source.text.count("[") + source.text.count("{") > MAX_DEPTH and too_deep(node) is not None:
        return None
    return node


def _explain(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    from policyeval.syntax.json_recovery import explain  # noqa: PLC0415 - needed to explain faults only

    return explain(source)
