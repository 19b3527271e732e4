"""The walk over Lark's tables takes what Lark takes, and makes of it what Lark makes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput

from policyeval.syntax.faults import Refused
from policyeval.syntax.grammars import grammar_file, grammar_text
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.json_tree import TreeBuilder
from policyeval.syntax.tables import TableParser, load_tables
from policyeval.syntax.tree import List, Mapping, Node
from tests.syntax.make_tables import GRAMMARS, render, tables_of

_PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", " ", "\n", '"a"', '"b\\n"', '"', "1", "-0.5e3", "true", "null", "${", "a", "*"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


class _Spelled:
    """Says what was called with what."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda parts: (
            str(name),
            [getattr(part, "value", part) for part in parts] if isinstance(parts, list) else parts.value,
        )


def _parsers(grammar: str) -> tuple[Lark, TableParser]:
    lark = Lark(grammar_text(grammar), parser="lalr", transformer=_Spelled(), maybe_placeholders=False)
    return lark, TableParser(load_tables(grammar), _Spelled())


PARSERS = {name: _parsers(name) for name in GRAMMARS}


WITHOUT_SHORTCUT = TableParser(load_tables("json"), TreeBuilder())


def _agree(grammar: str, text: str) -> None:
    lark, tables = PARSERS[grammar]
    try:
        expected = lark.parse(text)
    except UnexpectedInput:
        with pytest.raises(Refused):
            tables.parse(text)
    else:
        assert repr(tables.parse(text)) == repr(expected)


@pytest.mark.parametrize("grammar", GRAMMARS)
def test_the_tables_are_those_of_the_grammar(grammar: str) -> None:
    assert grammar_file(f"{grammar}.tables.json") == render(grammar), "run python -m tests.syntax.make_tables"


@pytest.mark.parametrize(
    ("grammar", "reason"),
    [
        ('start: "a" B\nB: "b"', "leaves out"),
        ('start: _x\n_x: B\nB: "b"', "inline"),
        ('start: x\n?x: B\nB: "b"', "is inlined"),
    ],
)
def test_there_are_no_tables_of_a_grammar_whose_parts_do_not_all_reach_the_builder(grammar: str, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        tables_of(Lark(grammar, parser="lalr"))


@pytest.mark.parametrize("grammar", GRAMMARS)
@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=12))
def test_any_text_is_taken_or_refused_as_by_lark(grammar: str, text: str) -> None:
    _agree(grammar, text)


@given(_JSON, st.none() | st.integers(0, 3))
def test_json_is_taken_as_by_lark(value: object, indent: int | None) -> None:
    _agree("json", json.dumps(value, indent=indent))


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        ("json", ""),
        ("json", "[]"),
        ("json", '["a", "b"]'),
        ("json", '["a", {}]'),
        ("json", '{"a": "b", "c": ["d"], "e": 1}'),
        ("json", '["a",]'),
        ("template", ""),
        ("template", "a${b}"),
        ("template", "a${b"),
    ],
)
def test_a_text_is_taken_or_refused_as_by_lark(grammar: str, text: str) -> None:
    _agree(grammar, text)


_STRINGS = st.text(max_size=4) | st.sampled_from(
    ["}", "{", "]", "[", ":", ",", '"', "\\", '\\"', "\u00e9", "\U0001f511"]
)
# What the shortcut takes, and now and then what it does not.
_PLAIN = st.recursive(
    _STRINGS | st.lists(_STRINGS, max_size=4),
    lambda inner: st.dictionaries(_STRINGS, inner, max_size=4) | st.lists(inner, max_size=2) | st.integers(),
    max_leaves=20,
)


def _spelled(node: Node) -> object:
    """Write out a tree with its places."""
    if isinstance(node, Mapping):
        inside: object = [(_spelled(key), _spelled(value)) for key, value in node.entries]
    elif isinstance(node, List):
        inside = [_spelled(item) for item in node.items]
    else:
        inside = getattr(node, "value", getattr(node, "text", None))
    return type(node).__name__, inside, node.start, node.end


def _takes_the_shortcut_or_not(text: str) -> None:
    shorter, faults = read_json(text, None)
    try:
        expected = WITHOUT_SHORTCUT.parse(text)
    except Refused:
        assert faults
    else:
        assert shorter is not None
        assert not faults
        assert _spelled(shorter) == _spelled(expected)


@given(_PLAIN | _JSON, st.none() | st.integers(0, 3), st.booleans())
def test_the_shortcut_makes_of_json_what_the_walk_makes(value: object, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001 - a drawn value
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    _takes_the_shortcut_or_not(text)
    for at in range(0, len(text), max(1, len(text) // 8)):
        _takes_the_shortcut_or_not(text[:at] + text[at + 1 :])


@given(st.lists(_PIECES, max_size=16).map("".join))
def test_the_shortcut_refuses_what_the_walk_refuses(text: str) -> None:
    _takes_the_shortcut_or_not(f'{{"a": {text}}}')


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b"}',
        '{"a": {"b": {"c": ["d", "e"]}}}',
        '{"a": {"b": {"c": {"d": "e"}}}}',
        '{"a": {"b": {"c": 1}}, "d": "e"}',
        '[{"a": "b"}, {"c": [] }]',
        '{"a" : "b"  ,  "c":["]", "}"] } ',
        '{"a\\n": "\\u0062", "c": ["\\\\", "\\""]}',
        '{"a": "\\ud800"}',
        '{"a": ["\\ud800"]}',
        '{"a": "b",}',
        '{"a": "b" "c": "d"}',
        '{"a": ["b",]}',
        '{"a": "b"}}',
        '{"a": "b\n"}',
        "{}",
    ],
)
def test_an_object_is_the_same_by_the_shortcut(text: str) -> None:
    _takes_the_shortcut_or_not(text)
