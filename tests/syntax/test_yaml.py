"""YAML: scalars as written, places that hold for both of PyYAML's parsers, and what is refused."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policyeval.syntax import yaml_reader
from policyeval.syntax.tree import List, Mapping, Node, Null, Text, Unknown
from policyeval.syntax.yaml_reader import read_yaml
from tests.syntax.values import to_python

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\ufffe\uffff")
VALUES = st.recursive(
    st.text(CHARACTERS), lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner), max_leaves=20
)


@pytest.fixture(params=["the C parser", "the Python parser"])
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the Python parser":
        monkeypatch.setattr(yaml_reader, "_LOADER", yaml.SafeLoader)


def read(text: str) -> Node:
    node, faults = read_yaml(text, "estate.yaml")
    assert faults == []
    assert node is not None
    return node


@pytest.mark.parametrize(
    "written", ["2012-10-17", "012345670123", "no", "true", "1.50", "0x10", "=", "Null", "'null'", '"~"']
)
def test_scalars_are_text_as_written(written: str) -> None:
    node = read(f"value: {written}\n")
    assert to_python(node) == {"value": written.strip("'\"")}


@pytest.mark.parametrize("written", ["", "~", "null", "!!null x"])
def test_nothing_is_null(written: str) -> None:
    node = read(f"value: {written}\n")
    assert isinstance(node, Mapping)
    assert isinstance(node.entries[0][1], Null)


@given(VALUES)
def test_what_yaml_prints_is_read_back_equal(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_style='"')
    assert to_python(read(text)) == value


@given(st.text() | st.binary())
def test_no_text_raises(text: str | bytes) -> None:
    node, faults = read_yaml(text, None)
    assert node is not None or faults
    for fault in faults:
        assert fault.render()


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_count_code_points_whatever_stands_before(mark: str) -> None:
    node = read(mark + "\U0001f511\U0001f511: [é, {b: \U0001f511}]\r\nc:\n  - d # why\n\ne: |\n  f\n")
    assert isinstance(node, Mapping)
    (_, flow), (_, block), (last, _) = node.entries
    assert isinstance(flow, List)
    assert isinstance(block, List)
    inner = flow.items[1]
    assert isinstance(inner, Mapping)
    assert node.source is not None
    text = node.source.text
    assert text[inner.start : inner.end] == "{b: \U0001f511}"
    assert [str(n.place()) for n in (flow, inner, inner.entries[0][1], block.items[0], last)] == [
        "estate.yaml:1:5",
        "estate.yaml:1:9",
        "estate.yaml:1:13",
        "estate.yaml:3:5",
        "estate.yaml:5:1",
    ]


def test_duplicate_keys_are_kept() -> None:
    node = read("a: 1\na: 2\n")
    assert isinstance(node, Mapping)
    assert [key.value for key, _ in node.entries] == ["a", "a"]


def test_an_alias_is_the_node_it_names() -> None:
    node = read("a: &x [1, &y two]\nb: *x\nc: *y\n*y : d\n")
    assert isinstance(node, Mapping)
    values = [value for _, value in node.entries]
    assert values[0] is values[1]
    assert isinstance(values[2], Text)
    assert to_python(node) == {"a": ["1", "two"], "b": ["1", "two"], "c": "two", "two": "d"}


def bomb(levels: int) -> str:
    """Each level names the one before twice."""
    lines = ["- &a0 [x]", *(f"- &a{n + 1} [*a{n}, *a{n}]" for n in range(levels))]
    return "\n".join(lines)


CASES = [
    pytest.param("", [(1, 1, "the text is empty", None)], id="nothing at all"),
    pytest.param("# only a comment\n", [(1, 1, "the text is empty", None)], id="only a comment"),
    pytest.param(
        "a: !Ref x\nb: !!binary eA==\n",
        [
            (1, 4, "the tag `!Ref` is not supported", "write the value itself"),
            (2, 4, "the tag `!!binary` is not supported", "write the value itself"),
        ],
        id="tags that are not the core ones",
    ),
    pytest.param("a: 1\n---\nb: 2\n", [(2, 1, "a second document", "a file holds one; split it")], id="two documents"),
    pytest.param("? [a]\n: b\n", [(1, 3, "a key must be a string, not an array", None)], id="a list as key"),
    pytest.param("{a: {b: c}: d}", None, id="a mapping as key in a flow"),
    pytest.param("~: b\n", [(1, 1, "a key must be a string, not null", None)], id="null as key"),
    pytest.param(
        "a: &a {b: c}\nd:\n  <<: *a\n",
        [(3, 3, "a merge key `<<`", "write the keys out: merging is not supported")],
        id="a merge key",
    ),
    pytest.param("a: *b\n", [(1, 4, "the alias `*b` names no anchor above it", None)], id="an alias of nothing"),
    pytest.param("a: &a [*a]\n", [(1, 8, "the alias `*a` stands inside what it names", None)], id="an alias of itself"),
    pytest.param(
        bomb(40), [(20, 15, "the text holds more than 1,000,000 values, aliases expanded", None)], id="an alias bomb"
    ),
    pytest.param(
        "\n".join(["- &a0 [x]", *(f"- &a{n + 1} [*a{n}]" for n in range(200))]),
        [(128, 10, "the text nests deeper than 128 levels, aliases expanded", None)],
        id="aliases that nest deeper than anything is written",
    ),
    pytest.param("[" * 10_000, [(1, 129, "the text nests deeper than 128 levels", None)], id="10,000 levels"),
    pytest.param(
        "a: \x00\nb: \x07",
        [
            (1, 4, "the character U+0000 has no place in YAML", "in double quotes it can be escaped"),
            (2, 4, "the character U+0007 has no place in YAML", "in double quotes it can be escaped"),
        ],
        id="control characters, all of them",
    ),
    pytest.param(
        "a: \ud800",
        [(1, 4, "the character U+D800 has no place in YAML", "in double quotes it can be escaped")],
        id="a lone surrogate",
    ),
    pytest.param(
        b"a: \xff\n", [(1, 4, "the byte `0xff` is not UTF-8", "save the text as UTF-8")], id="a byte that is no UTF-8"
    ),
]


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_is_refused_is_told_with_its_place(
    text: str | bytes, expected: list[tuple[int, int, str, str | None]] | None
) -> None:
    _, faults = read_yaml(text, "estate.yaml")
    told = [(fault.place.line, fault.place.column, fault.message, fault.hint) for fault in faults if fault.place]
    assert told
    if expected is not None:
        assert told == expected


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("a: [1, 2\n", 2, 1, id="a list left open"),
        pytest.param("a: b: c\n", 1, 5, id="a colon in a plain text"),
        pytest.param("a:\n\t- b\n", 2, 1, id="a tab for indentation"),
        pytest.param("a: 'b\n", 2, 1, id="a quote left open"),
        pytest.param("a: b\n c: d\n", 2, 3, id="indentation that fits nothing"),
        pytest.param("a: @b\n", 1, 4, id="a sign that begins nothing"),
    ],
)
def test_yaml_s_own_faults_are_placed(text: str, line: int, column: int) -> None:
    node, faults = read_yaml(text, "estate.yaml")
    assert node is None
    assert [(fault.place.line, fault.place.column) for fault in faults if fault.place] == [(line, column)]
    assert faults[0].message[0].islower()


def test_without_aliases_there_is_no_limit_on_size() -> None:
    node, faults = read_yaml("[" + "a," * 1_100_000 + "]", None)
    assert faults == []
    assert isinstance(node, List)


def test_a_fault_does_not_hide_those_before_it() -> None:
    _, faults = read_yaml("a: !x 1\nb: !y 2\nc: [\n", None)
    assert [fault.place.line for fault in faults if fault.place] == [1, 2, 4]


@pytest.mark.parametrize("tags", [98, 99, 100, 5000])
def test_no_more_than_a_hundred_faults_are_told(tags: int) -> None:
    node, faults = read_yaml("- !x 1\n" * tags + "[", None)
    assert node is None
    assert len(faults) == min(tags + 1, 100)


CALLS = """\
scalar: !Sub "x${y}"
sequence: !Join
  - ""
  - [a, &inner b]
