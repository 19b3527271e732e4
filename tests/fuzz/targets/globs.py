"""Wildcards match what a walk over sets of places says they match; the input is a pattern, a line end, a text."""

from __future__ import annotations

from collections.abc import Callable

from policyeval.evaluator.globs import compile_arn_pattern, compile_glob, compile_resource_pattern, is_arn, tokenize
from tests.fuzz.checks import text_of

FINE = ()
WORDS = (b"*", b"?", b"**", b"*?", b"a*", b"ab", b":", b"arn:", b"a:b:c:d:e:f", b"\n")


def run(data: bytes) -> None:
    pattern, _, text = text_of(data[:600]).partition("\n")
    tokens = tokenize(pattern)
    assert compile_glob(tokens)(text) is _matches(pattern, text, lambda _index, _character: True)
    assert bool(compile_resource_pattern(tokens)(text)) is _matches(pattern, text, _within_segments(pattern))
    try:
        by_parts = compile_arn_pattern(tokens)
    except ValueError:
        assert pattern.count(":") < 5
        assert pattern.strip("*") or not pattern
        return
    if not pattern.strip("*"):
        assert by_parts(text) is is_arn(text)
        return
    globs, parts = pattern.split(":", 5), text.split(":", 5)
    expected = len(parts) == 6 and all(
        _matches(glob, part, lambda _index, _character: True) for glob, part in zip(globs, parts, strict=True)
    )
    assert bool(by_parts(text)) is expected


Crosses = Callable[[int, str], bool]


def _within_segments(pattern: str) -> Crosses:
    """S21: a wildcard stays in its segment, but a star that ends one runs on over the colons."""

    def crosses(index: int, character: str) -> bool:
        ends_segment = pattern[index + 1 : index + 2] in {"", ":"}
        return character != ":" or (pattern[index] == "*" and ends_segment)

    return crosses


def _matches(pattern: str, text: str, crosses: Crosses) -> bool:
    places = {0}
    for index, character in enumerate(pattern):
        if character == "*":
            grown = set(places)
            for place in sorted(places):
                at = place
                while at < len(text) and crosses(index, text[at]):
                    at += 1
                    if at in grown:
                        break
                    grown.add(at)
            places = grown
        else:
            one = crosses if character == "?" else _same(character)
            places = {place + 1 for place in places if place < len(text) and one(index, text[place])}
    return len(text) in places


def _same(wanted: str) -> Crosses:
    return lambda _index, character: character == wanted
