"""The value tree of a JSON text that is not quite JSON: built from nodes that are already made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policyeval.syntax.json_tree import TreeBuilder
from policyeval.syntax.tree import UNREADABLE, Mapping, Text, Unknown

if TYPE_CHECKING:
    from policyeval.syntax.tables import OffsetToken


class LostKey(Text):
    """Stands where an object should have had a key."""


class RecoveringBuilder(TreeBuilder):
    """Builds from tokens whose `value` is the finished node."""

    def STRING(self, token: OffsetToken) -> Any:  # noqa: N802, ANN401 - the token's name; whatever node was put in
        """Give the node; of the other tokens as well."""
        return token.value

    KEY = NUMBER = TRUE = FALSE = NULL = STRING

    def first_member(self, parts: list[Any]) -> Mapping:
        """Begin an object; what has no key is not known."""
        return _without_lost(super().first_member(parts))

    def next_member(self, parts: list[Any]) -> Mapping:
        """Go on with it."""
        return _without_lost(super().next_member(parts))


def _without_lost(mapping: Mapping) -> Mapping:
    key, _ = mapping.entries[-1]
    if isinstance(key, LostKey):
        mapping.entries[-1] = (key, Unknown(UNREADABLE, key.source, key.start, key.end))
    return mapping
