"""What rules see of a grant: its fields, however broken it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.entries import Entries
from policyeval.syntax.tree import Text

if TYPE_CHECKING:
    from policyeval.lint.key_facts import KeyFacts
    from policyeval.syntax.tree import Mapping


class GrantView(Entries):
    """A grant, as `aws kms list-grants` prints it, with its fields by name."""

    __slots__ = ("key",)

    def __init__(self, node: Mapping, pointer: str, key: KeyFacts) -> None:
        super().__init__(node, pointer)
        self.key = key
        for name, value in node.entries:
            self.entries.setdefault(name.value, (name, value))

    def text(self, name: str) -> str | None:
        """Give the value of a field that is a string, else None."""
        node = self.get(name)
        return node.value if isinstance(node, Text) else None
