"""A text that is open in an editor: its lines, positions in the editor's units, and edits as they come."""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Encoding(StrEnum):
    """In which units an editor counts the characters of a line."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Position(NamedTuple):
    """A line and a number of units in it, both 0-based."""

    line: int
    character: int


class LiveText:
    """One state of a text. Offsets are 0-based code points; a line ends at LF, CR LF or CR and nowhere else."""

    def __init__(self, text: str, encoding: Encoding = Encoding.UTF16) -> None:
        """Take the text and the units that its editor counts in."""
        self.text: Final = text
        self.encoding: Final = encoding

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """Give the position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return Position(line, _units(self.text[self._starts[line] : offset], self.encoding))

    def offset(self, position: Position) -> int:
        """Give the offset of a position: what is past a line's end is its end, past the last line the text's."""
        if position.line >= len(self._starts):
            return len(self.text)
        start = self._starts[position.line]
        last = position.line + 1 == len(self._starts)
        line = self.text[start:] if last else self.text[start : self._starts[position.line + 1]]
        return start + _code_points(line.rstrip("\r\n"), position.character, self.encoding)

    def edited(self, start: Position, end: Position, text: str) -> LiveText:
        """Give the text with another in the place of what is between two positions."""
        before, after = self.text[: self.offset(start)], self.text[self.offset(end) :]
        return LiveText(before + text + after, self.encoding)


def _width(character: str, encoding: Encoding) -> int:
    code = ord(character)
    if encoding is Encoding.UTF16:
        return 1 + (code > 0xFFFF)  # noqa: PLR2004 - the last that is one unit
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)  # noqa: PLR2004 - the last of one, two, three bytes


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.UTF32 or text.isascii():
        return len(text)
    return sum(_width(character, encoding) for character in text)


def _code_points(line: str, units: int, encoding: Encoding) -> int:
    if encoding is Encoding.UTF32 or line.isascii():
        return min(units, len(line))
    seen = 0
    for index, character in enumerate(line):
        # Half a character is none of it.
        seen += _width(character, encoding)
        if seen > units:
            return index
    return len(line)
