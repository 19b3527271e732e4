"""A text of which a template leaves parts open."""

from __future__ import annotations

from typing import NamedTuple


class Patchwork(NamedTuple):
    """A text with holes, which are in order and wider than nothing.

    `offsets` has for each character, and for the end, where it is written in the source; it is None where that
    cannot be followed. What stands in a hole is only the text of the call that would fill it.
    """

    value: str
    holes: tuple[tuple[int, int], ...]
    offsets: list[int] | None
