"""Brackets, strings and colons on the way to a cursor: JSON, and the flow style of YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.editor.walk import Frame

if TYPE_CHECKING:
    from policyeval.lint.editor.walk import Walk

# A string that lacks its end ends with the line, so that what is below is read as ever.
_TOKEN: Final = re.compile(
    r"""(?P<mark>[{}\[\],:])"""
    r"""|(?P<quoted>"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\r\n]|'')*'?)"""
    r"""|\#[^\r\n]*"""
    r"""|(?P<plain>[^\s{}\[\],:"'\#](?:[^\s{}\[\],:]|:(?=[^\s,\]}]))*)"""
)
_COLON: Final = re.compile(r"\s*:")


def walk_brackets(walk: Walk, start: int, end: int) -> int:
    """Walk until what opens at `start` is closed, the walk is over or the text ends; give the offset there."""
    base = len(walk.stack)
    pending: str | None = None
    for match in _TOKEN.finditer(walk.text, start, end):
        if walk.spot is None and walk.cursor <= match.start():
            walk.at_cursor()
        if match.lastgroup == "mark":
            pending = _mark(walk, match[0], pending, base)
            if len(walk.stack) <= base or walk.over:
                return match.end()
        elif match.lastgroup is not None:
            pending = _word(walk, match, base)
    if walk.cursor <= end:
        walk.at_cursor()
    return end


def _mark(walk: Walk, mark: str, pending: str | None, base: int) -> str | None:
    if mark in "{[":
        walk.stack.append(Frame({} if mark == "{" else None))
    elif mark in "}]":
        _close(walk, base, is_object=mark == "}")
    elif mark == ":":
        if pending is not None:
            walk.key(pending)
    else:
        _finish_value(walk)
    return None


def _word(walk: Walk, match: re.Match[str], base: int) -> str | None:
    """Take a string; give it back if it is to be a name."""
    start, end, quote, inside = _inside(match)
    followed = bool(quote) and _COLON.match(walk.text, match.end()) is not None
    if followed:
        _leave_arrays(walk, base)
    top = walk.top
    is_name = top is not None and top.strings is not None and (top.key is None or followed)
    if is_name and top is not None:
        top.key = None
    if match.start() < walk.cursor <= inside:
        walk.at_cursor(token=(start, end, quote))
    if not quote and walk.text[start] in "&!":  # an anchor or a tag of what comes
        return None
    if is_name:
        return walk.text[start:end]
    walk.value(walk.text[start:end])
    _finish_value(walk)
    return None


def _inside(match: re.Match[str]) -> tuple[int, int, str, int]:
    """Give the place of a string within its quotes, the quote, and the last offset that is in the string."""
    start, end, text = match.start(), match.end(), match[0]
    if match.lastgroup == "plain":
        return start, end, "", end
    closed = len(text) > 1 and text[-1] == text[0]
    last = end - 1 if closed else end
    return start + 1, last, text[0], last


def _finish_value(walk: Walk) -> None:
    """Wait for a name again, in an object; in an array the name stands for the next value too."""
    top = walk.top
    if top is not None and top.strings is not None:
        top.key = None


def _close(walk: Walk, base: int, *, is_object: bool) -> None:
    """Close the innermost array or object, and what was left open in it; a bracket that closes nothing is skipped."""
    kinds = [frame.strings is not None for frame in walk.stack[base:]]
    if is_object not in kinds:
        return
    while (walk.stack.pop().strings is not None) is not is_object:
        pass
    if len(walk.stack) > base:
        _finish_value(walk)


def _leave_arrays(walk: Walk, base: int) -> None:
    """Close the arrays that a name shows to be left open: names stand in objects."""
    if any(frame.strings is not None for frame in walk.stack[base:]):
        while walk.stack[-1].strings is None:
            walk.stack.pop()
