"""What rules see of a grant: its fields, however broken it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.syntax.tree import Text

if TYPE_CHECKING:
    from policyeval.lint.key_facts import KeyFacts
    from policyeval.model.source import Place
    from policyeval.syntax.tree import Mapping, Node


class GrantView:
    """A grant, as `aws kms list-grants` prints it; `entries` has its fields, of whatever type."""

    __slots__ = ("entries", "key", "node", "pointer")

    def __init__(self, node: Mapping, pointer: str, key: KeyFacts) -> None:
        self.node = node
        self.pointer = pointer
        self.key = key
        self.entries: dict[str, tuple[Text, Node]] = {}
        for name, value in node.entries:
            self.entries.setdefault(name.value, (name, value))

    def get(self, name: str) -> Node | None:
        """Give the value of a field, of whatever type."""
        entry = self.entries.get(name)
        return entry[1] if entry is not None else None

    def text(self, name: str) -> str | None:
        """Give the value of a field that is a string, else None."""
        node = self.get(name)
        return node.value if isinstance(node, Text) else None

    def place(self, name: str | None = None) -> Place:
        """Give its place, or that of a field's value, which must be there."""
        if name is None:
            return self.node.place(self.pointer)
        return self.entries[name][1].place(f"{self.pointer}/{name}")
