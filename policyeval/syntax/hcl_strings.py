"""Strings of HCL, quoted and heredoc: their values, their escapes, and the holes that interpolations leave.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
from typing import Final

from policyeval.syntax.faults import Kind
from policyeval.syntax.patchwork import Patchwork

MAX_NESTING: Final = 64
"""How deep strings may stand in interpolations of strings."""
_LAST_CODE_POINT: Final = 0x10FFFF

PLAIN: Final = re.compile(r'"((?:[^"\\$%\n]++|[$%](?!\{))*)"')
"""A string that is its own value."""

_HEREDOC: Final = re.compile(r"<<(?P<flush>-?)(?P<name>[^\W\d][\w.-]*)[ \t]*\r?\n")
_PIECE: Final = re.compile(
    r"""(?P<close>")
      | (?P<escape>\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))
      | (?P<marked>\$(?=\$\{)|%(?=%\{))
      | (?P<hole>[$%]\{)
      | (?P<line>\n)""",
    re.VERBOSE,
)
_INSIDE: Final = re.compile(r"""["{}#]|//|/\*|<<-?[^\W\d][\w.-]*[ \t]*\r?\n""")
_LINE_END: Final = re.compile("\n")
_SHORT: Final = {"n": "\n", "r": "\r", "t": "\t"}


class BrokenError(Exception):
    """A text is not HCL; `at` is the offset where that shows."""

    def __init__(self, message: str, at: int, kind: Kind | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.kind = kind


def end_of_string(text: str, start: int, nesting: int = 0) -> int:
    """Give where the quoted string that begins at `start` ends, its quote included.

    Raises `BrokenError`.
    """
    plain = PLAIN.match(text, start)
    if plain is not None:
        return plain.end()
    at = start + 1
    while True:
        piece = _PIECE.search(text, at)
        if piece is None or piece["line"]:
            message = "the string has no closing quote"
            raise BrokenError(message, start)
        if piece["close"]:
            return piece.end()
        if piece["marked"]:
            at = piece.start() + 3
        else:
            at = end_of_hole(text, piece.start(), nesting) if piece["hole"] else piece.end()


def end_of_hole(text: str, start: int, nesting: int = 0) -> int:
    """Give where the interpolation or directive that begins at `start` ends.

    Raises `BrokenError`.
    """
    if nesting > MAX_NESTING:
        message = f"interpolations nest deeper than {MAX_NESTING} levels"
        raise BrokenError(message, start, Kind.TOO_DEEP)
    depth, at = 0, start + 1
    while True:
        found = _INSIDE.search(text, at)
        if found is None:
            message = f"the interpolation `{text[start : start + 2]}` is not closed"
            raise BrokenError(message, start)
        sign, at = found.group(), found.end()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                return at
        elif sign == '"':
            at = end_of_string(text, found.start(), nesting + 1)
        elif sign.startswith("<<"):
            at = end_of_heredoc(text, found.start())
        else:
            at = end_of_comment(text, found.start())


def end_of_comment(text: str, start: int) -> int:
    """Give where the comment that begins at `start` ends: before the end of its line, or behind its mark."""
    mark = "\n" if text[start] == "#" or text[start + 1] == "/" else "*/"
    end = text.find(mark, start)
    if end < 0:
        return len(text)
    return end if mark == "\n" else end + 2


def _heredoc(text: str, start: int) -> tuple[re.Match[str], int, int]:
    """Give a heredoc's head, where its body ends, and where its closing name does."""
    head = _HEREDOC.match(text, start)
    if head is None:
        message = "`<<` begins no heredoc: a name and a new line follow"
        raise BrokenError(message, start)
    closing = re.compile(rf"^[ \t]*{re.escape(head['name'])}(?=[ \t]*\r?$)", re.MULTILINE)
    end = closing.search(text, head.end())
    if end is None:
        message = f"the heredoc has no closing `{head['name']}`"
        raise BrokenError(message, start)
    return head, end.start(), end.end()


def end_of_heredoc(text: str, start: int) -> int:
    """Give where the heredoc that begins at `start` ends, its closing name included.

    Raises `BrokenError`.
    """
    return _heredoc(text, start)[2]


def read_string(text: str, start: int, end: int) -> Patchwork:
    """Give the value of the quoted string or heredoc from `start` to `end`; offsets are into `text`.

    Raises `BrokenError`.
    """
    builder = _Builder(text)
    if text[start] == '"':
        builder.take(start + 1, end - 1, escapes=True)
        return builder.patchwork(end - 1)
    head, body_end, _ = _heredoc(text, start)
    builder.take(head.end(), body_end, escapes=False)
    whole = builder.patchwork(body_end)
    return _flushed(whole) if head["flush"] else whole


def read_template(text: str) -> Patchwork:
    """Give the value of a template that has no quotes around it and no escapes; offsets are into `text`.

    Raises `BrokenError`.
    """
    builder = _Builder(text)
    builder.take(0, len(text), escapes=False)
    return builder.patchwork(len(text))


class _Builder:
    """Collects what a string's pieces stand for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str] = []
        self.length = 0
        self.offsets: list[int] = []
        self.holes: list[tuple[int, int]] = []

    def take(self, start: int, end: int, *, escapes: bool) -> None:
        at = start
        while at < end:
            piece = _PIECE.search(self.text, at, end)
            while piece is not None and not (piece["marked"] or piece["hole"] or (escapes and piece["escape"])):
                piece = _PIECE.search(self.text, piece.end(), end)
            if piece is None:
                break
            self.plain(at, piece.start())
            at = self.piece(piece)
        self.plain(at, end)

    def piece(self, piece: re.Match[str]) -> int:
        start = piece.start()
        if piece["marked"]:
            self.plain(start + 1, start + 3)
            return start + 3
        if piece["hole"]:
            end = end_of_hole(self.text, start)
            self.holes.append((self.length, self.length + end - start))
            self.plain(start, end)
            return end
        self.add(_unescaped(piece["escape"]), [start])
        return piece.end()

    def plain(self, start: int, end: int) -> None:
        self.add(self.text[start:end], range(start, end))

    def add(self, value: str, offsets: range | list[int]) -> None:
        self.parts.append(value)
        self.offsets += offsets
        self.length += len(value)

    def patchwork(self, end: int) -> Patchwork:
        return Patchwork("".join(self.parts), tuple(self.holes), [*self.offsets, end])


def _unescaped(written: str) -> str:
    if written[1] in "uU":
        code = int("0x0" + written[2:], 0)
        return chr(code) if code <= _LAST_CODE_POINT else "\ufffd"
    return _SHORT.get(written[1], written[1])


def _past_blanks(text: str, at: int) -> int:
    while text.startswith((" ", "\t"), at):
        at += 1
    return at


def _flushed(whole: Patchwork) -> Patchwork:
    """Take the indentation off that all lines share, as `<<-` does."""
    inside = {match.end() for first, last in whole.holes for match in _LINE_END.finditer(whole.value, first, last)}
    starts = [0, *(match.end() for match in _LINE_END.finditer(whole.value) if match.end() not in inside)]
    ends = [_past_blanks(whole.value, start) for start in starts]
    indents = [end - start for start, end in zip(starts, ends, strict=True) if whole.value[end : end + 1].strip()]
    indent = min(indents, default=0)
    if not indent or whole.offsets is None:
        return whole
    cuts = [(start, min(start + indent, end)) for start, end in zip(starts, ends, strict=True)]
    kept: list[int] = []
    at = 0
    for start, end in [*cuts, (len(whole.value), len(whole.value))]:
        kept += range(at, start)
        at = end
    where = {old: new for new, old in enumerate(kept)}
    value = "".join([whole.value[old] for old in kept])
    holes = tuple((where[start], where[end - 1] + 1) for start, end in whole.holes)
    return Patchwork(value, holes, [*(whole.offsets[old] for old in kept), whole.offsets[-1]])
