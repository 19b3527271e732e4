"""A bound on what is kept: callers ask for what they like, and made-up names must not fill the memory."""

from __future__ import annotations

from typing import TypeVar

_KEPT = 65536
K = TypeVar("K")
V = TypeVar("V")


def keep(kept: dict[K, V], key: K, value: V, most: int | None = None) -> None:
    """Keep what was looked up; when there are `most` (65,536), all of it goes first."""
    if len(kept) >= (most or _KEPT):
        kept.clear()
    kept[key] = value
