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
from policyeval.syntax.grammars import grammar_text
from policyeval.syntax.tables import TableParser

_PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", " ", "\n", '"a"', '"b\\n"', '"', "1", "-0.5e3", "true", "null", "*", "kms", "arn"]
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
            name,
            [getattr(part, "value", part) for part in parts] if isinstance(parts, list) else parts.value,
        )


def _parsers(grammar: str) -> tuple[Lark, TableParser]:
    lark = Lark(grammar_text(grammar), parser="lalr", transformer=_Spelled(), maybe_placeholders=False)
    return lark, TableParser(lark)


PARSERS = {name: _parsers(name) for name in ("json", "action", "arn")}


def _agree(grammar: str, text: str) -> None:
    lark, tables = PARSERS[grammar]
    try:
        expected = lark.parse(text)
    except UnexpectedInput:
        with pytest.raises(Refused):
            tables.parse(text)
    else:
        assert repr(tables.parse(text)) == repr(expected)


@pytest.mark.parametrize("grammar", PARSERS)
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
        ("action", "*"),
        ("action", "**"),
        ("action", "kms:Decrypt"),
        ("action", "kms:"),
        ("arn", "arn:aws:kms:*"),
        ("arn", "arn:aws:s3:::a:b:c"),
        ("arn", "arn"),
    ],
)
def test_a_text_is_taken_or_refused_as_by_lark(grammar: str, text: str) -> None:
    _agree(grammar, text)
