"""What stands at a cursor, in texts that are whole and in texts that are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policyeval.lint.editor.completion import complete
from policyeval.lint.editor.cursor import find_spot
from policyeval.lint.editor.hover import hover
from policyeval.lint.editor.walk import Role
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.tree import List, Mapping, Node, Text
from policyeval.syntax.yaml_reader import read_yaml

ROOT = Path(__file__).resolve().parents[3]
KEY, VALUE, EITHER = Role.KEY, Role.VALUE, Role.EITHER

JSON = [
    ("an object that is empty", "{|}", KEY, "", ""),
    ("a name that is begun", '{"Sta|', KEY, "", "Sta"),
    ("a value that is begun", '{"Version": "20|', VALUE, "Version", "20"),
    ("an empty string", '{"Version": "|"}', VALUE, "Version", ""),
    ("after the colon", '{"Version": |}', VALUE, "Version", ""),
    ("after the comma", '{"Version": "x", |}', KEY, "", ""),
    ("on a new line without a comma before it", '{"Version": "x"\n |\n}', KEY, "", ""),
    ("an array's first string", '{"Action": ["|', VALUE, "Action", ""),
    ("an array's later string", '{"Action": ["a", "b|"]}', VALUE, "Action", "b"),
    ("in an object of an array", '{"Statement": [{"|"}]}', KEY, "Statement", ""),
    ("after an object of an array", '{"Statement": [{"Effect": "Allow"}, {"|', KEY, "Statement", ""),
    ("deep", '{"Condition": {"Bool": {"aws:SecureTransport": "|', VALUE, "Condition Bool aws:SecureTransport", ""),
    ("a string without its end, and more below", '{"Action": "kms:|\n"Resource": "*"}', VALUE, "Action", "kms:"),
    ("below a string without its end", '{"Action": "kms:\n"Resource": "|"}', VALUE, "Resource", ""),
    ("below an array without its end", '{"Action": ["a",\n"Resource": "|"}', VALUE, "Resource", ""),
    ("below a name without its value", '{"Action":\n"Resource": "|"}', VALUE, "Resource", ""),
    ("a name without quotes", '{"Version": "x", Sta|}', KEY, "", "Sta"),
    ("a value without quotes", '{"Action": kms:De|}', VALUE, "Action", "kms:De"),
    ("an escaped quote", '{"a\\"b": "|"}', VALUE, 'a\\"b', ""),
    ("brackets that close nothing", '}]{"Action": "|"}', VALUE, "Action", ""),
    ("an object closed by the wrong bracket", '{"a": [{"b": "c"], "d": "|"}', VALUE, "d", ""),
    ("nothing at all", "|", VALUE, "", ""),
]

YAML = [
    ("a value", "Version: 20|12", VALUE, "Version", "2012"),
    ("a value to come", "Effect: |\n", EITHER, "Effect", ""),
    ("a name", "Version: x\nSta|", EITHER, "Version", "Sta"),
    ("a name that has its value", "Vers|ion: x", KEY, "", "Version"),
    ("an item", "Action:\n  - kms:De|", EITHER, "Action", "kms:De"),
    ("an item whose dash is below the name", "Action:\n- kms:De|\n", EITHER, "Action", "kms:De"),
    ("an item to come", "Action:\n  - a\n  - |\n", EITHER, "Action", ""),
    ("an item up to its colon", "Action:\n  - kms:|\n", EITHER, "Action", "kms:"),
    ("an object of a list", "Statement:\n  - Effect: Al|", VALUE, "Statement Effect", "Al"),
    ("an object's later member", "Statement:\n  - Sid: x\n    Effect: Al|", VALUE, "Statement Effect", "Al"),
    ("the second object", "Statement:\n  - Sid: x\n  - Effect: Al|", VALUE, "Statement Effect", "Al"),
    ("an empty line in an object", "Statement:\n  - Sid: x\n    |\n    Effect: Allow\n", KEY, "Statement", ""),
    ("an empty line in an object that has no member", "Condition:\n  |\n", EITHER, "Condition", ""),
    ("after a deeper object", "a:\n  b:\n    c: d\ne: |", EITHER, "e", ""),
    ("in double quotes", 'Action: "kms:|"', VALUE, "Action", "kms:"),
    ("in single quotes", "Action: 'kms:|'", VALUE, "Action", "kms:"),
    ("behind a comment", "Action: a # |", VALUE, "", ""),
    ("brackets in a line", "Statement: [{Effect: Al|}]", VALUE, "Statement Effect", "Al"),
    (
        "brackets over lines",
        "Statement: [\n  {Effect: Allow,\n   Action: [kms:De|]}]\n",
        VALUE,
        "Statement Action",
        "kms:De",
    ),
    ("below brackets", "a: [b,\n c]\nd: |e", VALUE, "d", "e"),
    ("JSON in a block", 'policy: |-\n  {"Effect": "@"}\n', VALUE, "policy Effect", ""),
    ("below a block", "a: |-\n  b: c\nd: @e", VALUE, "d", "e"),
    ("behind a tag", "a: !Sub b@c", VALUE, "a", "bc"),
    ("another document", "a: b\n---\nc: |d", VALUE, "c", "d"),
    ("CR LF", "Statement:\r\n  - Sid: x\r\n    Effect: Al|\r\n", VALUE, "Statement Effect", "Al"),
    ("a file of JSON", '{"Effect": "|"}', VALUE, "Effect", ""),
]


def _marked(text: str) -> tuple[str, int]:
    mark = "@" if "@" in text else "|"
    return text.replace(mark, ""), text.index(mark)


@pytest.mark.parametrize(("marked", "role", "path", "word"), [row[1:] for row in JSON], ids=[row[0] for row in JSON])
def test_json(marked: str, role: Role, path: str, word: str) -> None:
    spot = find_spot(*_marked(marked))
    assert (spot.role, " ".join(spot.path), spot.word) == (role, path, word)


@pytest.mark.parametrize(("marked", "role", "path", "word"), [row[1:] for row in YAML], ids=[row[0] for row in YAML])
def test_yaml(marked: str, role: Role, path: str, word: str) -> None:
    spot = find_spot(*_marked(marked), yaml=True)
    assert (spot.role, " ".join(spot.path), spot.word) == (role, path, word)


@pytest.mark.parametrize("yaml", [False, True])
def test_what_follows_in_the_statement_is_known_and_what_follows_the_statement_is_not(yaml: bool) -> None:  # noqa: FBT001 - a case
    text = '{"Statement": [{"Effect": "", "Action": ["kms:Decrypt", "s3:Get*"]}, {"Action": "iam:*"}]}'
    statement = find_spot(text, text.index('""') + 1, yaml=yaml).objects[1]
    assert statement == {"Effect": [""], "Action": ["kms:Decrypt", "s3:Get*"]}


def _texts(node: Node, path: tuple[str, ...] = ()) -> list[tuple[Text, tuple[str, ...], bool]]:
    """Give the strings of a tree with the names above them, and whether they are names themselves."""
    if isinstance(node, Mapping):
        found = [(key, path, True) for key, _ in node.entries]
        return found + [row for key, value in node.entries for row in _texts(value, (*path, key.value))]
    if isinstance(node, List):
        return [row for item in node.items for row in _texts(item, path)]
    return [(node, path, False)] if isinstance(node, Text) else []


FILES = [
    *sorted((ROOT / "tests/lint/rules").glob("S*/good*.json")),
    *sorted((ROOT / "fixtures").rglob("*.yaml")),
    *sorted((ROOT / "fixtures").rglob("*.json")),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_in_a_whole_text_it_sees_what_the_reader_sees(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    yaml = path.suffix == ".yaml"
    node, faults = (read_yaml if yaml else read_json)(text, path.name)
    assert (node is not None, faults) == (True, [])
    assert node is not None
    # What an alias repeats stands where it stands first.
    rows = list({string.start: (string, names, is_key) for string, names, is_key in reversed(_texts(node))}.values())
    assert rows
    for string, names, is_key in rows[:: 1 + len(rows) // 10]:
        if not text.startswith(("|", ">"), string.start):
            spot = find_spot(text, string.start + 1, yaml=yaml)
            assert (spot.path, spot.role is KEY) == (names, is_key), text[string.start : string.end]


DAMAGED = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Use", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:Generate*"], "Resource": "*",
     "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}, "Bool": {"aws:SecureTransport": true}}},
    {"Effect": "Deny", "Principal": {"AWS": "*"}, "NotAction": "iam:*"}
  ]
}"""


