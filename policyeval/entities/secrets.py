"""Keeps the secrets of access keys out of messages, which show source lines and end in logs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from policyeval.model.source import Diagnostic, Source

Span = tuple[Source, int, int]


def redacted(faults: Iterable[Diagnostic], secrets: Iterable[Span]) -> list[Diagnostic]:
    """Give the faults as they are, but with stars where their source lines would show a secret."""
    spans: dict[Source, list[tuple[int, int]]] = {}
    for source, start, end in secrets:
        spans.setdefault(source, []).append((start, end))
    hidden = {source: Source(source.name, _starred(source.text, found)) for source, found in spans.items()}
    return [_moved(fault, hidden) for fault in faults]


def _moved(fault: Diagnostic, hidden: dict[Source, Source]) -> Diagnostic:
    place = fault.place
    if place is None or place.source is None or place.source not in hidden:
        return fault
    return replace(fault, place=replace(place, source=hidden[place.source]))


def _starred(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(spans):
        # As many characters and lines as before: offsets stay what they are.
        stars = "".join(c if c in "\r\n" else "*" for c in text[max(at, start) : end])
        pieces += [text[at : max(at, start)], stars]
        at = max(at, end)
    return "".join([*pieces, text[at:]])
