"""Context keys as a request writes them: what their values must be, and what is read of them all."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.facts import Key, KeyReader, fold_names, read_met
from tests.authorizer.estates import ask, deny, when

DECRYPT = ActionFacts("kms:Decrypt")
# the key, a text that is taken at once, one that is looked at, what its values should be
TEXTS: list[tuple[str, str | None, str | None, str]] = [
    ("team:x", None, None, ""),
    ("aws:UserAgent", None, None, ""),
    ("aws:SecureTransport", "true", "True", "`true` or `false`"),
    (
        "aws:CurrentTime",
        "2026-01-31T12:00:00Z",
        "1769860800",
        "a date such as `2026-01-31T12:00:00Z`, or epoch seconds",
    ),
    ("aws:MultiFactorAuthAge", None, "7", "a number"),
    ("aws:SourceIp", "10.0.0.1", "::1", "an IP address"),
    ("aws:SourceArn", "arn:aws:s3:::b", "bucket", "an ARN"),
    ("aws:TagKeys", None, "a", ""),
    ("sts:RequestContextProviders", None, "arn:aws:iam::aws:contextProvider/x", "an ARN"),
]


@pytest.mark.parametrize(("name", "at_once", "closely", "expected"), TEXTS)
def test_a_text_is_taken_at_once_or_looked_at(
    name: str, at_once: str | None, closely: str | None, expected: str
) -> None:
    key = Key(name)
    assert key.expected == expected
    if key.looks_right is None:
        assert (at_once, closely) == (None, None)
        return
    assert at_once is None or key.looks_right(at_once)
    assert closely is not None
    assert not key.looks_right(closely)


# what holds, the context, what is read of it, whether some of it could contradict what is derived
READ: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("nothing", {}, {}, False),
    ("what nothing derives", {"Team:X": "Y", "team:z": "z"}, {"team:x": "Y", "team:z": "z"}, False),
    ("what is derived", {"aws:PrincipalArn": "arn:aws:iam::1:user/x"}, {"aws:principalarn": "arn:aws:iam::1:user/x"}, True),
    ("what is derived beside others", {"aws:userid": "x", "a:b": "c"}, {"aws:userid": "x", "a:b": "c"}, True),
    ("what the action does not carry", {"kms:GrantOperations": ["Decrypt"], "team:x": "y"}, {"team:x": "y"}, False),
    ("one value of several", {"aws:TagKeys": "a"}, {"aws:tagkeys": ("a",)}, False),
]  # fmt: skip


@pytest.mark.parametrize(("context", "folded", "guarded"), [pytest.param(*row[1:], id=row[0]) for row in READ])
def test_a_context_is_read(
    monkeypatch: pytest.MonkeyPatch,
    context: dict[str, Any],
    folded: dict[str, Any],
    guarded: bool,  # noqa: FBT001 - a column of the table
) -> None:
    monkeypatch.setattr("policyeval.authorizer.facts._given_twice", lambda _context: pytest.fail("nothing is"))
    reader, notes = KeyReader(), list[str]()
    for _ in range(2):  # keys that were met are read as new ones are
        assert reader.read(context, DECRYPT, notes.append) == (folded, guarded)
    assert notes == 2 * [
        f"requests for `kms:Decrypt` do not carry `{name}`: left out" for name in context if name.lower() not in folded
    ]
    met = read_met(context, reader.met(DECRYPT), {})
    assert met == (None if guarded or notes else folded)


def test_what_is_left_out_hides_no_key_behind_it() -> None:
    described = {"alice": [deny(Condition=when("StringEquals", "team:x", "y"))]}
    decision = ask(described, context={"kms:GrantOperations": ["Decrypt"], "team:x": "y"})
    assert decision.reason == "explicit_deny"


def test_names_that_fold_alike_take_no_longer_the_more_there_are() -> None:
    pairs = {f"{letter}{number}": letter for letter in "kK" for number in range(20_000)}
    begun = process_time()
    folded = fold_names(pairs | {"other": "x"})
    assert (len(folded), folded["k7"], folded["other"]) == (20_001, ("k", "K"), "x")
    assert process_time() - begun < 1
