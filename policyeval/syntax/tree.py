"""The value tree: what a JSON, YAML or HCL text holds, with places, before anyone gives it meaning.

Every reader makes these nodes: of JSON, of YAML, of HCL, and of Python values, which have no source.
Mappings keep duplicate keys and their order; what cannot be resolved is `Unknown`.
Offsets are code points into `source.text`; `end` is exclusive.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from policyeval.model.source import Place, Source

MAX_DEPTH: Final = 128
"""How deep lists and mappings may nest; every reader refuses more."""

MAX_NODES: Final = 1_000_000
"""How many values a document may hold, aliases counted at each place; a reader that could make more refuses."""

UNREADABLE: Final = "unreadable"
"""Why a value is `Unknown` that stands for a fault already reported: nothing more is said of it."""

UNNAMED: Final = "unnamed"
"""Why a value is `Unknown` whose key nobody knows: nothing is said of it either."""

ELSEWHERE: Final = "statements from elsewhere"
"""Why a value among statements is `Unknown` that stands for others, which are written down in another place."""

INTERPOLATION: Final = "an interpolation"
"""Why a string of HCL is `Unknown` that has one."""

REFERENCE: Final = "a reference"
"""Why a value of HCL is `Unknown` that is computed; its argument is the expression's text."""

CHOICE: Final = "Fn::If"
"""Why a value is `Unknown` that a condition chooses; its argument is a list of the condition's text and two values."""


class _Node:
    # The subclasses set these fields themselves: a call of `super().__init__` costs as much as the node.
    __slots__ = ("end", "source", "start")

    source: Source | None
    start: int
    end: int

    def place(self, pointer: str = "") -> Place:
        """Give the node's place; whoever walked here knows its JSON Pointer."""
        return Place(self.source, self.start, self.end, pointer)


class Text(_Node):
    """A string; in YAML any scalar but null, taken as written."""

    __slots__ = ("value",)
    kind = "a string"

    def __init__(self, value: str, source: Source | None = None, start: int = 0, end: int = 0) -> None:
        self.value = value
        self.source = source
        self.start = start
        self.end = end


class Number(_Node):
    """A number, as its digits were written."""

    __slots__ = ("text",)
    kind = "a number"

    def __init__(self, text: str, source: Source | None = None, start: int = 0, end: int = 0) -> None:
        self.text = text
        self.source = source
        self.start = start
        self.end = end


class Boolean(_Node):
    """`true` or `false`."""

    __slots__ = ("value",)
    kind = "a boolean"

    def __init__(self, value: bool, source: Source | None = None, start: int = 0, end: int = 0) -> None:  # noqa: FBT001 - the value itself
        self.value = value
        self.source = source
        self.start = start
        self.end = end


class Null(_Node):
    """`null`, or in YAML nothing at all."""

    __slots__ = ()
    kind = "null"

    def __init__(self, source: Source | None = None, start: int = 0, end: int = 0) -> None:
        self.source = source
        self.start = start
        self.end = end


class List(_Node):
    """An array."""

    __slots__ = ("items",)
    kind = "an array"

    def __init__(self, items: list[Node], source: Source | None = None, start: int = 0, end: int = 0) -> None:
        self.items = items
        self.source = source
        self.start = start
        self.end = end


class Mapping(_Node):
    """An object: entries in order, duplicate keys kept."""

    __slots__ = ("entries",)
    kind = "an object"

    def __init__(
        self, entries: list[tuple[Text, Node]], source: Source | None = None, start: int = 0, end: int = 0
    ) -> None:
        self.entries = entries
        self.source = source
        self.start = start
        self.end = end


class Unknown(_Node):
    """A value that the reader cannot resolve: a template's reference, a function.

    `argument` is what the function is called with, for whoever knows the function. `ending` is what a text
    certainly ends with, whatever it begins with.
    """

    __slots__ = ("argument", "ending", "why")
    kind = "an unresolved value"

    def __init__(  # noqa: PLR0913, PLR0917 - a place, and what there is to say
        self,
        why: str,
        source: Source | None = None,
        start: int = 0,
        end: int = 0,
        argument: Node | None = None,
        ending: str = "",
    ) -> None:
        self.why = why
        self.argument = argument
        self.ending = ending
        self.source = source
        self.start = start
        self.end = end


Node: TypeAlias = Text | Number | Boolean | Null | List | Mapping | Unknown


def too_deep(root: Node) -> Node | None:
    """Give the first container nested deeper than `MAX_DEPTH`, or None; looks level by level, without recursion."""
    level: list[List | Mapping] = [root] if isinstance(root, List | Mapping) else []
    depth = 1
    while level:
        if depth > MAX_DEPTH:
            return level[0]
        level = [
            child
            for node in level
            for child in (node.items if isinstance(node, List) else [value for _, value in node.entries])
            if isinstance(child, List | Mapping)
        ]
        depth += 1
    return None


def pointer_part(key: str) -> str:
    """Write a key as one step of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
