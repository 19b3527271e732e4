"""What a statement and a grant have in common: they are objects whose keys rules ask for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policyeval.model.source import Place
    from policyeval.syntax.tree import Mapping, Node, Text


class Entries:
    """An object; `entries` has the key and the value of each entry by name, of whatever type."""

    __slots__ = ("entries", "node", "pointer")

    def __init__(self, node: Mapping, pointer: str) -> None:
        self.node = node
        self.pointer = pointer
        self.entries: dict[str, tuple[Text, Node]] = {}

    def get(self, name: str) -> Node | None:
        """Give a value by name, of whatever type."""
        entry = self.entries.get(name)
        return entry[1] if entry is not None else None

    def place(self, name: str | None = None) -> Place:
        """Give its place, or that of a value, which must be there."""
        if name is None:
            return self.node.place(self.pointer)
        return self.entries[name][1].place(f"{self.pointer}/{name}")
