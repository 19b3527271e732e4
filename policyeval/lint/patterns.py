"""Wildcard patterns beside each other: does one match all that another does, do two match something in common.

Both answers are for plain text, without policy variables and without regard to an ARN's segments.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.evaluator.globs import ANY, STAR, compile_glob, compile_resource_pattern, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.evaluator.globs import Matcher, Token

_WILDCARD: Final = re.compile(r"[*?]")

_compiled = lru_cache(maxsize=4096)(lambda pattern: compile_glob(tokenize(pattern)))


def has_wildcard(text: str) -> bool:
    """Tell whether a text is a pattern."""
    return "*" in text or "?" in text


def matcher(pattern: str) -> Matcher:
    """Compile a pattern, or give the one compiled before."""
    return _compiled(pattern)


@lru_cache(maxsize=4096)
def literal_head(pattern: str) -> str:
    """Give what stands before the first wildcard."""
    return _WILDCARD.split(pattern, maxsplit=1)[0]


def covers(pattern: str, other: str) -> bool:
    """Tell whether every text that `other` matches is matched by `pattern`; not all such pairs are seen.

    A pattern reads the other's stars and question marks as characters like any: its own star takes them, a
    literal never equals them. Only its question mark would take a star for one character.
    """
    return covering(pattern)(other)


def action_covers(pattern: str, other: str) -> bool:
    """Tell the same of two actions, whose case does not count."""
    return covers(pattern.lower(), other.lower())


def covering(pattern: str) -> Matcher:
    """Give `covers` for one pattern and many others."""
    matches = _compiled(pattern)
    if "?" not in pattern:
        return matches
    return lambda other: pattern == other or ("*" not in other and matches(other))


@lru_cache(maxsize=4096)
def _compiled_resource(pattern: str) -> Matcher:
    return compile_resource_pattern(tokenize(pattern))


def resource_covers(pattern: str, other: str) -> bool:
    """Tell the same of two resources, of which stars stay in their segments unless they end one (S21).

    A star of the other that runs over colons ends its segment; only one that does so as well can take it.
    """
    return resource_covering(pattern)(other)


def resource_covering(pattern: str) -> Matcher:
    """Give `resource_covers` for one pattern and many others."""
    # Without regard to segments it is quickly asked, and most that do not match do not match then either.
    matches, matches_segments = _compiled(pattern), _compiled_resource
    wide = "?" in pattern
    return lambda other: (
        pattern == other or (not (wide and "*" in other) and matches(other) and matches_segments(pattern)(other))
    )


def overlap(one: str, other: str) -> bool:
    """Tell whether some text is matched by both patterns."""
    if not has_wildcard(other):
        return _compiled(one)(other)
    if not has_wildcard(one):
        return _compiled(other)(one)
    head, other_head = literal_head(one), literal_head(other)
    # Most pairs differ before their first wildcard, or match there and one of them goes on with a star alone.
    if not (head.startswith(other_head) or other_head.startswith(head)):
        return False
    if (one == f"{head}*" and other_head.startswith(head)) or (
        other == f"{other_head}*" and head.startswith(other_head)
    ):
        return True
    return _meet(one, other)


class Texts(NamedTuple):
    """The values of a condition: those that are taken as they stand, and the patterns."""

    plain: frozenset[str]
    wild: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str], *, wildcards: bool = True) -> Texts:
        """Sort values; without `wildcards` a star is a star."""
        each = frozenset(texts)
        wild = frozenset(filter(has_wildcard, each)) if wildcards else frozenset()
        return cls(each - wild, tuple(wild))

    def comparisons(self, other: Texts) -> int:
        """Tell how often `meets` may have to compare."""
        return len(self.wild) * (len(other.plain) + len(other.wild)) + len(self.plain) * len(other.wild)

    def meets(self, other: Texts) -> bool:
        """Tell whether some text is among both."""
        return (
            not self.plain.isdisjoint(other.plain)
            or any(any(map(matcher(pattern), other.plain)) for pattern in self.wild)
            or any(any(map(matcher(pattern), self.plain)) for pattern in other.wild)
            or any(overlap(one, pattern) for one in self.wild for pattern in other.wild)
        )


def _meet(one: str, other: str) -> bool:
    """Tell the same of two patterns with wildcards, character by character.

    What of `one` can be behind us when so much of `other` is, is a set of positions: the bits of a number.
    """
    end, stars, anything, takes = _positions(one)
    reached = _past_stars(1, stars)
    for step in _steps(other):
        if step is STAR:
            # From the first position on, all of them.
            reached = (end << 1) - (reached & -reached)
        else:
            taking = end - 1 - stars if step is ANY else takes.get(step, anything)
            reached = _past_stars((reached & taking) << 1 | reached & stars, stars)
        if not reached:
            return False
    return bool(reached & end)


class _Positions(NamedTuple):
    """The end of a pattern, its stars, its question marks, and where it takes a character; each as bits."""

    end: int
    stars: int
    anything: int
    takes: dict[Token, int]


@lru_cache(maxsize=1024)
def _positions(pattern: str) -> _Positions:
    steps = _steps(pattern)
    stars, anything = (sum(1 << at for at, step in enumerate(steps) if step is wanted) for wanted in (STAR, ANY))
    takes: dict[Token, int] = {}
    for at, step in enumerate(steps):
        takes[step] = takes.get(step, anything) | 1 << at
    return _Positions(1 << len(steps), stars, anything, takes)


def _steps(pattern: str) -> list[Token]:
    return [piece for token in tokenize(pattern) for piece in (token if isinstance(token, str) else (token,))]


def _past_stars(reached: int, stars: int) -> int:
    """Add the positions behind stars, which may stand for nothing."""
    while more := (reached & stars) << 1 & ~reached:
        reached |= more
    return reached