anchored: &again !Ref Name
alias: *again
empty: !Ref
"""


@pytest.mark.parametrize(
    ("key", "call", "argument"),
    [
        pytest.param("scalar", '!Sub "x${y}"', '"x${y}"', id="a scalar begins at its quote"),
        pytest.param("sequence", '!Join\n  - ""\n  - [a, &inner b]', '- ""\n  - [a, &inner b]', id="a block sequence"),
        pytest.param("anchored", "&again !Ref Name", "Name", id="with an anchor before the tag"),
        pytest.param("alias", "&again !Ref Name", "Name", id="an alias gives what its anchor has"),
        pytest.param("empty", "!Ref", "", id="nothing at all"),
    ],
)
def test_a_tag_of_a_function_makes_its_value_an_argument(key: str, call: str, argument: str) -> None:
    node, faults = read_yaml(CALLS, None, functions={f"!{name}": name for name in ("Sub", "Join", "Ref")})
    assert faults == []
    assert isinstance(node, Mapping)
    value = {name.value: value for name, value in node.entries}[key]
    assert isinstance(value, Unknown)
    assert value.argument is not None
    assert CALLS[value.start : value.end] == call
    assert CALLS[value.argument.start : value.argument.end] == argument


def test_other_tags_stay_faults_beside_functions() -> None:
    _, faults = read_yaml("- !Ref x\n- !Foo y\n", None, functions={"!Ref": "Ref"})
    assert [fault.message for fault in faults] == ["the tag `!Foo` is not supported"]


def test_a_value_begins_behind_its_anchor() -> None:
    node, _ = read_yaml('- &name "text"\n', None)
    assert isinstance(node, List)
    assert (node.items[0].start, node.items[0].end) == (8, 14)


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        pytest.param("---\na: 1\n", None, id="one, with its mark"),
        pytest.param("a: 1\n---\n- b\n", [{"a": "1"}, ["b"]], id="two"),
        pytest.param("a\n---\n---\nb\n...\n", ["a", None, "b"], id="one of nothing between them"),
    ],
)
def test_several_documents_are_a_list_where_there_may_be_several(text: str, documents: list[object] | None) -> None:
    node, faults = read_yaml(text, None, several=True)
    assert faults == []
    assert node is not None
    assert to_python(node) == (documents or {"a": "1"})


def test_an_anchor_ends_with_its_document() -> None:
    _, faults = read_yaml("&a x\n---\n*a\n", None, several=True)
    assert [fault.message for fault in faults] == ["the alias `*a` names no anchor above it"]
