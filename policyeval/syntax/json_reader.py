"""JSON text to the value tree: a strict parse by tables, and a forgiving one by Lark to explain why that failed."""

from __future__ import annotations

from functools import cache
from threading import Lock

from policyeval.model.source import Diagnostic, Source
from policyeval.syntax.encoding import explain_bytes
from policyeval.syntax.faults import Refused
from policyeval.syntax.json_tree import TreeBuilder, plain_objects
from policyeval.syntax.strings import has_lone_surrogate
from policyeval.syntax.tables import Shortcut, TableParser, load_tables
from policyeval.syntax.tree import MAX_DEPTH, Node, too_deep

_builder = TreeBuilder()
# The parser binds the builder once, and the builder holds the source of the text in hand.
_turn = Lock()


@cache
def _parser() -> TableParser:
    tables = load_tables("json")
    return TableParser(tables, _builder, Shortcut("object", plain_objects(tables.terminals), _builder.plain_object))


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
        return None, explain_bytes(text, name)


def _strict(source: Source) -> Node | None:
    parser = _parser()
    with _turn:
        _builder.source = source
        try:
            node: Node = parser.parse(source.text)
        except Refused:
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
