"""Bad JSON: what is said of it, and where. Every fault of a text comes at once."""

from __future__ import annotations

import pytest

from policyeval.syntax.json_reader import read_json

COMMA = "a value is missing before it, or it is too much"
PAIR = "no encoding can carry it alone; write the character itself, or both halves"
ONE_VALUE = "a text holds one JSON value"

CASES = [
    pytest.param("", [(1, 1, "the text is empty", "a text holds one JSON value")], id="nothing at all"),
    pytest.param(" \n ", [(1, 1, "the text is empty", "a text holds one JSON value")], id="nothing but white space"),
    pytest.param(
        "\ufeff{}",
        [(1, 1, "a byte order mark", "save the text as UTF-8 without one")],
        id="a byte order mark before the document",
    ),
    pytest.param(
        b'{"a": "\xff"}',
        [(1, 8, "the byte `0xff` is not UTF-8", "save the text as UTF-8")],
        id="a byte that is no UTF-8",
    ),
    pytest.param(b"\xff\xfe\0\0{\0\0\0", [(1, 1, "the text is UTF-32", "save it as UTF-8")], id="UTF-32"),
    pytest.param(b"\xff\xfe{\x00}\x00", [(1, 1, "the text is UTF-16", "save it as UTF-8")], id="UTF-16"),
    pytest.param('{"a\0": 1}', [(1, 4, "a NUL character in a string", "is the file text?")], id="a NUL in a string"),
    pytest.param('{"a": 1\0}', [(1, 8, "a NUL character", "is the file text?")], id="a NUL between values"),
    pytest.param(
        '["x\\ud800y"]',
        [(1, 4, "half a surrogate pair, `\\ud800`", PAIR)],
        id="an escaped surrogate without its other half",
    ),
    pytest.param('["\ud800"]', [(1, 3, "half a surrogate pair, `\\ud800`", PAIR)], id="a raw surrogate in a string"),
    pytest.param("\udfff[]", [(1, 1, "half a surrogate pair", PAIR)], id="a raw surrogate outside of strings"),
    pytest.param("{} x", [(1, 4, "unexpected `x` after the end of the document", ONE_VALUE)], id="trailing garbage"),
    pytest.param(
        "{}}", [(1, 3, "unexpected `}` after the end of the document", ONE_VALUE)], id="one closing brace too many"
    ),
    pytest.param(
        '{"a": 1}\n{"b": 2}', [(2, 1, "unexpected `{` after the end of the document", ONE_VALUE)], id="two documents"
    ),
    pytest.param(
        "[1,]", [(1, 3, "a comma before `]`", "delete it: nothing follows")], id="a trailing comma in an array"
    ),
    pytest.param(
        '{"a": 1 , }', [(1, 9, "a comma before `}`", "delete it: nothing follows")], id="a trailing comma in an object"
    ),
    pytest.param(
        "[1\n 2]", [(1, 3, "a comma is missing after `1`", None)], id="a missing comma is shown where it belongs"
    ),
    pytest.param(
        '{"a": [] "b": 2}', [(1, 9, "a comma is missing after `]`", None)], id="a missing comma between members"
    ),
    pytest.param("[1,,2]", [(1, 4, "unexpected `,`", COMMA)], id="two commas"),
    pytest.param('{"a" 1}', [(1, 5, "a colon is missing after the key `a`", None)], id="a missing colon"),
    pytest.param('{"a" = 1}', [(1, 5, "a colon is missing after the key `a`", None)], id="an equals sign for a colon"),
    pytest.param('{"a": 1; "b": 2}', [(1, 8, "unexpected `;`", None)], id="a semicolon for a comma"),
    pytest.param('{"a"}', [(1, 2, 'the key `"a"` has no value', None)], id="a key alone"),
    pytest.param('{"a":}', [(1, 2, 'the key `"a"` has no value', None)], id="a key and a colon alone"),
    pytest.param(
        '{"a": , "b": 1}', [(1, 2, 'the key `"a"` has no value', None)], id="a key without value before another"
    ),
    pytest.param('["a": 1]', [(1, 5, "unexpected `:`", None)], id="a key in an array"),
    pytest.param('{"a": "b": "c"}', [(1, 10, "unexpected `:`", None)], id="a colon too many"),
    pytest.param("[NaN]", [(1, 2, "`NaN` is not a number in JSON", None)], id="NaN"),
    pytest.param("[-Infinity]", [(1, 2, "`-Infinity` is not a number in JSON", None)], id="an infinity"),
    pytest.param(
        "['it\\'s']",
        [(1, 2, "the string `'it\\'s'` is in single quotes", 'write `"it\'s"`')],
        id="single quotes",
    ),
    pytest.param("[1] // why", [(1, 5, "a comment (`//`) has no place in JSON", "delete it")], id="a line comment"),
    pytest.param("[/* a\n */1]", [(1, 2, "a comment (`/*`) has no place in JSON", "delete it")], id="a block comment"),
    pytest.param("# who\n[1]", [(1, 1, "a comment (`#`) has no place in JSON", "delete it")], id="a hash comment"),
    pytest.param("{a: 1}", [(1, 2, "the key `a` is not in double quotes", 'write `"a"`')], id="an unquoted key"),
    pytest.param("{1: 2}", [(1, 2, "the key `1` is not in double quotes", 'write `"1"`')], id="a number as key"),
    pytest.param(
        "{[1]: 2}",
        [(1, 2, "expected a key in double quotes, not `[`", None), (1, 5, "unexpected `:`", None)],
        id="an array as key",
    ),
    pytest.param(
        '["abc,\n "d"]',
        [(1, 2, 'the string `"abc` is not closed', 'add a `"` where it ends')],
        id="an unterminated string",
    ),
    pytest.param(
        '{"a": "b',
        [(1, 7, 'the string `"b` is not closed', 'add a `"` where it ends')],
        id="a text cut off in a string",
    ),
    pytest.param(
        '["a, "b", "c"]',
        [(1, 2, 'the string `"a` is not closed', 'add a `"` where it ends')],
        id="a string that runs into the next one",
    ),
    pytest.param(
        '{"a: "b", "c": "d"}',
        [(1, 2, 'the string `"a` is not closed', 'add a `"` where it ends')],
        id="a key that runs into its value",
    ),
    pytest.param(
        '{"a": ["b], "c": "d"}',
        [(1, 8, 'the string `"b` is not closed', 'add a `"` where it ends')],
        id="a string that runs over a bracket",
    ),
    pytest.param(
        '{"a": "\\q b, "c": "d"}',
        [
            (1, 7, 'the string `"\\q b` is not closed', 'add a `"` where it ends'),
            (1, 8, "`\\q` is not an escape of JSON", "a backslash itself is written `\\\\`"),
        ],
        id="a string that runs into the next one, and has a fault of its own",
    ),
    pytest.param(
        '["a" "b"]', [(1, 5, 'a comma is missing after `"a"`', None)], id="a comma that is missing is no missing quote"
    ),
    pytest.param(
        '["a\tb"]', [(1, 4, "a control character in a string (U+0009)", "write it `\\t`")], id="a raw tab in a string"
    ),
    pytest.param(
        '["a\x1fb"]',
        [(1, 4, "a control character in a string (U+001F)", "write it `\\u001f`")],
        id="a control character",
    ),
    pytest.param(
        r'["a\qb"]',
        [(1, 4, r"`\q` is not an escape of JSON", r"a backslash itself is written `\\`")],
        id="an unknown escape",
    ),
    pytest.param(
        r'["a\u12x"]', [(1, 4, r"the escape `\u12` has fewer than four hexadecimal digits", None)], id="a short escape"
    ),
    pytest.param(
        "[012345678901]",
        [
            (
                1,
                2,
                "`012345678901` is not a number in JSON",
                "no zero may lead; an account id is a string and goes in double quotes",
            )
        ],
        id="a leading zero, as in an account id",
    ),
    pytest.param("[+1]", [(1, 2, "`+1` is not a number in JSON", "leave out the `+`")], id="a plus sign"),
    pytest.param(
        "[.5]", [(1, 2, "`.5` is not a number in JSON", "write a digit before the point")], id="a bare fraction"
    ),
    pytest.param("[1.]", [(1, 2, "`1.` is not a number in JSON", "write a digit after the point")], id="a bare point"),
    pytest.param("[True]", [(1, 2, "`True` is not JSON", "write `true`")], id="Python's True"),
    pytest.param("[None]", [(1, 2, "`None` is not JSON", "write `null`")], id="Python's None"),
    pytest.param(
        "[kms]", [(1, 2, "`kms` is not a JSON value", 'if it is a string, write `"kms"`')], id="a word without quotes"
    ),
    pytest.param("(", [(1, 1, "unexpected `(`", None)], id="a sign that JSON has no use for"),
    pytest.param("]", [(1, 1, "`]` closes nothing", None)], id="a bracket that closes nothing"),
    pytest.param('{"a": 1]}', [(1, 8, "`]` closes nothing", None)], id="the wrong bracket inside an object"),
    pytest.param(
        '{"a": [1, 2}',
        [(1, 7, "`[` is not closed", "a `]` is missing before line 1, column 12")],
        id="an array left open",
    ),
    pytest.param('{"a": {', [(1, 7, "`{` is not closed", "the text ends before its `}`")], id="a text cut off"),
    pytest.param(
        "[" * 129 + "]" * 129, [(1, 129, "the text nests deeper than 128 levels", None)], id="129 levels, all closed"
    ),
    pytest.param("[" * 10_000, [(1, 129, "the text nests deeper than 128 levels", None)], id="10,000 levels"),
    pytest.param(
        '{"a":' * 10_000, [(1, 641, "the text nests deeper than 128 levels", None)], id="10,000 levels of objects"
    ),
    pytest.param(
        "{'a': True,\n b: [1 2,],\n \"c\": 01}\nx",
        [
            (1, 2, "the string `'a'` is in single quotes", 'write `"a"`'),
            (1, 7, "`True` is not JSON", "write `true`"),
            (2, 2, "the key `b` is not in double quotes", 'write `"b"`'),
            (2, 7, "a comma is missing after `1`", None),
            (2, 9, "a comma before `]`", "delete it: nothing follows"),
            (
                3,
                7,
                "`01` is not a number in JSON",
                "no zero may lead; an account id is a string and goes in double quotes",
            ),
            (4, 1, "unexpected `x` after the end of the document", ONE_VALUE),
        ],
        id="many faults at once, each at its place",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_bad_json_is_told_with_its_place(text: str | bytes, expected: list[tuple[int, int, str, str | None]]) -> None:
    _, faults = read_json(text, "policy.json")
    told = [(fault.place.line, fault.place.column, fault.message, fault.hint) for fault in faults if fault.place]
    assert told == expected
    assert all(fault.render() for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\x00" * 5000, id="five thousand NULs"),
        pytest.param("[" + "1 " * 5000 + "]", id="five thousand missing commas"),
        pytest.param("[" + "'a'," * 5000 + "]", id="five thousand single-quoted strings"),
        pytest.param('["' + "\x01" * 5000 + '"]', id="five thousand control characters in one string"),
        pytest.param("'\"" * 500_000, id="a megabyte of quotes"),
        pytest.param(b"\xff" * 5000, id="five thousand bytes that are no UTF-8"),
    ],
)
def test_no_more_than_a_hundred_faults_are_told(text: str | bytes) -> None:
    _, faults = read_json(text, None)
    assert 1 <= len(faults) <= 100


def test_the_hundredth_fault_says_that_there_may_be_more() -> None:
    _, faults = read_json("[" + "1 " * 5000 + "]", None)
    assert len(faults) == 100
    assert faults[-1].hint == "only the first 100 faults are shown"


@pytest.mark.parametrize("fill", [" ", ",", "} ", ", "], ids=repr)
def test_what_may_follow_an_open_string_is_looked_at_once(fill: str) -> None:
    # Looked at from each sign anew, this would take minutes.
    node, faults = read_json('{"a": "' + fill * 200_000 + "x", None)
    assert node is not None
    assert [fault.message.rpartition("`")[2] for fault in faults][:1] == [" is not closed"]
