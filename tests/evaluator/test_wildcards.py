"""Every short pattern against every short text: globs and resource patterns match what plain recursion says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from policyeval.evaluator.globs import (
    ANY,
    STAR,
    Wild,
    _Chunk,
    _SegmentedGlob,
    compile_arn_pattern,
    compile_glob,
    compile_resource_pattern,
    is_arn,
    split_tokens,
    tokenize,
)


def words(alphabet: str, longest: int) -> Iterator[str]:
    for length in range(longest + 1):
        yield from map("".join, product(alphabet, repeat=length))


def like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return like(pattern[1:], text) or (text != "" and like(pattern, text[1:]))
    return text != "" and pattern[0] in {"?", text[0]} and like(pattern[1:], text[1:])


def like_by_segment(pattern: str, text: str) -> bool:
    """S21: wildcards stay in their segment, but a star that ends one runs on over the colons."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        crosses = pattern[1:2] in {"", ":"}
        return like_by_segment(pattern[1:], text) or (
            text != "" and (crosses or text[0] != ":") and like_by_segment(pattern, text[1:])
        )
    if text == "" or (pattern[0] == "?" and text[0] == ":"):
        return False
    return pattern[0] in {"?", text[0]} and like_by_segment(pattern[1:], text[1:])


GLOB_TEXTS = list(words("ab", 5))


@pytest.mark.parametrize("start", ["", "a", "b", "*", "?"])
def test_globs(start: str) -> None:
    for rest in words("ab*?", 4 if start else 0):
        matches = compile_glob(tokenize(start + rest))
        wrong = [text for text in GLOB_TEXTS if matches(text) is not like(start + rest, text)]
        assert wrong == [], start + rest


# Several chunks of several pieces: a core that is not the first piece, and fits that fail at first.
CHUNKS = ["*?ab?*", "*a?bb*", "*?b?a*b", "a*?ab*?b", "*bb?a*?", "?*ab?a*b?", "*a?b*b?a*", "*?a*?b*", "*ab?ba*"]


@pytest.mark.parametrize("pattern", CHUNKS)
def test_chunks_between_stars(pattern: str) -> None:
    matches = compile_glob(tokenize(pattern))
    assert [text for text in words("ab", 9) if matches(text) is not like(pattern, text)] == []


SEGMENT_TEXTS = list(words("a:", 5))


@pytest.mark.parametrize("start", ["", "a", ":", "*", "?"])
def test_resource_patterns(start: str) -> None:
    for rest in words("a:*?", 4 if start else 0):
        matches = compile_resource_pattern(tokenize(start + rest))
        wrong = [text for text in SEGMENT_TEXTS if matches(text) is not like_by_segment(start + rest, text)]
        assert wrong == [], start + rest


@pytest.mark.parametrize("colons", range(8))
def test_arn_patterns_have_six_parts(colons: int) -> None:
    pattern = "a" + ":" * colons
    if colons < 5:
        with pytest.raises(ValueError, match="an ARN has six parts"):
            compile_arn_pattern(tokenize(pattern))
        return
    matches = compile_arn_pattern(tokenize(pattern))
    assert [size for size in range(9) if matches("a" + ":" * size)] == [colons]


def test_each_part_of_an_arn_is_matched_by_itself() -> None:
    matches = compile_arn_pattern(tokenize("arn:*:s?s:*:1*:a*c"))
    assert matches("arn:aws:sqs:us-east-1:12:abc")
    assert matches("arn:aws:sqs::1:a:b:c")
    for other in ("arn:aws:sqqs::1:ac", "arn:aws:sqs::2:ac", "arn:aws:sqs::1:ab", "arn:aws:sqs:1:ac", "aws:sqs::1:ac"):
        assert not matches(other)


# a pattern, its tokens
TOKENS: list[tuple[str, tuple[str | Wild, ...]]] = [
    ("", ()),
    ("ab", ("ab",)),
    ("a*", ("a", STAR)),
    ("**", (STAR,)),
    ("a?*b", ("a", ANY, STAR, "b")),
    ("??", (ANY, ANY)),
]


@pytest.mark.parametrize(("pattern", "tokens"), TOKENS)
def test_tokens(pattern: str, tokens: tuple[str | Wild, ...]) -> None:
    assert tokenize(pattern) == tokens


def test_literals_side_by_side_are_one_text() -> None:
    matches = compile_glob(("a", "b"))
    assert [text for text in words("ab", 3) if matches(text)] == ["ab"]


# a pattern, the separator's most splits, the fields
SPLITS: list[tuple[str, int, list[str]]] = [
    ("a:b:c", -1, ["a", "b", "c"]),
    ("a*:b:c?", -1, ["a*", "b", "c?"]),
    ("a:b:c", 1, ["a", "b:c"]),
    ("a:b*c:d:*", 2, ["a", "b*c", "d:*"]),
    ("*a:b", 0, ["*a:b"]),
]


@pytest.mark.parametrize(("pattern", "most", "fields"), SPLITS)
def test_patterns_are_split_as_texts_are(pattern: str, most: int, fields: list[str]) -> None:
    assert pattern.split(":", most) == fields
    assert split_tokens(tokenize(pattern), ":", most) == [tokenize(field) for field in fields]


# a resource pattern, whether it must be matched segment by segment
SEGMENTED: list[tuple[str, bool]] = [
    ("arn:aws:kms:*:111122223333:key/*", False),
    ("arn:aws:s3:::b*", False),
    ("*", False),
    ("arn:aws:s*s:us-east-1:*", True),
    ("arn:aws:s3:::b?", True),
]


@pytest.mark.parametrize(("pattern", "segmented"), SEGMENTED)
def test_where_stars_end_their_segments_the_whole_is_one_glob(pattern: str, segmented: bool) -> None:  # noqa: FBT001 - a column of the table
    assert isinstance(compile_resource_pattern(tokenize(pattern)), _SegmentedGlob) is segmented


def test_a_chunk_is_found_where_it_stands_first() -> None:
    chunk = _Chunk(tokenize("z?abc?yy"))
    assert chunk.length == 8
    assert chunk.find("xxz-abc-yyx", 0, 11) == 2
    assert chunk.find("xxz-abc-yyz-abc-yy", 3, 18) == 10
    assert chunk.find("xxz-abc-yx", 0, 10) == -1
    assert chunk.find("xxz-abc-yy", 0, 9) == -1
    assert chunk.find("nothing of it", 0, 13) == -1


def test_what_is_special_in_regular_expressions_is_itself() -> None:
    matches = compile_glob(tokenize("*.+?[a-z]?(|)*$^?\\w"))
    assert matches("x.+-[a-z]-(|)y$^-\\w")
    assert matches(".+\n[a-z]\r(|)$^\u2028\\w")
    for other in ("xx+-[a-z]-(|)y$^-\\w", "x.+-b-(|)y$^-\\w", "x.+-[a-z]-(|)y$^-x", "x.+-[a-z]-()y$^-\\w"):
        assert not matches(other)


def test_a_lone_star_is_every_arn() -> None:
    matches = compile_arn_pattern(tokenize("*"))
    for text in ("arn:aws:s3:::b", "arn:::::", "arn::::", "aws:arn::::::", ""):
        assert matches(text) is is_arn(text)
    assert [is_arn(text) for text in ("arn:::::", "arn:a:b:c:d:e:f", "arn::::", "Arn:::::", "xarn::::::")] == [
        True,
        True,
        False,
        False,
        False,
    ]
