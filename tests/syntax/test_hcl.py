"""HCL to values: what is written down is there, with its place; what is computed is unknown; nothing stops it."""

from __future__ import annotations

import json
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.syntax.faults import Kind
from policyeval.syntax.hcl_reader import read_hcl
from policyeval.syntax.hcl_strings import read_string
from policyeval.syntax.tree import CHOICE, Boolean, List, Mapping, Node, Null, Number, Text, Unknown


def _value(node: Node) -> Any:
    """Give a node's value; of what is unknown, the text in angle brackets."""
    if isinstance(node, Mapping):
        return {key.value: _value(value) for key, value in node.entries}
    if isinstance(node, List):
        return [_value(item) for item in node.items]
    if isinstance(node, Text | Boolean):
        return node.value
    if isinstance(node, Number):
        return float(node.text) if "." in node.text else int(node.text)
    if isinstance(node, Null):
        return None
    assert node.source is not None
    return f"<{node.source.text[node.start : node.end]}>"


def _read(text: str) -> Any:
    node, faults = read_hcl(text, "main.tf")
    assert faults == []
    assert node is not None
    return _value(node)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param('"plain"', "plain", id="a string"),
        pytest.param(r'"a\"b\\c\n\t\u00e9\U0001F600"', 'a"b\\c\n\t\u00e9\U0001f600', id="escapes"),
        pytest.param('"$${aws:username} %%{x} 5$ 3%"', "${aws:username} %{x} 5$ 3%", id="marks that are text"),
        pytest.param('"a${b}c"', '<"a${b}c">', id="an interpolation"),
        pytest.param('"a${f("}")}c"', '<"a${f("}")}c">', id="a brace in a string in an interpolation"),
        pytest.param('"%{ if x }a%{ endif }"', '<"%{ if x }a%{ endif }">', id="directives"),
        pytest.param('"${x}"', "<x>", id="an interpolation alone is its value"),
        pytest.param('"${["a"]}"', ["a"], id="an interpolation alone of what is written down"),
        pytest.param("12", 12, id="a number"),
        pytest.param("1.5", 1.5, id="a number with a point"),
        pytest.param("-1", "<-1>", id="a negative number is computed"),
        pytest.param("true", True, id="true"),
        pytest.param("null", None, id="null"),
        pytest.param("truely", "<truely>", id="a name that begins as a constant"),
        pytest.param("var.x", "<var.x>", id="a reference"),
        pytest.param('"a" == "b" ? 1 : 2', '<"a" == "b" ? 1 : 2>', id="a condition"),
        pytest.param("[]", [], id="an empty list"),
        pytest.param('["a", var.x, ["b",],]', ["a", "<var.x>", ["b"]], id="lists"),
        pytest.param("[\n  1, # one\n  2 // two\n  /* three */ ,\n 3\n]", [1, 2, 3], id="comments in a list"),
        pytest.param("[for x in y : x]", "<[for x in y : x]>", id="a list that is computed"),
        pytest.param("[for x in y : {a = x}]", ["<[for x in y : >", "<{a = x}>"], id="a list of objects that are computed"),
        pytest.param("[for x in y : {a = x} if x != 1\n]", ["<[for x in y : >", "<{a = x}>"], id="of some"),
        pytest.param("[for x in y : {a = x}.a]", "<[for x in y : {a = x}.a]>", id="a list of what is in such objects"),
        pytest.param("[for x in y ? z : {} : {a = x}]", "<[for x in y ? z : {} : {a = x}]>", id="a list of a choice's"),
        pytest.param("[for x in y : {(x) : 1 1}]", "<[for x in y : {(x) : 1 1}]>", id="a list of what is read over"),
        pytest.param("{for k, v in y : k => v}", "<{for k, v in y : k => v}>", id="an object that is computed"),
        pytest.param("{for = 1}", {"for": 1}, id="a key called for"),
        pytest.param('{a = 1, "b:c" : 2\n d = 3\n\n}', {"a": 1, "b:c": 2, "d": 3}, id="an object"),
        pytest.param("{a = x ? 1 : 2, b = (\n1 +\n2), c = 3}", {"a": "<x ? 1 : 2>", "b": "<1 +\n2>", "c": 3}, id="values"),
        pytest.param("{(var.k) = 1, a = 2}", {"": "<1>", "a": 2}, id="a key that is computed"),
        pytest.param('{"${k}:sub" = 1}', {"": "<1>"}, id="a key with an interpolation"),
        pytest.param('{("k") = 1}', {"k": 1}, id="a key in parentheses"),
        pytest.param('(["a"])', ["a"], id="parentheses"),
        pytest.param('(["a"])[0]', '<(["a"])[0]>', id="an index"),
        pytest.param('["a", "b"][0]', '<["a", "b"][0]>', id="an index of a list"),
        pytest.param("{a = 1}.a", "<{a = 1}.a>", id="a member of an object"),
        pytest.param('jsonencode({a = ["b"]})', {"a": ["b"]}, id="jsonencode"),
        pytest.param("jsonencode(\n {a = 1},\n)", {"a": 1}, id="jsonencode over lines"),
        pytest.param("jsonencode(merge({a = 1}, x))", "<merge({a = 1}, x)>", id="jsonencode of a call"),
        pytest.param('concat(["a"], var.x, [var.y, "b"],)', ["a", "<var.x>", "<var.y>", "b"], id="lists put together"),
        pytest.param('concat(\n["a"],\n# more\nx ? ["b"] : []\n)', ["a", '<x ? ["b"] : []>'], id="lists over lines"),
        pytest.param("concat()", [], id="no lists"),
        pytest.param('distinct(tolist(["a", var.x]))', ["a", "<var.x>"], id="the items of a list"),
        pytest.param('flatten([["a", ["b"]], var.x, "c"])', ["a", "b", "<var.x>", "c"], id="lists in a list"),
        pytest.param('compact(["a", "", null, x])', ["a", "<x>"], id="a list of which something is taken out"),
        pytest.param('compact([x ? "a" : ""])', ['<x ? "a" : "">'], id="a list of which something may be taken out"),
        pytest.param('sort(setunion(["a"], x))', ["a", "<x>"], id="a list in its order"),
        pytest.param("merge({a = 1}, {a = 2, b = 3}, null)", {"a": 2, "b": 3}, id="objects put together"),
        pytest.param("merge(x, {a = 1})", {"": "<x>", "a": 1}, id="an object that goes before what is computed"),
        pytest.param("merge(x ? {a = 1} : null, {b = 2})", {"a": "<x ? {a = 1} : null>", "b": 2}, id="perhaps an object"),
        pytest.param("merge({a = 1}, x)", "<merge({a = 1}, x)>", id="an object after which anything may come"),
        pytest.param("merge({a = 1}, merge(x, {b = 2}))", {"": "<x>", "b": 2}, id="an object of which some is computed"),
        pytest.param(
            "merge({a = 1}, x ? merge(y, {b = 2}) : {})",
            "<merge({a = 1}, x ? merge(y, {b = 2}) : {})>",
            id="perhaps an object of which some is computed",
        ),
        pytest.param("merge(x ? {a = 1, a = 2} : {})", {"a": "<x ? {a = 1, a = 2} : {}>"}, id="a member given twice"),
        pytest.param("merge(x...)", "<merge(x...)>", id="objects of a list"),
        pytest.param("merge({a = 1}).a", "<merge({a = 1}).a>", id="a member of objects"),
        pytest.param("jsonencode({a = 1}, x)", "<jsonencode({a = 1}, x)>", id="a call that nobody makes"),
        pytest.param("concat(var.x...)", ["<var.x...>"], id="lists of a list"),
        pytest.param('concat(["a"], ["b"])[0]', '<concat(["a"], ["b"])[0]>', id="an item of lists"),
        pytest.param('"x" # comment', "x", id="a comment behind it"),
        pytest.param("<<E\na\n  b\nE", "a\n  b\n", id="a heredoc"),
        pytest.param("<<-E\n    a\n      b\n\n    E", "a\n  b\n\n", id="a heredoc without its indentation"),
        pytest.param('<<E\n\\n "q" $${x}\nE', '\\n "q" ${x}\n', id="a heredoc has no escapes but the marks"),
        pytest.param("<<E\r\na\r\nE\r", "a\r\n", id="a heredoc of Windows"),
        pytest.param("<<E\n${x}\nE", "<<<E\n${x}\nE>", id="a heredoc with an interpolation"),
        pytest.param("f(<<E\n)\nE\n)", "<f(<<E\n)\nE\n)>", id="a heredoc in a call"),
        pytest.param("f(1 # )\n)", "<f(1 # )\n)>", id="a comment in a call"),
        pytest.param("{a = 1\n , b = 2}", {"a": 1, "b": 2}, id="a comma at the start of a line"),
        pytest.param('"${{a = {b = 1}}}"', {"a": {"b": 1}}, id="objects in an interpolation alone"),
        pytest.param('"a${f({b = {}})}c"', '<"a${f({b = {}})}c">', id="objects in an interpolation"),
        pytest.param('"a${x /* } */ # }\n}c"', '<"a${x /* } */ # }\n}c">', id="braces in comments in an interpolation"),
        pytest.param('"a${<<E\n}\nE\n}c"', '<"a${<<E\n}\nE\n}c">', id="a brace in a heredoc in an interpolation"),
    ],
)  # fmt: skip
def test_a_value_is_what_is_written_down(written: str, value: Any) -> None:
    assert _read(f"a = {written}\nb = 1\n") == {"a": value, "b": 1}


