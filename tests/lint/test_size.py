"""A policy has as many characters however it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.lint.size import characters
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.python_reader import from_python
from policyeval.syntax.yaml_reader import read_yaml

_TEXTS = st.text(max_size=5) | st.sampled_from(["{", '"', "\\", ",}", "\n", "é", "\U0001f511", "kms:Decrypt"])
_VALUES = st.recursive(
    _TEXTS | st.booleans() | st.none() | st.integers(0, 99) | st.just(-1.5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
)


@given(st.dictionaries(_TEXTS, _VALUES, max_size=4), st.none() | st.integers(0, 3), st.booleans())
def test_white_space_and_escapes_do_not_count(value: object, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001 - a drawn value
    written, _ = read_json(json.dumps(value, indent=indent, ensure_ascii=ascii_only), None)
    node, _ = from_python(value)
    assert written is not None
    assert node is not None
    assert characters(written) == characters(node)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{"a": ["b", "d"], "c": {}}', 22),
        ('{"a": ["b", "d",], "c": {},}', 22),
        ('{"a": [b, d], c: {}}', 22),
    ],
)
def test_yaml_counts_as_the_json_it_stands_for(text: str, count: int) -> None:
    node, faults = read_yaml(text, None)
    assert not faults
    assert node is not None
    assert characters(node) == count
