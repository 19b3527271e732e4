"""The escapes of JSON strings: undone, and followed back from a value to its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from policyeval.model.source import Place

if TYPE_CHECKING:
    from policyeval.syntax.tree import Text

_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def _character(match: re.Match[str]) -> str:
    high, low, code, short = match.groups()
    if short is not None:
        return _SHORT.get(short, short)
    if code is not None:
        return chr(int(code, 16))
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))


def unescape(written: str) -> str:
    """Undo the escapes of a JSON string's inside; surrogate pairs join, a lone half stays one."""
    return _ESCAPE.sub(_character, written)


def has_lone_surrogate(text: str) -> bool:
    """Tell whether a text holds half a surrogate pair, which no encoding can carry."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def inside(text: Text, start: int, end: int, pointer: str = "") -> Place:
    """Give the place of a part of a string's value, through its quotes and escapes.

    `start` and `end` are offsets in the value. Where the text is not written in a way that can be
    followed (with escapes of YAML's own), it is the place of the whole string.
    """
    if text.source is None:
        return text.place(pointer)
    written = text.source.text[text.start : text.end]
    if written == text.value:
        return Place(text.source, text.start + start, text.start + end, pointer)
    if written[1:-1] == text.value:
        return Place(text.source, text.start + 1 + start, text.start + 1 + end, pointer)
    offsets = written_offsets(text)
    if offsets is None:
        return text.place(pointer)
    return Place(text.source, offsets[start], offsets[end], pointer)


def written_offsets(text: Text) -> list[int] | None:
    """Give, for each character of a string's value and for its end, the offset in the source where it is written.

    Gives None where the way it is written cannot be followed: escapes of YAML's own.
    """
    if text.source is None:
        return None
    written = text.source.text[text.start : text.end]
    if written == text.value:
        offsets = list(range(len(written) + 1))
    elif written[1:-1] == text.value:
        offsets = list(range(1, len(written)))
    elif written.startswith('"'):
        offsets = _offsets(written)
    elif written.startswith(("|", ">", "'")):
        offsets = _yaml_offsets(written, text.value)
    elif written.startswith("<<"):
        from policyeval.syntax.hcl_strings import read_string  # noqa: PLC0415 - for a heredoc only

        offsets = read_string(written, 0, len(written)).offsets or []
    else:
        return None
    return [text.start + offset for offset in offsets] if len(offsets) == len(text.value) + 1 else None


def _offsets(written: str) -> list[int]:
    offsets, at = [], 1
    while at < len(written) - 1:
        offsets.append(at)
        match = _ESCAPE.match(written, at)
        at = match.end() if match else at + 1
    return [*offsets, at]


def _yaml_offsets(written: str, value: str) -> list[int]:
    # YAML makes other white space of it alone: no indentation, and where it folds a space of the end of a line.
    quoted = written.startswith("'")
    at = 1 if quoted else written.find("\n") + 1
    offsets: list[int] = []
    for character in value:
        while not character.isspace() and written[at : at + 1].isspace():
            at += 1
        offsets.append(at)
        if written[at : at + 1] == character:
            at += 2 if quoted and character == "'" else 1
        elif not character.isspace():
            return []
    return [*offsets, at]
