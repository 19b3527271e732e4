"""Texts, places in them, and what is said about a place."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from unicodedata import category, east_asian_width


def escaped(text: str) -> str:
    r"""Show a text on one line, its control characters escaped: a terminal, or a CI server, would obey them.

    A byte of a file name that is no text is shown as `\xe9`.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python keeps such a byte (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the widths of the notations


class Source:
    """A named text, able to turn an offset into a line and a column.

    Lines and columns are 1-based and count code points; a line ends at LF, CR LF or CR.
    """

    def __init__(self, name: str | None, text: str) -> None:
        """Name the text (a file path as the user gave it, or None for a bare string)."""
        self.name = name
        self.text = text

    def __repr__(self) -> str:
        """Name and size: the text may be long and is nobody's log entry."""
        return f"Source({self.name!r}, {len(self.text)} characters)"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, text, at = [0], self.text, 0
        if "\r" not in text:
            while (at := text.find("\n", at)) >= 0:
                at += 1
                starts.append(at)
            return starts
        for index, character in enumerate(text):
            if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
                starts.append(index + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Give the line and column of a 0-based offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_span(self, line: int) -> tuple[int, int]:
        """Give the offsets of a line without its end."""
        starts = self._line_starts
        start, end = starts[line - 1], starts[line] if line < len(starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return start, end


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: a span of a source, and its JSON Pointer in the document.

    A value that came as a Python object has no source: then only the pointer tells.
    `start` and `end` are 0-based code-point offsets, `end` exclusive.
    """

    source: Source | None = None
    start: int = 0
    end: int = 0
    pointer: str = ""

    @property
    def file(self) -> str | None:
        """The source's name, None for a text or object without one."""
        return self.source.name if self.source is not None else None

    @property
    def line(self) -> int | None:
        """The 1-based line, None without a source."""
        return self.source.position(self.start)[0] if self.source is not None else None

    @property
    def column(self) -> int | None:
        """The 1-based column in code points, None without a source."""
        return self.source.position(self.start)[1] if self.source is not None else None

    def __str__(self) -> str:
        """`file:line:column`, or the pointer where there is no source."""
        if self.source is None:
            return escaped(self.pointer) or "/"
        line, column = self.source.position(self.start)
        return f"{escaped(self.source.name or '<text>')}:{line}:{column}"


NOWHERE = Place()

# A caret under a megabyte-long line helps nobody: show a window around the place.
WINDOW = 100
# What stands before the line of the source.
GUTTER = 8


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong, where, and what would mend it.

    `message` starts in lower case and puts the offending text in backticks. `kind` sorts faults of
    one kind together, for the linter: a `syntax.faults.Kind`, None for a text that cannot be read.
    """

    message: str
    hint: str | None = None
    place: Place | None = field(default=None)
    kind: str | None = field(default=None, compare=False)

    def render(self, window: int = WINDOW) -> str:
        """Write it for a person: place, message, source line, caret, hint; `window`: how much of a long line."""
        message = escaped(self.message)
        lines = [f"{self.place}: {message}" if self.place is not None else message]
        if self.place is not None and self.place.source is not None:
            lines += _excerpt(self.place.source, self.place, window)
        if self.hint is not None:
            lines.append(f"  hint: {escaped(self.hint)}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """Give the fields that machines read."""
        place = self.place
        return {
            "message": self.message,
            "hint": self.hint,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "pointer": place.pointer if place else None,
        }


def _excerpt(source: Source, place: Place, size: int) -> list[str]:
    if not source.text:  # an empty file, or one that is no text
        return []
    line, column = source.position(place.start)
    # A file may be one line of megabytes that hundreds of thousands of things are said of: it is not copied.
    start, end = source.line_span(line)
    first = max(0, column - 1 - size // 2) if end - start > size else 0
    window = source.text[start + first : min(start + first + size, end)].replace("\t", " ")
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in window)
    at = column - 1 - first
    about = shown[at : at + max(1, place.end - place.start)]
    gutter = f"{line:>{GUTTER - 3}} | "
    return [gutter + shown, " " * (len(gutter) + _cells(shown[:at])) + "^" * max(1, _cells(about))]


def _cells(text: str) -> int:
    """Tell how wide a terminal shows a text."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(letter: str) -> int:
    """Tell how many cells a letter takes: those of East Asia two, marks on the letter before them none."""
    if category(letter) in {"Mn", "Me"} or "\u1160" <= letter <= "\u11ff":  # vowels and finals of Hangul syllables
        return 0
    return 2 if east_asian_width(letter) in {"W", "F"} else 1
