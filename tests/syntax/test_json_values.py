"""Good JSON: the values, their places, and what is kept for the passes above to judge."""

from __future__ import annotations

import contextlib
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.errors import PolicySyntaxError
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.policy import parse_policy
from policyeval.syntax.python_reader import from_python
from policyeval.syntax.tree import List, Mapping, Node, Number, Text
from tests.syntax.values import to_python

CHARACTERS = st.characters(exclude_categories=("Cs",))
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(CHARACTERS)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner), max_leaves=40
)
# Texts that are nearly JSON find more than arbitrary ones.
PIECES = (
    '{ } [ ] , : " "a" "a": \'b\' 1 - 01 true True null // '
    "/* \\ \\u12 # NaN Effect = ; ${ \0 \ufeff \ud800 é \U0001f511"
)
NEARLY_JSON = st.lists(st.sampled_from([*PIECES.split(" "), " ", "\n"]), max_size=40).map("".join)


def read(text: str) -> Node:
    node, faults = read_json(text, "a.json")
    assert faults == []
    assert node is not None
    return node


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_what_json_prints_is_read_back_equal(value: object, indent: int | None) -> None:
    assert to_python(read(json.dumps(value, indent=indent))) == value
    assert to_python(read(json.dumps(value, indent=indent, ensure_ascii=False))) == value


@given(VALUES)
def test_python_values_go_through_the_tree_unchanged(value: object) -> None:
    node, faults = from_python(value)
    assert faults == []
    assert node is not None
    assert to_python(node) == value


@given(st.text() | st.binary() | NEARLY_JSON)
def test_no_text_raises_anything_but_a_syntax_error(text: str | bytes) -> None:
    with contextlib.suppress(PolicySyntaxError):
        parse_policy(text)


@given(NEARLY_JSON)
def test_a_text_is_accepted_exactly_when_it_is_json(text: str) -> None:
    _, faults = read_json(text, None)
    try:
        json.loads(text, parse_constant=int)  # NaN is no integer: a ValueError
        is_json = "\ud800" not in text
    except (ValueError, RecursionError):
        is_json = False
    assert (faults == []) is is_json


def test_every_node_knows_its_span() -> None:
    text = '\n{"a\\u0062" : [1.50 , "x\U0001f511", true,\tnull ] , "c":{}}'
    root = read(text)
    assert isinstance(root, Mapping)
    (key, array), (_, empty) = root.entries
    assert isinstance(array, List)
    spans = [text[node.start : node.end] for node in (root, key, array, *array.items, empty)]
    assert spans == [
        text[1:],
        '"a\\u0062"',
        '[1.50 , "x\U0001f511", true,\tnull ]',
        "1.50",
        '"x\U0001f511"',
        "true",
        "null",
        "{}",
    ]
    assert key.value == "ab"


def test_duplicate_keys_are_kept_with_their_escapes_undone() -> None:
    root = read('{"Effect": 1, "\\u0045ffect": 2}')
    assert isinstance(root, Mapping)
    assert [key.value for key, _ in root.entries] == ["Effect", "Effect"]


def test_numbers_keep_their_digits() -> None:
    digits = ["0", "-0", "1e5", "1.50", "123456789012345678901234567890", "1E+400", "9" * 10_000]
    root = read(f"[{','.join(digits)}]")
    assert isinstance(root, List)
    assert [item.text for item in root.items if isinstance(item, Number)] == digits
    assert to_python(root)[:4] == [0, 0, 1e5, 1.5]


def test_a_surrogate_pair_is_one_character() -> None:
    root = read('"\\ud83d\\udd11"')
    assert isinstance(root, Text)
    assert root.value == "\U0001f511"


@pytest.mark.parametrize("size", [1_000_000])
def test_a_megabyte_string_is_read(size: int) -> None:
    root = read('["' + "a\\n" * size + '"]')
    assert isinstance(root, List)
    assert to_python(root) == ["a\n" * size]


def test_128_levels_are_read() -> None:
    assert isinstance(read("[" * 128 + "]" * 128), List)


def test_threads_do_not_mix_their_sources() -> None:
    wrong: list[str] = []

    def work(name: str) -> None:
        for _ in range(50):
            node, _ = read_json('{"a": ["b", {"c": 1}]}', name)
            assert isinstance(node, Mapping)
            if {part.source.name for pair in node.entries for part in pair if part.source} != {name}:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