@pytest.mark.parametrize(
    ("written", "choice"),
    [
        pytest.param("x ? 1 : 2", ["x", 1, 2], id="values"),
        pytest.param('f(a ? b : c) > 0 ? ["a"] : []', ["f(a ? b : c) > 0", ["a"], []], id="lists"),
        pytest.param("(x ?\n{a = 1}\n:\nnull)", ["x", {"a": 1}, None], id="over lines in parentheses"),
        pytest.param("x ? y ? 1 : 2 : 3", ["x", "<y ? 1 : 2>", 3], id="one within"),
        pytest.param("x ? 1 : y ? 2 : 3", ["x", 1, "<y ? 2 : 3>"], id="one after the other"),
        pytest.param('"${x == "?" ? "a" : "b"}"', ['x == "?"', "a", "b"], id="in an interpolation"),
        pytest.param("x ? a.b[0] : <<E\nc\nE", ["x", "<a.b[0]>", "c\n"], id="a reference or a heredoc"),
        pytest.param('[for s in x : s ? "a" : "b"]', None, id="in a list that is computed"),
        pytest.param("x ? 1", None, id="half of one"),
        pytest.param("x ? [1 2] : 3", None, id="one of values that are none"),
        pytest.param("x ? [1, 2] 3", None, id="one without its other value"),
        pytest.param("provider::a::b(x)", None, id="a function of a provider"),
    ],
)
def test_what_a_condition_chooses_among_is_written_down(written: str, choice: list[Any] | None) -> None:
    node, faults = read_hcl(f"a = {written}\nb = 1\n", "main.tf")
    assert faults == []
    assert isinstance(node, Mapping)
    (_, value), (name, _) = node.entries
    assert name.value == "b"
    assert isinstance(value, Unknown)
    assert (value.why is CHOICE) == (choice is not None)
    if choice is not None:
        assert value.argument is not None
        assert _value(value.argument) == choice


