"""Texts with wildcards and variables, by the simplest means: sets of reachable positions.

A written text becomes a list of `Mark`s, one a character, which knows whether the character
still means something (`*` as written) or stands for itself (what a variable brought in).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

CURRENT = "2012-10-17"
_FIFTH_COLON = 5

Facts = Mapping[str, object]


class Mark(NamedTuple):
    """One character, and whether it is a wildcard if it looks like one."""

    character: str
    written: bool = True


def plain(text: str) -> list[Mark]:
    """Take a text as written, without variables."""
    return [Mark(character) for character in text]


def expand(text: str, version: str | None, facts: Facts) -> list[Mark] | None:
    """Replace variables under Version 2012-10-17; None when one cannot be resolved (S22)."""
    if version != CURRENT:
        return plain(text)
    marks: list[Mark] = []
    rest = text
    while rest:
        if rest.startswith("${") and "}" in rest:
            inside, rest = rest[2:].split("}", 1)
            value = _variable(inside, facts)
            if value is None:
                return None
            marks += [Mark(character, written=False) for character in value]
        else:
            marks.append(Mark(rest[0]))
            rest = rest[1:]
    return marks


def _variable(inside: str, facts: Facts) -> str | None:
    """Give a variable's text: one of the three characters, a single value, the default, or None (S22)."""
    if inside in {"*", "?", "$"}:
        return inside
    key, comma, default = inside.partition(",")
    value = facts.get(key.strip().lower())
    if isinstance(value, tuple):
        return None
    if value is None or value == "":
        default = default.strip()
        return default[1:-1] if comma and len(default) > 1 and default[0] == default[-1] == "'" else None
    return text_of(value)


def text_of(value: object) -> str:
    """Write a context value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def text(marks: Sequence[Mark]) -> str:
    """Join the characters again."""
    return "".join(mark.character for mark in marks)


def _reach(pattern: Sequence[Mark], subject: str, crosses: Callable[[int, str], bool], *, fold: bool = False) -> bool:
    """Match by walking the pattern with the set of places in the subject that it can have come to.

    `crosses(index, character)` tells whether the wildcard at that index may take that character.
    """
    places = {0}
    for index, mark in enumerate(pattern):
        if mark.written and mark.character == "*":
            grown: set[int] = set()
            for start in places:
                place = start
                grown.add(place)
                while place < len(subject) and crosses(index, subject[place]):
                    place += 1
                    grown.add(place)
            places = grown
        elif mark.written and mark.character == "?":
            places = {place + 1 for place in places if place < len(subject) and crosses(index, subject[place])}
        else:
            wanted = mark.character.lower() if fold else mark.character
            places = {place + 1 for place in places if place < len(subject) and _same(subject[place], wanted, fold)}
    return len(subject) in places


def _same(character: str, wanted: str, fold: bool) -> bool:  # noqa: FBT001
    return (character.lower() if fold else character) == wanted


def like(pattern: Sequence[Mark], subject: str) -> bool:
    """Match a whole text, wildcards over everything, case-sensitively (S20, S33)."""
    return _reach(pattern, subject, lambda _index, _character: True)


def action_matches(pattern: str, action: str) -> bool:
    """Match an action without regard to case, wildcards anywhere (S20)."""
    return _reach(plain(pattern), action, lambda _index, _character: True, fold=True)


def resource_matches(
    pattern: str, version: str | None, facts: Facts, arn: str, *, completes: bool = False
) -> bool | None:
    """Match a Resource pattern by segments; None when a variable in it cannot be resolved (S21, S22).

    Where it `completes`, an ARN that ends early may also be read with `*` for each missing part.
    """
    if pattern == "*":
        return True
    missing = _FIFTH_COLON - pattern.count(":")
    if (
        completes
        and missing > 0
        and pattern.startswith("arn:")
        and resource_matches(pattern + ":*" * missing, None, facts, arn)
    ):
        return True
    colons = [index for index, character in enumerate(pattern) if character == ":"]
    cut = colons[_FIFTH_COLON - 1] + 1 if len(colons) >= _FIFTH_COLON else len(pattern)
    tail = expand(pattern[cut:], version, facts)
    if tail is None:
        return None
    marks = plain(pattern[:cut]) + tail

    def crosses(index: int, character: str) -> bool:
        if character != ":":
            return True
        last_of_segment = index + 1 == len(marks) or marks[index + 1].character == ":"
        return marks[index].character == "*" and last_of_segment

    return _reach(marks, arn, crosses)


def arn_like(pattern: Sequence[Mark], arn: str) -> bool | None:
    """Match an ARN by its six parts, each on its own; None when one of the two is no ARN (S33)."""
    parts: list[list[Mark]] = [[]]
    for mark in pattern:
        if mark.character == ":" and len(parts) <= _FIFTH_COLON:
            parts.append([])
        else:
            parts[-1].append(mark)
    subject = arn.split(":", _FIFTH_COLON)
    if len(subject) != _FIFTH_COLON + 1 or subject[0] != "arn":
        return None
    if set(pattern) == {Mark("*")}:
        return True  # (ours): a lone star, written once or twice, is every ARN
    if len(parts) != len(subject):
        return None
    return all(like(part, piece) for part, piece in zip(parts, subject, strict=True))


def whole(arn: str) -> str:
    """Give the ARN of what has the policy: an S3 object's is its bucket's, an index's its table's."""
    service = arn.split(":")[2]
    if ":accesspoint/" in arn and service == "s3":
        return arn.partition("/object/")[0]
    if service in {"s3", "execute-api"}:
        return arn.partition("/")[0]
    within = {"dynamodb": "/index/", "s3-outposts": "/object/", "s3tables": "/table/", "s3vectors": "/index/"}
    if service in within:
        return arn.partition(within[service])[0]
    return "/".join(arn.split("/")[:2]) if service == "es" else arn