@pytest.mark.parametrize("offset", range(len(DAMAGED)))
def test_in_json_what_is_not_yet_written_does_not_matter(offset: int) -> None:
    whole, begun = find_spot(DAMAGED, offset), find_spot(DAMAGED[:offset], offset)
    assert (whole.path, whole.role) == (begun.path, begun.role)


@given(
    text=st.text("{}[]:,\"'|>-# \n\rabkmsStatementActionCondition\\!&*", max_size=80),
    at=st.integers(0, 80),
    yaml=st.booleans(),
    before=st.sampled_from(
        ["", '{"Statement": [{"Action": ["kms:', "Statement:\n  - Condition:\n      StringEquals:\n"]
    ),
)
@example(text="'", at=0, yaml=True, before="")
@example(text="'kms'", at=5, yaml=True, before="")
@example(text="'kms': 1", at=0, yaml=True, before="")
def test_it_never_fails_and_replaces_only_what_is_at_the_cursor(text: str, at: int, yaml: bool, before: str) -> None:  # noqa: FBT001 - drawn
    text = before + text
    cursor = min(at + len(before), len(text))
    hover(text, cursor, yaml=yaml)
    completion = complete(text, cursor, yaml=yaml)
    if completion is not None:
        assert completion.start <= cursor <= completion.end <= len(text)
        assert "\n" not in text[completion.start : completion.end]