def test_of_lists_that_are_put_together_each_item_is_chosen() -> None:
    node, _ = read_hcl('a = concat(x ? ["b", "c"] : ["d"], ["e"])\n', "main.tf")
    assert isinstance(node, Mapping)
    ((_, value),) = node.entries
    assert isinstance(value, List)
    assert [_value(item.argument) for item in value.items[:3] if isinstance(item, Unknown) and item.argument] == [
        ["x", "b", None],
        ["x", "c", None],
        ["x", None, "d"],
    ]
    assert _value(value.items[3]) == "e"


def test_of_objects_that_are_put_together_each_member_is_chosen() -> None:
    written = 'merge({a = "1"}, x ? {a = "2"} : {b = "3"}, y ? z : {})'
    node, _ = read_hcl(f"m = {written}\nn = {written.replace(', y ? z : {}', '')}\n", "main.tf")
    assert isinstance(node, Mapping)
    (_, unknown), (_, value) = node.entries
    assert isinstance(unknown, Unknown)
    assert isinstance(value, Mapping)
    chosen = {
        key.value: _value(item.argument) for key, item in value.entries if isinstance(item, Unknown) and item.argument
    }
    assert chosen == {"a": ["x", "2", "1"], "b": ["x", None, "3"]}


def test_what_an_object_may_have_had_before_a_choice_is_unknown() -> None:
    node, _ = read_hcl('m = merge(x, {b = "1"}, y ? {a = "2"} : {})\n', "main.tf")
    assert isinstance(node, Mapping)
    ((_, value),) = node.entries
    assert isinstance(value, Mapping)
    _, before, (_, chosen) = value.entries
    assert before[0].value == "b"
    assert isinstance(chosen, Unknown)
    assert chosen.argument is not None
    assert _value(chosen.argument) == ["y", "2", '<y ? {a = "2"} : {}>']


