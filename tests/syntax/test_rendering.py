"""Whole messages as a person sees them."""

from __future__ import annotations

import tracemalloc
from textwrap import dedent

import pytest

from policyeval.errors import PolicySyntaxError
from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.policy import parse_policy

TYPED_BY_HAND = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowUse",
      "Effect": "allow",
      "Principal": {"AWS": "arn:aws:iam::444455556666:role/*"}
      "Action": ["kms:Decrypt", "kms:Encrypt",],
      'Resource': "arn:aws:s3:::home/${aws:username",
      "Condition": {"StringEquals": {"aws:PrincipalOrgID": None}}
    }
  ]
}
"""

SHOWN = """\
key.json:6:17: the effect `allow` is neither `Allow` nor `Deny`
    6 |       "Effect": "allow",
                        ^^^^^^^
  hint: write `Allow`
key.json:7:28: the principal `arn:aws:iam::444455556666:role/*` has a wildcard in it
    7 |       "Principal": {"AWS": "arn:aws:iam::444455556666:role/*"}
                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: a principal is named in full or is `"*"`; to match many, add a Condition with `ArnLike` on `aws:PrincipalArn`
key.json:7:63: a comma is missing after `}`
    7 |       "Principal": {"AWS": "arn:aws:iam::444455556666:role/*"}
                                                                      ^
key.json:8:46: a comma before `]`
    8 |       "Action": ["kms:Decrypt", "kms:Encrypt",],
                                                     ^
  hint: delete it: nothing follows
key.json:9:7: the string `'Resource'` is in single quotes
    9 |       'Resource': "arn:aws:s3:::home/${aws:username",
              ^^^^^^^^^^
  hint: write `"Resource"`
key.json:9:38: the variable `${` is never closed
    9 |       'Resource': "arn:aws:s3:::home/${aws:username",
                                             ^^^^^^^^^^^^^^
  hint: close it with `}`; `${$}{` stands for the two characters
key.json:10:60: `None` is not JSON
   10 |       "Condition": {"StringEquals": {"aws:PrincipalOrgID": None}}
                                                                   ^^^^
  hint: write `null`
key.json:10:60: a value of the condition key `aws:PrincipalOrgID` must be a string, a number or a boolean, or an array of them, not null
   10 |       "Condition": {"StringEquals": {"aws:PrincipalOrgID": None}}
                                                                   ^^^^"""


def shown(text: str | bytes, name: str | None) -> str:
    with pytest.raises(PolicySyntaxError) as caught:
        parse_policy(text, name)
    return str(caught.value)


def test_a_policy_typed_by_hand_gets_all_its_faults_at_once() -> None:
    assert shown(TYPED_BY_HAND, "key.json") == SHOWN


def test_a_caret_stands_under_a_variable_behind_escapes() -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*",\n "Resource": "\\u00e9\\"${}"}}'
    assert shown(text, None).splitlines() == [
        "<text>:2:23: the variable `${}` names no key",
        r"""    2 |  "Resource": "\u00e9\"${}"}}""",
        "                              ^^^",
    ]


@pytest.mark.parametrize(
    ("before", "cells"),
    [
        pytest.param("équipe", 6, id="letters of Europe take one cell"),
        pytest.param("鍵の管理", 8, id="letters of East Asia take two"),
        pytest.param("e\N{COMBINING ACUTE ACCENT}quipe", 6, id="a mark on a letter takes none"),
        pytest.param("か\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}", 2, id="a mark on a wide letter takes none"),
        pytest.param(
            "\N{HANGUL CHOSEONG HIEUH}\N{HANGUL JUNGSEONG A}\N{HANGUL JONGSEONG NIEUN}",
            2,
            id="letters of one syllable take two",
        ),
        pytest.param("ที่", 1, id="vowels and tones above a letter take none"),
        pytest.param("\N{COMBINING ACUTE ACCENT}e", 1, id="a mark at the beginning takes none"),
        pytest.param(
            "1\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", 1, id="what encloses a letter takes none"
        ),
        pytest.param("🔑", 2, id="a picture takes two"),
    ],
)
def test_a_caret_stands_where_a_terminal_shows_what_is_wrong(before: str, cells: int) -> None:
    text = f'{{"Version": "2012-10-17", "Statement": [\n{{"Sid": "{before}", "Effect": "許可"}}]}}'
    lines = shown(text, None).splitlines()
    at = next(number for number, line in enumerate(lines) if "neither" in line)
    line, caret = lines[at + 1 : at + 3]
    assert line.endswith(f'"{before}", "Effect": "許可"}}]}}')
    assert (
        caret == " " * (8 + len('{"Sid": "') + cells + len('", "Effect": ')) + "^" * 6
    )  # two quotes, two wide letters


def test_a_duplicate_key_points_back() -> None:
    text = '{"Statement": {"Effect": "Deny",\n"Action": "s3:*", "Resource": "*",\n"Effect": "Allow"}}'
    assert shown(text, "a.json") == dedent(
        """\
        a.json:3:1: duplicate key `Effect`
            3 | "Effect": "Allow"}}
                ^^^^^^^^
          hint: it was first given on line 1"""
    )


def test_what_cannot_be_printed_is_not_printed() -> None:
    assert shown("\x1b[31m{", "evil.json").splitlines()[:3] == [
        "evil.json:1:1: unexpected `\\u001b`",
        "    1 | \N{REPLACEMENT CHARACTER}[31m{",
        "        ^",
    ]
    assert "\x1b" not in shown('{"\\u001b": "\x1b"}', "evil.json")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_of_megabytes_is_not_copied_to_be_shown(end: str) -> None:
    source = Source("a.json", "[\n" + " " * 3_000_000 + "5" + end)
    at = source.text.index("5")
    diagnostic = Diagnostic("a number", place=Place(source, at, at + 1))
    diagnostic.render()  # it finds the lines once
    tracemalloc.start()
    lines = diagnostic.render().splitlines()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines[1:] == ["    2 | " + " " * 50 + "5", " " * 58 + "^"]
    assert most < 100_000
