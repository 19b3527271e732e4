"""A tree made anew, with other values in the place of some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.syntax.tree import List, Mapping

if TYPE_CHECKING:
    from policyeval.syntax.tree import Node


class Remaker:
    """Makes the new tree; a value that stands in several places (a YAML alias) is made once."""

    def __init__(self) -> None:
        # With the old node, so that no other takes its identity.
        self.made: dict[int, tuple[Node, Node]] = {}

    def node(self, node: Node) -> Node:
        """Give what is made of a value."""
        if id(node) not in self.made:
            self.made[id(node)] = (node, self.make(node))
        return self.made[id(node)][1]

    def make(self, node: Node) -> Node:
        """Make a value anew: what holds others from what is made of them, all else stays."""
        if isinstance(node, List):
            return List([self.node(item) for item in node.items], node.source, node.start, node.end)
        if isinstance(node, Mapping):
            entries = [(key, self.node(value)) for key, value in node.entries]
            return Mapping(entries, node.source, node.start, node.end)
        return node