def test_a_member_that_conditions_in_a_row_decide_without_end_is_unknown() -> None:
    node, _ = read_hcl(f"m = merge({{}}, {', '.join(['x ? {a = 1} : {}'] * 5000)})\n", "main.tf")
    assert isinstance(node, Mapping)
    ((_, value),) = node.entries
    assert isinstance(value, Mapping)
    ((_, chosen),) = value.entries
    depth = 0
    while isinstance(chosen, Unknown) and isinstance(chosen.argument, List):
        depth, chosen = depth + 1, chosen.argument.items[2]
    assert depth < 100
    assert isinstance(chosen, Unknown)


CONFIGURATION = """\
# comment
terraform { required_version = ">= 1" }
/* more
   comment */
resource "aws_kms_key" "main" {
  policy = data.aws_iam_policy_document.key.json
  tags   = merge({ Name = "x" }, var.tags)
  count  = var.on ? 1 : 0

  lifecycle {
    ignore_changes = [tags]
  }
  dynamic "thing" {
    for_each = var.things
    content { name = thing.value }
  }
}
locals {
  a = [for x in var.y : upper(x) if x != ""]
  b = { for k, v in var.z : k => "${v}-${k}" }
  c = "x${var.a ? "b}" : "c"}"
  d = var.list[*].id
  e = { "k" : [1, 2, { x = "y" }] }
}
"""


def test_blocks_are_nested_by_their_labels() -> None:
    assert _read('a "b" c { d = 1 }\na "b" c {\n e {}\n}\n') == {"a": {"b": {"c": {"e": {}}}}}
    node, _ = read_hcl('a "b" {}\na "c" {}\n', None)
    assert isinstance(node, Mapping)
    assert [key.value for key, _ in node.entries] == ["a", "a"]


def _outline(value: Any) -> Any:
    """Give the names and the lengths of lists, of either reader."""
    if isinstance(value, dict):
        return {key.strip('"'): _outline(inner) for key, inner in value.items()}
    return [_outline(inner) for inner in value] if isinstance(value, list) else ""


