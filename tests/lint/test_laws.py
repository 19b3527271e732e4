"""Laws that hold for any text: the linter never fails, names places that are there, and mends what it says it mends."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policyeval.lint.config import Config
from policyeval.lint.finding import Edit, Finding, Fix, Severity
from policyeval.lint.linter import Linter
from policyeval.lint.mending import apply, mend
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import lint_bytes
from policyeval.lint.session import LintSession
from policyeval.model.policy import PolicyType
from policyeval.model.source import Place, Source

RULES = load_all()
LINTER = Linter(RULES)

_WORDS = st.sampled_from(
    ["*", "", "Allow", "Deny", "s3:*", "kms:Decrypt", "KMS:decrypt", "iam:PassRole", "arn:aws:s3:::example/*",
     "arn:aws:kms:us-east-1:111122223333:key/a", "arn:aws:iam::111122223333:role/*", "111122223333", "${aws:username}",
     "${", "aws:SourceIp", "10.0.0.0/8", "true", "2012-10-17", "kms.amazonaws.com", "a b", "é\U0001f511"],
)  # fmt: skip
_KEYS = st.sampled_from(
    ["Version", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal",
     "NotPrincipal", "Condition", "AWS", "Service", "StringEquals", "ForAllValues:StringLike", "BoolIfExists", "Null",
     "aws:SourceIp", "aws:PrincipalOrgID", "kms:ViaService", "aws:PrincipalTag/team", "Grants", "Operations", ""],
)  # fmt: skip
_SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | _WORDS
_ANYTHING = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=30
)
_VALUES = _WORDS | st.lists(_WORDS, max_size=5)
_STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": _WORDS,
        "Action": _VALUES,
        "NotAction": _VALUES,
        "Resource": _VALUES,
        "Principal": st.just("*") | st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), _VALUES),
        "Condition": st.dictionaries(_KEYS, st.dictionaries(_KEYS, _VALUES, max_size=2), max_size=2),
    },
)
_POLICIES = st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": st.lists(_STATEMENTS, max_size=4)})
_TYPES = st.none() | st.sampled_from(list(PolicyType))


@given(_POLICIES, _TYPES)
def test_a_linter_that_remembers_finds_what_a_new_one_finds(value: object, policy_type: PolicyType | None) -> None:
    data = json.dumps(value, indent=2).encode()

    def found(linter: Linter) -> list[Finding]:
        # Each report has a source of its own.
        findings = lint_bytes(linter, data, "a.json", policy_type).findings
        return [replace(each, place=replace(each.place, source=None), also=(), fix=None) for each in findings]

    remembering = found(LINTER)
    assert remembering == found(Linter(RULES))
    assert remembering == found(LINTER)


@given(_ANYTHING | _POLICIES, _TYPES)
def test_any_value_is_linted_and_every_place_is_in_the_text(value: object, policy_type: PolicyType | None) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    for finding in lint_bytes(LINTER, text.encode(), "a.json", policy_type).findings:
        for place in (finding.place, *finding.also):
            assert place.source is not None
            assert 0 <= place.start <= place.end <= len(text)
        for edit in finding.fix.edits if finding.fix else ():
            assert 0 <= edit.start <= edit.end <= len(text)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    lint_bytes(LINTER, data, "a.json", PolicyType.KEY)
    lint_bytes(LINTER, data, "a.yaml")


@given(_POLICIES, st.integers(0, 4), _TYPES)
def test_what_is_found_does_not_hang_on_how_a_policy_is_laid_out(
    policy: object, indent: int, policy_type: PolicyType | None
) -> None:
    def found(text: str) -> list[tuple[str, str, str]]:
        findings = lint_bytes(LINTER, text.encode(), "a.json", policy_type).findings
        return sorted((finding.code, finding.place.pointer, finding.message) for finding in findings)

    assert found(json.dumps(policy)) == found(json.dumps(policy, indent=indent))


@given(_POLICIES, _TYPES)
def test_a_mended_text_has_nothing_left_to_mend_and_no_more_errors(
    policy: object, policy_type: PolicyType | None
) -> None:
    text = json.dumps(policy, indent=2, ensure_ascii=False)
    session = LintSession(RULES, Config(), dt.date(2030, 1, 31), policy_type=policy_type)
    before = session.lint(read(text.encode(), "a.json"), "a.json")
    mended, left = session.fix(read(text.encode(), "a.json"), "a.json")
    assert session.fix(read(mended.encode(), "a.json"), "a.json")[0] == mended
    errors = [sum(item.finding.severity is Severity.ERROR for item in file.items) for file in (before, left)]
    assert errors[1] <= errors[0]


def _finding(*edits: Edit, severity: Severity = Severity.WARNING) -> Finding:
    place = Place(Source("a.json", ""), 0, 0)
    return Finding("S401", severity, None, "a fault", None, place, fix=Fix("mend it", edits) if edits else None)


def test_edits_are_made_where_they_were_meant() -> None:
    assert apply([Edit(0, 1, "A"), Edit(2, 2, "x"), Edit(3, 5, "")], "abcdef") == "Abxcf"


def test_of_two_fixes_that_touch_one_waits_for_the_next_round() -> None:
    rounds: list[str] = []

    def lint(text: str) -> list[Finding]:
        rounds.append(text)
        return [_finding(Edit(at, at + 2, "b")) for at in range(len(text) - 1) if text[at : at + 2] == "aa"]

    assert mend("aaaa", lint).text == "bb"
    assert rounds == ["aaaa", "baa", "bb"]


def test_a_round_that_makes_new_errors_is_not_made() -> None:
    def lint(text: str) -> list[Finding]:
        return [_finding(Edit(0, 1, "b"))] if text == "a" else [_finding(severity=Severity.ERROR)]

    assert (mend("a", lint).text, mend("a", lint).made) == ("a", 0)


def test_a_fix_that_makes_an_error_of_another_kind_is_not_made_and_keeps_no_other_from_being_made() -> None:
    def lint(text: str) -> list[Finding]:
        return [
            *(_finding(Edit(at, at + 1, "b"), severity=Severity.ERROR) for at, c in enumerate(text) if c == "a"),
            *(_finding(Edit(at, at + 1, "d")) for at, c in enumerate(text) if c == "c"),
            *(replace(_finding(severity=Severity.ERROR), code="S120") for _ in range(text.count("b") - 1)),
        ]

    assert mend("c a c a c", lint)[:2] == ("d b d a d", 4)


def test_a_fix_that_is_never_done_with_ends() -> None:
    assert mend("a", lambda _: [_finding(Edit(0, 0, "a"))]).made == 20


def test_a_text_with_very_many_fixes_is_mended() -> None:
    def lint(text: str) -> list[Finding]:
        return [_finding(Edit(at, at + 1, "d")) for at in range(0, 40_000, 2) if text[at] == "c"]

    assert mend("c " * 20_000 + " " * 2_000_000, lint)[:2] == ("d " * 20_000 + " " * 2_000_000, 20_000)
