"""Python values to the value tree: no source, so a JSON Pointer tells where a fault is."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from typing import Any, NamedTuple

from policyeval.model.source import Diagnostic, Place
from policyeval.syntax.faults import MAX_FAULTS, ticked
from policyeval.syntax.strings import has_lone_surrogate
from policyeval.syntax.tree import (
    MAX_DEPTH,
    MAX_NODES,
    UNREADABLE,
    Boolean,
    List,
    Mapping,
    Node,
    Null,
    Number,
    Text,
    Unknown,
    pointer_part,
)


def from_python(value: object) -> tuple[Node | None, list[Diagnostic]]:
    """Make a value tree of mappings, lists, tuples, strings, numbers, booleans and None.

    Gives the tree and what is wrong by pointer: other types, keys that are no strings, values that
    hold themselves, and what is too deep or too large. With faults the tree has holes in their places.
    """
    reader = _Reader()
    return reader.read(value), reader.faults


class _Waiting(NamedTuple):
    """A container whose contents are still to come, and how many levels it makes with those around it."""

    value: Any
    node: List | Mapping
    pointer: str
    depth: int


class _Reader:
    """Works a stack of containers; never recursive."""

    def __init__(self) -> None:
        self.faults: list[Diagnostic] = []
        self.waiting: list[_Waiting] = []
        self.nodes = 0
        # The containers around the one in hand, outermost first, and their identities.
        self.path: list[Any] = []
        self.around: set[int] = set()

    def read(self, value: object) -> Node:
        root = self.node(value, "")
        while self.waiting and len(self.faults) < MAX_FAULTS:
            container = self.waiting.pop()
            self.enter(container)
            self.nodes += len(container.value)
            if self.nodes > MAX_NODES:
                self.fault(container.pointer, f"the value holds more than {MAX_NODES:,} values")
                break
            if isinstance(container.node, List):
                for index, item in enumerate(container.value):
                    container.node.items.append(self.node(item, f"{container.pointer}/{index}"))
            else:
                self.fill(container, container.node)
        return root

    def enter(self, container: _Waiting) -> None:
        # Last come, first read: what was read since this container's own parent all lies beside it or below.
        while len(self.path) >= container.depth:
            self.around.discard(id(self.path.pop()))
        self.path.append(container.value)
        self.around.add(id(container.value))

    def fill(self, container: _Waiting, node: Mapping) -> None:
        for key, item in container.value.items():
            if not isinstance(key, str):
                self.fault(container.pointer, f"a key of type {ticked(type(key).__name__)}: keys must be strings")
                node.entries.append((Text(""), Unknown(UNREADABLE)))
                continue
            at = f"{container.pointer}/{pointer_part(key)}"
            if has_lone_surrogate(key):
                self.fault(at, f"the key {ticked(key)} holds half a surrogate pair")
            # A subclass may print itself as it likes; what counts is what it holds.
            node.entries.append((Text(str.__str__(key)), self.node(item, at)))

    def node(self, value: object, pointer: str) -> Node:
        if isinstance(value, str):
            if has_lone_surrogate(value):
                return self.hole(pointer, f"the string {ticked(value)} holds half a surrogate pair")
            return Text(str.__str__(value))
        if value is None:
            return Null()
        if isinstance(value, int | float):
            return Boolean(value) if isinstance(value, bool) else self.number(value, pointer)
        if isinstance(value, AbstractMapping | list | tuple):
            return self.container(value, pointer)
        return self.hole(pointer, f"a value of type {ticked(type(value).__name__)} has no place in JSON")

    def number(self, value: float, pointer: str) -> Node:
        try:
            digits = float.__repr__(value) if isinstance(value, float) else int.__repr__(value)
        except ValueError:  # Python writes no integer of more than 4,300 digits
            return self.hole(pointer, "an integer has too many digits")
        if digits in {"nan", "inf", "-inf"}:
            return self.hole(pointer, f"{ticked(digits)} is not a number in JSON")
        return Number(digits)

    def container(self, value: AbstractMapping[Any, Any] | list[Any] | tuple[Any, ...], pointer: str) -> Node:
        if id(value) in self.around:
            return self.hole(pointer, "the value holds itself")
        depth = len(self.path) + 1
        if depth > MAX_DEPTH:
            return self.hole(pointer, f"the value nests deeper than {MAX_DEPTH} levels")
        node: List | Mapping = Mapping([]) if isinstance(value, AbstractMapping) else List([])
        self.waiting.append(_Waiting(value, node, pointer, depth))
        return node

    def hole(self, pointer: str, message: str) -> Unknown:
        self.fault(pointer, message)
        return Unknown(UNREADABLE)

    def fault(self, pointer: str, message: str) -> None:
        self.faults.append(Diagnostic(message, None, Place(pointer=pointer)))
