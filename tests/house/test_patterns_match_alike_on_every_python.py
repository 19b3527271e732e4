"""A group that is repeated possessively, or atomic, misses matches before Python 3.11.5.

https://github.com/python/cpython/issues/106052, https://github.com/python/cpython/issues/101955. Single characters
(`[^"]*+`) are sound everywhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import policyeval

PACKAGE = Path(policyeval.__file__).parent
SOURCES = sorted({*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "grammar").glob("*.lark")})
BROKEN = re.compile(r"\)(?:[*+?]|\{\d+(?:,\d*)?\})\+|\(\?>")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_group_is_possessive_or_atomic(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if BROKEN.search(line)] == []


@pytest.mark.parametrize("pattern", ["(?:ab?)*+", "(a|b)++", "(?:ab)?+", "(?:a|b){2,3}+", "(?:a|b){2}+", "(?>ab?)"])
def test_the_search_finds_such_a_group(pattern: str) -> None:
    assert BROKEN.search(pattern)
    assert re.compile(pattern)


def test_single_characters_may_be_possessive() -> None:
    assert not BROKEN.search(r'"[^"\\]*+(?:\\.[^"\\]*+)*"')
