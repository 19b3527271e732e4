"""Patterns beside patterns: the answers agree with trying every short text."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.evaluator.globs import compile_resource_pattern, tokenize
from policyeval.lint.patterns import covers, matcher, overlap, resource_covers

TEXTS = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]
patterns = st.text("ab*?", max_size=4)


def _matched(pattern: str) -> set[str]:
    return set(filter(matcher(pattern), TEXTS))


@given(patterns, patterns)
def test_what_covers_matches_all_that_the_other_does(pattern: str, other: str) -> None:
    if covers(pattern, other):
        assert _matched(pattern) >= _matched(other)


SEGMENTS = ["".join(letters) for length in range(7) for letters in product("a:", repeat=length)]


@given(st.text("a:*?", max_size=6), st.text("a:*?", max_size=6))
def test_what_covers_a_resource_matches_all_that_the_other_does(pattern: str, other: str) -> None:
    if resource_covers(pattern, other):
        wide, narrow = (compile_resource_pattern(tokenize(each)) for each in (pattern, other))
        assert set(filter(wide, SEGMENTS)) >= set(filter(narrow, SEGMENTS))


@given(patterns, patterns)
def test_patterns_overlap_when_some_text_is_matched_by_both(one: str, other: str) -> None:
    # Two patterns of four have a common text of at most eight characters; one of five or fewer if any is short.
    assert overlap(one, other) >= bool(_matched(one) & _matched(other))
    assert overlap(one, other) == overlap(other, one)


@given(st.text("ab*", max_size=3), st.text("ab*", max_size=3))
def test_patterns_that_match_nothing_in_common_do_not_overlap(one: str, other: str) -> None:
    # The shortest text of two patterns of three has no more than six characters, and five without two stars.
    if overlap(one, other):
        assert any(map(matcher(one), filter(matcher(other), (*TEXTS, *("".join(t) for t in product("ab", repeat=6))))))


@pytest.mark.parametrize(
    ("pattern", "other", "answer"),
    [
        ("s3:*", "s3:Get*", True),
        ("s3:Get*", "s3:*", False),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:Get?", "s3:Get*", False),
        ("*", "anything*", True),
        ("a*c", "a*b*c", True),
        ("same?", "same?", True),
    ],
)
def test_cases_of_covering(pattern: str, other: str, *, answer: bool) -> None:
    assert covers(pattern, other) is answer


@pytest.mark.parametrize(
    ("pattern", "other", "answer"),
    [
        ("arn:aws:s3:::my-*", "arn:aws:s3:::my-bucket/*", True),
        ("arn:aws:logs:*:*:log-group:A*", "arn:aws:logs:*:*:log-group:A*:log-stream:*", True),
        ("arn:aws:logs:*:*:log-group:*A", "arn:aws:logs:*:*:log-group:B:A", False),
        ("arn:aws:kms:*", "arn:aws:kms:eu-central-1:111122223333:key/*", True),
        ("arn:aws:kms:*:*:key/*", "arn:aws:kms:eu-central-1:111122223333:alias/*", False),
        ("arn:aws:s3:::home/*", "arn:aws:s3:::home/${aws:username}/*", True),
        ("*", "arn:aws:s3:::my-bucket", True),
    ],
)
def test_cases_of_covering_a_resource(pattern: str, other: str, *, answer: bool) -> None:
    assert resource_covers(pattern, other) is answer
