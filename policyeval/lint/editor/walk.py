"""The way through a half-written text to a cursor in it: what is open there, and what is at the cursor.

Readers refuse what is broken or save what they can of it; but people ask for help in the middle of a line. So
this reads no more than it must: brackets, strings, colons and indentation, and it never fails. It keeps the
names on the way to the cursor, and the strings of the objects around it, also of what follows the cursor.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

# What policies call their statements; SAM's templates and services of the Serverless Framework have lists of their own.
_STATEMENTS: Final = frozenset({"Statement", "CustomStatements", "iamRoleStatements", "resourcePolicy"})
_OF_ROLE: Final = ("role", "statements")

Strings: TypeAlias = dict[str, list[str]]
"""An object's members: for each name the strings that stand there, alone or in arrays."""


class Role(Enum):
    """What the cursor is at."""

    KEY = "the name of a member"
    VALUE = "a value"
    EITHER = "a value that may be the first name of an object"


class Spot(NamedTuple):
    """What stands at a cursor.

    `path` has the names from the root to where the cursor is; arrays add none, and the name that the cursor is in
    is not among them. `objects` are those around the cursor, outermost first, `objects[i]` having `path[i]`.
    `word` is the whole text at the cursor without its quotes, `start` and `end` its place, `quote` the quote before
    it, or "".
    """

    role: Role
    path: tuple[str, ...]
    objects: tuple[Strings, ...]
    word: str
    start: int
    end: int
    quote: str = ""


class Frame:
    """An array or object that is open. `indent` is its column in block YAML, -1 in brackets."""

    __slots__ = ("indent", "key", "strings")

    def __init__(self, strings: Strings | None, indent: int = -1) -> None:
        self.strings = strings  # None in an array
        self.indent = indent
        self.key: str | None = None


class Walk:
    """Follows a text's brackets to the cursor and to the end of what is around it."""

    def __init__(self, text: str, cursor: int) -> None:
        """Take the text and the offset of the cursor in it."""
        self.text: Final = text
        self.cursor: Final = cursor
        self.stack: list[Frame] = []
        self.spot: Spot | None = None
        self._least = 0

    @property
    def over(self) -> bool:
        """Whether the cursor was met, and the statement around it has ended."""
        return self.spot is not None and len(self.stack) < self._least

    @property
    def top(self) -> Frame | None:
        """The innermost frame."""
        return self.stack[-1] if self.stack else None

    def key(self, name: str) -> None:
        """Name the member that comes now."""
        frame = self.stack[-1]
        frame.key = name
        if frame.strings is not None:
            frame.strings.setdefault(name, [])

    def value(self, text: str) -> None:
        """Take a string where it stands."""
        owner = next((frame for frame in reversed(self.stack) if frame.strings is not None), None)
        if owner is not None and owner.strings is not None and owner.key is not None:
            owner.strings[owner.key].append(text)

    def at_cursor(self, role: Role | None = None, token: tuple[int, int, str] | None = None) -> Spot:
        """Take down what is around the cursor; the first time counts.

        `token` has the start and end of the word that the cursor is in, and its quote.
        """
        if self.spot is not None:
            return self.spot
        start, end, quote = token if token is not None else (self.cursor, self.cursor, "")
        if not start <= self.cursor <= end:
            # It is before the opening quote or behind the closing one.
            start, end, quote = self.cursor, self.cursor, ""
        top = self.top
        if role is None:
            role = Role.KEY if top is not None and top.strings is not None and top.key is None else Role.VALUE
        objects = [frame for frame in self.stack if frame.strings is not None]
        named = objects[:-1] if role is Role.KEY and top is not None and top.strings is not None else objects
        path = tuple(frame.key or "" for frame in named)
        around = tuple(frame.strings for frame in objects if frame.strings is not None)
        self.spot = Spot(role, path, around, self.text[start:end], start, end, quote)
        self._least = self._depth_of_statement()
        return self.spot

    def nowhere(self) -> None:
        """Take down that the cursor is where nothing is to be said, such as in a comment."""
        if self.spot is None:
            self.spot = Spot(Role.VALUE, (), (), "", self.cursor, self.cursor)

    def _depth_of_statement(self) -> int:
        """Tell how deep the stack is in the statement around the cursor; without one, where the cursor is."""
        named = [depth for depth, frame in enumerate(self.stack, 1) if frame.strings is not None]
        inside = depth_of_statement([self.stack[depth - 1].key or "" for depth in named])
        return named[inside] if inside is not None and inside < len(named) else len(self.stack)


def depth_of_statement(path: Sequence[str]) -> int | None:
    """Tell how many names of a path lead to the innermost statement that it goes through; None without one."""
    for depth in range(len(path), 0, -1):
        if path[depth - 1] in _STATEMENTS or tuple(path[max(depth - 2, 0) : depth]) == _OF_ROLE:
            return depth
    return None
