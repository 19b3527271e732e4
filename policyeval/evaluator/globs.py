"""Wildcard patterns, matched in time that grows with text and pattern, never with the ways in which stars could fit.

A pattern is a tuple of tokens: literal text, `STAR` and `ANY`. Literal text from a policy
variable stays literal, so `*` in a user's name is no wildcard. Between two stars only the
leftmost fit of a chunk matters, so no star is ever tried twice; regular expressions would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from operator import call
from typing import TypeAlias


class Wild(Enum):
    """The two wildcards."""

    STAR = "*"
    ANY = "?"


STAR, ANY = Wild.STAR, Wild.ANY
Token: TypeAlias = str | Wild
Tokens: TypeAlias = tuple[Token, ...]
Matcher: TypeAlias = Callable[[str], bool]

_WILDCARDS: Mapping[str, Token] = {"*": STAR, "?": ANY}
_PIECES = re.compile(r"[*?]|[^*?]+").findall


def tokenize(pattern: str) -> Tokens:
    """Split a pattern as it is written into tokens."""
    if "*" not in pattern and "?" not in pattern:
        return (pattern,) if pattern else ()
    return join_tokens(_WILDCARDS.get(piece, piece) for piece in _PIECES(pattern))


def join_tokens(parts: Iterable[Token]) -> Tokens:
    """Merge neighbouring literals, and neighbouring stars, which mean one star."""
    tokens: list[Token] = []
    for part in parts:
        last = tokens[-1] if tokens else None
        if isinstance(part, str) and isinstance(last, str):
            tokens[-1] = last + part
        elif part != "" and not (part is STAR and last is STAR):
            tokens.append(part)
    return tuple(tokens)


def split_tokens(tokens: Tokens, separator: str, maximum: int = -1) -> list[Tokens]:
    """Split at a separator in the literals, as `str.split` does."""
    fields: list[list[Token]] = [[]]
    for token in tokens:
        if isinstance(token, Wild):
            fields[-1].append(token)
            continue
        left = maximum - len(fields) + 1  # stays negative where it began so: no limit
        first, *rest = token.split(separator, left)
        fields[-1].append(first)
        fields.extend([piece] for piece in rest)
    return [join_tokens(field) for field in fields]


def compile_glob(tokens: Tokens) -> Matcher:
    """Compile a pattern in which a star stands for any text and `?` for any one character."""
    if STAR not in tokens and ANY not in tokens:
        return _equals("".join(token for token in tokens if isinstance(token, str)))
    if tokens == (STAR,):
        return _always
    if ANY not in tokens:
        literals = [token for token in tokens if isinstance(token, str)]
        if len(tokens) == 2:  # noqa: PLR2004 - one literal beside one star
            return _prefix(literals[0]) if tokens[1] is STAR else _suffix(literals[0])
        return _starred(tokens)
    return _Glob(tokens)


def _equals(literal: str) -> Matcher:
    return literal.__eq__


def _always(_text: str) -> bool:
    return True


def _prefix(literal: str) -> Matcher:
    return lambda text: text.startswith(literal)


def _suffix(literal: str) -> Matcher:
    return lambda text: text.endswith(literal)


def _starred(tokens: Tokens) -> Matcher:
    """Match literals between stars, written out because most patterns are that."""
    head = tokens[0] if isinstance(tokens[0], str) else ""
    tail = tokens[-1] if isinstance(tokens[-1], str) else ""
    inner = tokens[bool(head) : len(tokens) - bool(tail)]
    middle = tuple(token for token in inner if isinstance(token, str))
    if len(middle) == 1 and not tail:
        return _head_and_middle(head, middle[0])
    start, end = len(head), len(tail)

    def matches(text: str) -> bool:
        last = len(text) - end
        if last < start or not (text.startswith(head) and text.endswith(tail)):
            return False
        at = start
        for literal in middle:
            at = text.find(literal, at, last)
            if at < 0:
                return False
            at += len(literal)
        return True

    return matches


def _head_and_middle(head: str, middle: str) -> Matcher:
    """Match `head*middle*`, as in `arn:aws:kms:*:111122223333:key/*`."""
    start = len(head)
    return lambda text: text.startswith(head) and text.find(middle, start) >= 0


class _Chunk:
    """What stands between two stars, literals and `?`: of fixed length, so that looking for it never goes back."""

    __slots__ = ("_match", "_search", "length")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.length = sum(len(token) if isinstance(token, str) else 1 for token in tokens)
        pieces = (re.escape(token) if isinstance(token, str) else "." for token in tokens)
        expression = re.compile("".join(pieces), re.DOTALL)
        self._match, self._search = expression.match, expression.search

    def fits(self, text: str, at: int) -> bool:
        """Tell whether the chunk stands at a place."""
        return self._match(text, at) is not None

    def find(self, text: str, start: int, end: int) -> int:
        """Find the leftmost fit within a span, -1 when there is none."""
        found = self._search(text, start, end)
        return found.start() if found is not None else -1


class _Glob:
    """Head, chunks between stars, tail."""

    __slots__ = ("head", "least", "middle", "starred", "tail")

    def __init__(self, tokens: Tokens) -> None:
        runs: list[list[Token]] = [[]]
        for token in tokens:
            if token is STAR:
                runs.append([])
            else:
                runs[-1].append(token)
        chunks = [_Chunk(run) for run in runs]
        self.starred = len(chunks) > 1
        self.head, self.tail = chunks[0], chunks[-1]
        self.middle = tuple(chunk for chunk in chunks[1:-1] if chunk.length)
        self.least = sum(chunk.length for chunk in chunks)

    def __call__(self, text: str) -> bool:
        size = len(text)
        if not self.starred:
            return size == self.least and self.head.fits(text, 0)
        end = size - self.tail.length
        if size < self.least or not self.head.fits(text, 0) or not self.tail.fits(text, end):
            return False
        at = self.head.length
        for chunk in self.middle:
            found = chunk.find(text, at, end)
            if found < 0:
                return False
            at = found + chunk.length
        return True


def compile_resource_pattern(tokens: Tokens) -> Matcher:
    """Compile a Resource pattern: wildcards stay inside their ARN segment (S21).

    A star that ends a segment runs on over the colons that follow it.
    """
    if STAR not in tokens and ANY not in tokens:
        return compile_glob(tokens)
    if ANY not in tokens and _stars_end_segments(tokens):
        return compile_glob(tokens)
    return _SegmentedGlob(tokens)


def _stars_end_segments(tokens: Tokens) -> bool:
    return all(
        following is None or (isinstance(following, str) and following.startswith(":"))
        for token, following in pairwise((*tokens, None))
        if token is STAR
    )


class _SegmentedGlob:
    """Matches segment by segment; only a final star lets a segment absorb its successors."""

    __slots__ = ("segments",)

    def __init__(self, tokens: Tokens) -> None:
        self.segments = tuple(
            (compile_glob(segment), bool(segment) and segment[-1] is STAR) for segment in split_tokens(tokens, ":")
        )

    def __call__(self, text: str) -> bool:
        parts = text.split(":")
        count = len(parts)
        reached = {0}
        for matches, runs_on in self.segments:
            ends = {at + 1 for at in reached if at < count and matches(parts[at])}
            if not ends:
                return False
            reached = set(range(min(ends), count + 1)) if runs_on else ends
        return count in reached


def compile_arn_pattern(tokens: Tokens) -> Matcher:
    """Compile an ArnLike or ArnEquals value: six segments, each a glob of its own (S33).

    Raises:
        ValueError: the pattern has fewer than six segments.

    """
    if tokens == (STAR,):
        return is_arn
    fields = split_tokens(tokens, ":", 5)
    if len(fields) != 6:  # noqa: PLR2004 - an ARN's fields
        message = "an ARN has six parts"
        raise ValueError(message)
    globs = [compile_glob(field) for field in fields]

    def matches(text: str) -> bool:
        parts = text.split(":", 5)
        return len(parts) == len(globs) and all(map(call, globs, parts))

    return matches


def is_arn(text: str) -> bool:
    """Tell whether a text has an ARN's shape."""
    return text.startswith("arn:") and text.count(":") >= 5  # noqa: PLR2004 - the colons of an ARN