def _unlisted(value: Any) -> Any:
    # The other reader has every block in a list.
    if isinstance(value, dict):
        return {key: _unlisted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        one = len(value) == 1 and isinstance(value[0], dict)
        return _unlisted(value[0]) if one else [_unlisted(inner) for inner in value]
    return value


def test_another_reader_sees_the_same_names_and_lists() -> None:
    options = hcl2.SerializationOptions(with_comments=False, explicit_blocks=False)
    other = _unlisted(hcl2.loads(CONFIGURATION, serialization_options=options))
    assert _outline(_read(CONFIGURATION)) == _outline(other)


def test_a_value_has_the_place_where_it_is_written() -> None:
    text = 'a "b" {\n  c = ["x", jsonencode({ d = "y" }), <<E\nz\nE\n  ]\n}\n'
    node, _ = read_hcl(text, None)
    found: list[str] = []
    waiting = [node]
    while waiting:
        at = waiting.pop()
        assert at is not None
        if isinstance(at, Mapping):
            waiting += [item for entry in at.entries for item in entry]
        elif isinstance(at, List):
            waiting += at.items
        found.append(text[at.start : at.end])
    assert {'"b"', "c", '"x"', "d", '"y"', '{ d = "y" }', "<<E\nz\nE"} <= set(found)


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        pytest.param("a = ", "a value is missing", 4, id="no value"),
        pytest.param('a = "b', "the string has no closing quote", 4, id="an open string"),
        pytest.param('a = "b\n"', "the string has no closing quote", 4, id="a string over lines"),
        pytest.param('a = "${b', "the interpolation `${` is not closed", 5, id="an open interpolation"),
        pytest.param("a = <<E\nb\n", "the heredoc has no closing `E`", 4, id="an open heredoc"),
        pytest.param("a = [1 2]", "unexpected `2` after a value", 7, id="no comma"),
        pytest.param("a = [1", "expected `,` or `]`", 6, id="an open list"),
        pytest.param("a = << 2", "`<<` begins no heredoc: a name and a new line follow", 4, id="a shift of nothing"),
        pytest.param("a = {b}", "a `=` is missing after `b`", 6, id="a key without a value"),
        pytest.param("a = {deeper}", "a `=` is missing after `deeper`", 11, id="a key that is a word of another fault"),
        pytest.param("a {", "expected a name, not the end of the text", 3, id="an open block"),
        pytest.param("a b c", "a `{` is missing", 5, id="a block without a body"),
        pytest.param("= 1", "expected a name, not `=`", 0, id="no name"),
        pytest.param("a = f(1]", "unexpected `]`", 7, id="another bracket than was opened"),
        pytest.param("a = f(1", "a `)` is missing", 7, id="an open call"),
        pytest.param("a = " + "[" * 200, "values nest deeper than 128 levels", 132, id="too deep a list"),
        pytest.param("a {" * 200, "blocks nest deeper than 128 levels", None, id="too deep a block"),
        pytest.param('a = "x' + '${"' * 200, "interpolations nest deeper than 64 levels", None, id="too deep a string"),
        pytest.param("a " + "b " * 200 + "{}", "blocks nest deeper than 128 levels", None, id="too many labels"),
    ],
)  # fmt: skip
def test_what_is_no_hcl_is_a_fault_and_what_came_before_is_kept(text: str, message: str, at: int | None) -> None:
    node, faults = read_hcl("x = 1\n" + text, None)
    assert [fault.message for fault in faults] == [message]
    assert isinstance(node, Mapping)
    assert node.entries[0][0].value == "x"
    (fault,) = faults
    assert fault.place is not None
    assert at is None or fault.place.start - len("x = 1\n") == at
    assert fault.kind is (Kind.TOO_DEEP if "nest deeper than" in message else None)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


def _written(value: Any) -> str:
    """Write a value as a person may: names without quotes, members and items on lines."""
    if isinstance(value, dict):
        return "{\n" + "".join(f"  {key} = {_written(inner)}\n" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_written(inner)},\n" for inner in value) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else text


@given(VALUES)
def test_reading_undoes_writing(value: Any) -> None:
    assert _read(f"a = {_written(value)}\n") == {"a": value}


@given(st.text(st.sampled_from('ab=:,.?"\\$%{}[]()<-\n #/*1E'), max_size=60))
def test_no_text_stops_the_reader(text: str) -> None:
    node, faults = read_hcl(text, None)
    assert isinstance(node, Mapping)
    for fault in faults:
        assert fault.place is not None
        assert 0 <= fault.place.start <= fault.place.end <= len(text)


def test_an_object_of_many_members_before_a_long_text_is_read() -> None:
    node, faults = read_hcl("a = {\n" + "k = 1\n" * 5_000 + f'v = "{"x" * 5_000_000}"\n}}\n', None)
    assert not faults
    assert isinstance(node, Mapping)
    members = node.entries[0][1]
    assert isinstance(members, Mapping)
    assert len(members.entries) == 5_001


def test_a_heredoc_of_many_lines_with_interpolations_is_read() -> None:
    node, faults = read_hcl("a = <<-E\n" + "  ${x\n}\n" * 30_000 + "  y\n  E\n", None)
    assert not faults
    assert isinstance(node, Mapping)
    value = node.entries[0][1]
    assert isinstance(value, Unknown)
    assert value.ending == "\ny\n"


@given(st.text(st.sampled_from("ab \t\n$%{}"), max_size=40))
def test_each_character_of_a_heredoc_has_its_offset(body: str) -> None:
    text = f"a = <<-E\n{body}\n  E\n"
    node, faults = read_hcl(text, None)
    assert isinstance(node, Mapping)
    if faults:
        return
    value = node.entries[0][1]
    if isinstance(value, Unknown) and text[value.start : value.start + 2] != "<<":
        return
    read = read_string(text, value.start, value.end)
    assert read.offsets is not None
    assert len(read.offsets) == len(read.value) + 1
    assert [text[at] for at in read.offsets[:-1]] == list(read.value)
    for start, end in read.holes:
        assert read.value[start : start + 2] in {"${", "%{"}
        assert read.value[end - 1] == "}"
