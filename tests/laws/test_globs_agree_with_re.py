from __future__ import annotations

import re
import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.evaluator.globs import compile_arn_pattern, compile_glob, compile_resource_pattern, tokenize

PATTERNS = st.text("ab*?:", max_size=12)
TEXTS = st.text("abc:*?", max_size=14)


def _translated(pattern: str, one: str = ".") -> str:
    return "".join({"*": f"{one}*", "?": one}.get(character, re.escape(character)) for character in pattern)


def _by_segment(pattern: str) -> str:
    """S21: a star before a colon or at the end runs on, other wildcards stay in their segment."""
    parts = []
    for index, character in enumerate(pattern):
        last = pattern[index + 1 : index + 2] in {"", ":"}
        parts.append(
            {"*": ".*" if last else "[^:]*", "?": "[^:]"}.get(character, re.escape(character)),
        )
    return "".join(parts)


@given(PATTERNS, TEXTS)
def test_a_glob_agrees_with_re(pattern: str, text: str) -> None:
    expected = re.fullmatch(_translated(pattern), text, re.DOTALL) is not None
    assert compile_glob(tokenize(pattern))(text) is expected


@given(PATTERNS, TEXTS)
def test_a_resource_pattern_agrees_with_re(pattern: str, text: str) -> None:
    expected = re.fullmatch(_by_segment(pattern), text, re.DOTALL) is not None
    assert compile_resource_pattern(tokenize(pattern))(text) is expected


@given(st.lists(st.text("ab*?", max_size=4), min_size=5, max_size=5), st.lists(st.text("abc:", max_size=4), min_size=5))
def test_an_arn_pattern_agrees_with_re_on_each_part(written: list[str], given_: list[str]) -> None:
    pattern, text = ":".join(["arn", *written]), ":".join(["arn", *given_])
    parts = text.split(":", 5)
    globs = pattern.split(":", 5)
    expected = all(re.fullmatch(_translated(glob), part) for glob, part in zip(globs, parts, strict=True))
    assert bool(compile_arn_pattern(tokenize(pattern))(text)) is expected


def _steps(pattern: str, text: str) -> int:
    """Count the lines that a match runs: what every Python reports alike, unlike its bytecodes."""
    matches = compile_glob(tokenize(pattern))
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    old = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        matches(text)
    finally:
        sys.settrace(old)
    return count


@pytest.mark.parametrize("unit", ["a*", "*a", "a*?", "?*", "a?*"])
@pytest.mark.parametrize("tail", ["b", "a", "?b", "*b", "c*b"])
@pytest.mark.parametrize("end", ["", "b"])
def test_globs_take_linear_time(unit: str, tail: str, end: str) -> None:
    small, large = (_steps(unit * size + tail, "a" * size * 4 + end) for size in (60, 240))
    assert large <= 4.5 * small, "four times the pattern and text, about four times the steps"


@pytest.mark.parametrize("unit", ["a*", "*a", "?*"])
def test_globs_take_linear_time_in_the_text_alone(unit: str) -> None:
    small, large = (_steps(unit * 30 + "c*b", "a" * size + "b") for size in (1000, 8000))
    assert large <= 8.5 * small
