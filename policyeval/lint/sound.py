"""What the parser finds wrong with a policy, without asking it again about what it found sound before.

Policies repeat themselves: AWS's managed ones name 155,000 actions, of which 8,000 differ. The parser judges each value
of Action and Resource by itself, and each statement by itself but for its Sid: what it found sound in one policy may
be left out when it reads the next. As soon as it finds anything, it reads the whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.model.policy import CURRENT_VERSION
from policyeval.syntax.policy import policy_from_node
from policyeval.syntax.tree import List, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from policyeval.lint.view import PolicyView
    from policyeval.model.policy import PolicyType
    from policyeval.model.source import Diagnostic
    from policyeval.syntax.tree import Node

# Which of its elements are lists of values that depend on nothing else, and whether they are actions.
_LISTS: Final = {"Action": True, "NotAction": True, "Resource": False, "NotResource": False}
# A Sid that every type of policy takes.
_PLAIN_SID: Final = re.compile(r"[0-9A-Za-z]*").fullmatch
# How many values, and statements, are remembered for each dialect; then it starts anew.
_REMEMBERED: Final = 65_536


class Sound:
    """The values and statements that the parser found sound. Not thread-safe."""

    def __init__(self) -> None:
        # By what a statement's reading depends on besides itself.
        self._known: dict[tuple[PolicyType | None, bool], _Known] = {}

    def faults(self, policy: PolicyView) -> list[Diagnostic]:
        """Give what the parser finds wrong with a policy."""
        known = self._known.setdefault((policy.type, policy.version == CURRENT_VERSION), _Known())
        found: list[Diagnostic] = []
        policy_from_node(known.shortened(policy.node), policy.type, found, policy.pointer)
        if not found:
            known.learn()
            return found
        # In what is left, values and statements have other numbers.
        found = []
        policy_from_node(policy.node, policy.type, found, policy.pointer)
        return found


class _Known:
    """What is sound in one dialect, and what else will be if the policy in hand is."""

    __slots__ = ("_actions", "_new", "_resources", "_statements")

    def __init__(self) -> None:
        self._actions: set[Hashable] = set()
        self._resources: set[Hashable] = set()
        self._statements: set[Hashable] = set()
        self._new: list[tuple[set[Hashable], list[Hashable]]] = []

    def learn(self) -> None:
        """Remember what was new in the policy that was shortened last."""
        for known, new in self._new:
            if len(known) >= _REMEMBERED:
                known.clear()
            known.update(new)

    def shortened(self, node: Node) -> Node:
        """Give a policy without what is known."""
        self._new = []
        if type(node) is not Mapping:
            return node
        entries = [
            (key, self._statements_left(value)) if key.value == "Statement" else (key, value)
            for key, value in node.entries
        ]
        return Mapping(entries, node.source, node.start, node.end)

    def _statements_left(self, node: Node) -> Node:
        if type(node) is not List:
            return node
        left: list[Node] = []
        new: list[Hashable] = []
        # Of two with the same Sid, both must be there to be complained of.
        alone = _sids_differ(node.items)
        for item in node.items:
            shorter, shape, is_new = self._statement_left(item)
            if is_new or not alone or shape is None or shape not in self._statements:
                left.append(shorter)
                new.append(shape)
        self._new.append((self._statements, new))
        # An empty list is another matter.
        return List(left or node.items[:1], node.source, node.start, node.end)

    def _statement_left(self, node: Node) -> tuple[Node, Hashable, bool]:
        """Give a statement without the values that are known, its shape, and whether it has values that are not.

        Its shape is all of it but those values and its Sid; None where it is not of strings alone.
        """
        if type(node) is not Mapping:
            return node, None, True
        entries = node.entries.copy()
        shape: list[Hashable] = []
        is_new = False
        for at, (key, value) in enumerate(entries):
            name = key.value
            if type(value) is List and name in _LISTS and len(value.items) > 1:
                known = self._actions if _LISTS[name] else self._resources
                items = [item for item in value.items if type(item) is not Text or item.value not in known]
                if items:
                    is_new = True
                    self._new.append((known, [item.value for item in items if type(item) is Text]))
                # An empty list is another matter.
                entries[at] = key, List(items or value.items[:1], value.source, value.start, value.end)
                shape.append(name)
            elif name != "Sid" or type(value) is not Text or not _PLAIN_SID(value.value):
                shape.append((name, _shape(value)))
        return Mapping(entries, node.source, node.start, node.end), tuple(shape), is_new


def _sids_differ(statements: Iterable[Node]) -> bool:
    sids = [
        value.value
        for statement in statements
        if type(statement) is Mapping
        for key, value in statement.entries
        if key.value == "Sid" and type(value) is Text and value.value
    ]
    return len(set(sids)) == len(sids)


def _shape(node: Node) -> Hashable:
    """Give a value to compare others with: equal ones are read alike. Nothing is like what is not of strings alone."""
    if type(node) is Text:
        return node.value
    if type(node) is List:
        return List, *map(_shape, node.items)
    if type(node) is Mapping:
        return Mapping, *((key.value, _shape(value)) for key, value in node.entries)
    return node
