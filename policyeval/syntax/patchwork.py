"""A text of which a template leaves parts open."""

from __future__ import annotations

from typing import NamedTuple


class Patchwork(NamedTuple):
    """A text with holes, which are in order and wider than nothing.

    `offsets` has for each character, and for the end, where it is written in the source; it is None where that
    cannot be followed. What stands in a hole is only the text of the call that would fill it. `chosen` tells of parts
    that may or may not be there, by pairs of offsets in order: from the first on the text belongs to the part that
    begins at the second, the innermost if several do, and to none where that is None.
    """

    value: str
    holes: tuple[tuple[int, int], ...]
    offsets: list[int] | None
    chosen: tuple[tuple[int, int | None], ...] = ()

    @property
    def has_directives(self) -> bool:
        """Whether a hole is one of Terraform's directives (`%{if …}`): nobody knows what of the text is there."""
        return any(self.value.startswith("%", start) for start, _ in self.holes)

    @property
    def ending(self) -> str:
        """What certainly stands behind the last hole."""
        return "" if self.has_directives or self.chosen or not self.holes else self.value[self.holes[-1][1] :]
