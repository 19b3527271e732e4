"""What the parser finds wrong with a policy, without asking it again about values that it found sound before.

Policies repeat themselves: AWS's managed ones name 155,000 actions, of which 8,000 differ. The parser judges each value
of Action and Resource by itself, so what it found sound in one policy may be left out when it reads the next. As
soon as it finds anything, it reads the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.model.policy import CURRENT_VERSION
from policyeval.syntax.policy import policy_from_node
from policyeval.syntax.tree import List, Mapping, Text

if TYPE_CHECKING:
    from policyeval.lint.view import PolicyView
    from policyeval.model.policy import PolicyType
    from policyeval.model.source import Diagnostic
    from policyeval.syntax.tree import Node

# Which of its elements are lists of values that hang on nothing else, and whether they are actions.
_LISTS: Final = {"Action": True, "NotAction": True, "Resource": False, "NotResource": False}
# How many different values are remembered for each dialect; then it starts anew.
_REMEMBERED: Final = 65_536

# What besides its text makes a value sound: the type of policy, whether it has variables, whether it is an action.
_Dialect = tuple["PolicyType | None", bool, bool]


class Sound:
    """The values that the parser found sound. Not thread-safe."""

    def __init__(self) -> None:
        self._known: dict[_Dialect, set[str]] = {}

    def faults(self, policy: PolicyView) -> list[Diagnostic]:
        """Give what the parser finds wrong with a policy."""
        found: list[Diagnostic] = []
        shorter, values = self._shortened(policy)
        policy_from_node(shorter, policy.type, found, policy.pointer)
        if found:
            # In what is left, values have other numbers.
            found = []
            policy_from_node(policy.node, policy.type, found, policy.pointer)
            return found
        for known, texts in values:
            if len(known) >= _REMEMBERED:
                known.clear()
            known.update(texts)
        return found

    def _shortened(self, policy: PolicyView) -> tuple[Node, list[tuple[set[str], list[str]]]]:
        """Give a policy without the values that are known, and the values that are left with where to keep them."""
        node = policy.node
        values: list[tuple[set[str], list[str]]] = []
        if not isinstance(node, Mapping):
            return node, values
        known = [
            self._known.setdefault((policy.type, policy.version == CURRENT_VERSION, actions), set())
            for actions in (False, True)
        ]
        entries = [
            (key, _statements(value, known, values)) if key.value == "Statement" else (key, value)
            for key, value in node.entries
        ]
        return Mapping(entries, node.source, node.start, node.end), values


def _statements(node: Node, known: list[set[str]], values: list[tuple[set[str], list[str]]]) -> Node:
    if isinstance(node, List):
        items = [_statement(item, known, values) for item in node.items]
        return List(items, node.source, node.start, node.end)
    return _statement(node, known, values)


def _statement(node: Node, known: list[set[str]], values: list[tuple[set[str], list[str]]]) -> Node:
    if type(node) is not Mapping:
        return node
    entries = node.entries.copy()
    for at, (key, value) in enumerate(entries):
        if type(value) is List and key.value in _LISTS and len(value.items) > 1:
            sound = known[_LISTS[key.value]]
            items = [item for item in value.items if type(item) is not Text or item.value not in sound]
            values.append((sound, [item.value for item in items if type(item) is Text]))
            # An empty list is another matter.
            entries[at] = key, List(items or value.items[:1], value.source, value.start, value.end)
    return Mapping(entries, node.source, node.start, node.end)
