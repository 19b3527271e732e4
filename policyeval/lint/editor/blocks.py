"""Indentation on the way to a cursor: the block style of YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.editor.brackets import walk_brackets
from policyeval.lint.editor.walk import Frame, Role

if TYPE_CHECKING:
    from policyeval.lint.editor.walk import Walk

_LINE: Final = re.compile(r"(?P<indent> *)(?P<content>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_DASH: Final = re.compile(r"-(?: +|(?=$))")
_KEY: Final = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s\#"'\[\]{},&*!|>%@`][^"'\[\]{}]*?)\s*:(?=\s|$)\s*"""
)
_BLOCK: Final = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_PROPERTIES: Final = re.compile(r"(?:[!&]\S*\s+)*")
_QUOTED: Final = re.compile(r""""(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?""")
_NEXT: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class _Line(NamedTuple):
    """What is left of a line: where it starts, where it ends, and its column."""

    start: int
    end: int
    indent: int


def walk_blocks(walk: Walk) -> None:
    """Walk a YAML text line by line."""
    at, text = 0, walk.text
    while at < len(text) and not walk.over:
        match = _LINE.match(text, at)
        assert match is not None  # noqa: S101 - for mypy: every line matches
        content, indent = match["content"], len(match["indent"])
        start, end = match.start("content"), match.end("content")
        if not content.strip() or content.startswith("#"):
            _blank(walk, at, end)
        elif content.startswith(("---", "...")) and not indent:
            walk.stack.clear()
        else:
            after = _content(walk, _Line(start, end, indent))
            if after is not None:
                at = after
                continue
        if walk.cursor <= end:
            walk.nowhere()
        at = match.end()


def _blank(walk: Walk, start: int, end: int) -> None:
    """Take down a cursor on an empty line: its column tells in what it stands."""
    if walk.spot is None and start <= walk.cursor <= end:
        column = walk.cursor - start
        # Not to be closed for good: the next line may be as deep as the one before.
        kept = list(walk.stack)
        _leave(walk, column, dash=False)
        top = walk.top
        inside = top is not None and top.strings is not None and top.indent < column
        walk.at_cursor(Role.EITHER if inside or top is None or top.strings is None else Role.KEY)
        walk.stack = kept


def _content(walk: Walk, line: _Line) -> int | None:
    """Take a line; give the offset to go on from where it is not the next line's."""
    text = walk.text
    while dash := _DASH.match(text, line.start, line.end):
        _leave(walk, line.indent, dash=True)
        if walk.top is None or walk.top.strings is not None or walk.top.indent != line.indent:
            walk.stack.append(Frame(None, line.indent))
        line = _Line(dash.end(), line.end, line.indent + dash.end() - dash.start())
        if walk.spot is None and dash.start() < walk.cursor < dash.end():
            walk.at_cursor(Role.EITHER)
    key = _KEY.match(text, line.start, line.end)
    # A name that the cursor has come to the colon of, and nothing more, is to be `kms:Decrypt` more likely.
    if key is None or (walk.spot is None and key.end() == line.end == walk.cursor and text[line.end - 1] == ":"):
        return _value(walk, line)
    _leave(walk, line.indent, dash=False)
    if walk.top is None or walk.top.strings is None or walk.top.indent != line.indent:
        walk.stack.append(Frame({}, line.indent))
    name, start, end, quote = _unquoted(text, key.start("key"), key.end("key"))
    if key.start() <= walk.cursor <= key.end("key"):
        walk.at_cursor(Role.KEY, (start, end, quote))
    walk.key(name)
    return _value(walk, _Line(key.end(), line.end, line.indent), has_key=True)


def _value(walk: Walk, line: _Line, *, has_key: bool = False) -> int | None:
    text = walk.text
    properties = _PROPERTIES.match(text, line.start, line.end)
    start = properties.end() if properties is not None else line.start
    rest = text[start : line.end]
    if rest[:1] in {"{", "["}:
        return _next_line(text, walk_brackets(walk, start, len(text)))
    if _BLOCK.match(rest):
        return _block(walk, line)
    end = start + len(_scalar(rest))
    role = Role.VALUE if has_key and end > start else Role.EITHER
    if end > start:
        word, inside, last, quote = _unquoted(text, start, end)
        if start <= walk.cursor <= end:
            walk.at_cursor(role, (inside, last, quote))
        walk.value(word)
    elif line.start <= walk.cursor <= line.end:
        walk.at_cursor(role)
    return None


def _scalar(rest: str) -> str:
    """Give the scalar that a line ends with, without a comment."""
    quoted = _QUOTED.match(rest)
    if quoted is not None:
        return quoted[0]
    return "" if rest.startswith("#") else rest.partition(" #")[0].rstrip()


def _block(walk: Walk, line: _Line) -> int:
    """Pass over a block scalar; what is in it may be a policy in JSON."""
    text = walk.text
    first = at = _next_line(text, line.end)
    while at < len(text):
        match = _LINE.match(text, at)
        assert match is not None  # noqa: S101 - for mypy: every line matches
        if match["content"].strip() and len(match["indent"]) <= line.indent:
            break
        at = match.end()
    if text[first:at].lstrip().startswith("{"):
        walk_brackets(walk, first, at)
    elif first <= walk.cursor < at:
        walk.at_cursor(Role.VALUE)
    return max(at, first)


def _next_line(text: str, at: int) -> int:
    match = _NEXT.match(text, at)
    return match.end() if match is not None else len(text)


def _leave(walk: Walk, indent: int, *, dash: bool) -> None:
    """Leave what ends where a line starts at a column: what is deeper, and for a name also arrays there."""
    while walk.stack:
        top = walk.stack[-1]
        if top.indent > indent or (top.indent == indent and top.strings is None and not dash):
            walk.stack.pop()
        else:
            break


def _unquoted(text: str, start: int, end: int) -> tuple[str, int, int, str]:
    quote = text[start] if text[start] in "\"'" else ""
    inside = start + len(quote)
    closed = quote and end - start > 1 and text[end - 1] == quote
    last = end - 1 if closed else end
    return text[inside:last], inside, last, quote
