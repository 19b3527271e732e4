"""Tokens of a text that is almost JSON: the forgiving parse's eyes. Says what is wrong with a token by itself.

What is wrong with the order of the tokens is `json_recovery`'s to find.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.model.source import Place
from policyeval.syntax.faults import MAX_FAULTS, Kind, quoted, ticked
from policyeval.syntax.strings import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.model.source import Source
    from policyeval.syntax.faults import Faults


class Scanned(NamedTuple):
    """A token as the parser shall take it: `kind` is a terminal of grammar/json.lark, COLON or UNREADABLE.

    `value` is a string's value. `closed` is false for a string that ran to the end of its line.
    """

    kind: str
    start: int
    end: int
    value: str = ""
    closed: bool = True


_TOKEN: Final = re.compile(
    r"""
      (?P<SPACE>   [ \t\n\r]+ )
    | (?P<PUNCT>   [{}\[\],:] )
    | (?P<STRING>  "[^"\\\n\r]*+(?:\\.[^"\\\n\r]*+)*" )
    | (?P<OPEN>    "[^\n\r]* )
    | (?P<SINGLE>  '[^'\\\n\r]*+(?:\\.[^'\\\n\r]*+)*'? )
    | (?P<COMMENT> //[^\n\r]* | /\*(?s:.*?)(?:\*/|\Z) | \#[^\n\r]* )
    | (?P<NUMBER>  -?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.+-]) )
    | (?P<BAD>     [\ud800-\udfff]+ )
    | (?P<WORD>    [\w$+.*-][\w$+.*@-]* )
    | (?P<JUNK>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_PUNCTUATION: Final = {"{": "LBRACE", "}": "RBRACE", "[": "LBRACKET", "]": "RBRACKET", ",": "COMMA", ":": "COLON"}
_AFTER_STRINGS: Final = frozenset(",:]}")
_WORDS: Final = {"true": "TRUE", "false": "FALSE", "null": "NULL"}
_NOT_JSON: Final = {
    "True": ("TRUE", "write `true`"),
    "False": ("FALSE", "write `false`"),
    "None": ("NULL", "write `null`"),
    "undefined": ("NULL", "write `null`, or leave the element out"),
}
_NO_NUMBERS: Final = frozenset({"nan", "infinity", "-infinity", "+infinity", "inf", "-inf", "+inf"})
_NUMBER_LIKE: Final = re.compile(r"[+-]?\.?[0-9][\w.+-]*")
# Inside a string: control characters, halves of surrogate pairs, and backslashes that begin no escape of JSON.
_IN_STRING: Final = re.compile(
    r"""
      \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
    | (?P<half>    \\u[dD][89a-fA-F][0-9a-fA-F]{2} | [\ud800-\udfff] )
    | \\(?:["\\/bfnrt] | u[0-9a-fA-F]{4})
    | (?P<control> [\x00-\x1f] )
    | (?P<escape>  \\u[0-9a-fA-F]* | \\. )
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROL: Final = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def scan(source: Source, faults: Faults) -> Iterator[Scanned]:
    """Give the tokens, comments and junk left out; add what is wrong with each to `faults`."""
    scanner = _Scanner(source, faults)
    text, at = source.text, 0
    # Everything is a token of some kind, so it goes on to the end.
    while match := _TOKEN.match(text, at):
        kind, at = match.lastgroup, match.end()
        if kind == "PUNCT":
            yield Scanned(_PUNCTUATION[match.group()], match.start(), at)
        elif kind == "NUMBER":
            yield Scanned("NUMBER", match.start(), at)
        elif kind != "SPACE":
            end = _missing_quote(text, match)
            token = scanner.read(str(kind), match) if end is None else scanner.unclosed(match, end)
            at = at if end is None else end
            if token is not None:
                yield token


def _missing_quote(text: str, match: re.Match[str]) -> int | None:
    """Give where a string should have ended; None where it did.

    It may run to the end of its line, or into the next string, as `"a, "b"` does.
    """
    string, end = match.group(), match.end()
    if match.lastgroup == "OPEN":
        return match.start() + len(string.rstrip(" \t").rstrip(",}]").rstrip(" \t"))
    if match.lastgroup != "STRING" or not text[end : end + 1].isalnum():
        return None
    kept = string[:-1].rstrip(" \t,:{}[]")
    between = string[len(kept) : -1].lstrip(" \t")
    return match.start() + len(kept) if between[:1] in _AFTER_STRINGS else None


class _Scanner:
    """Reads the tokens that have something to say; one method a kind."""

    def __init__(self, source: Source, faults: Faults) -> None:
        self.source = source
        self.faults = faults

    def read(self, kind: str, match: re.Match[str]) -> Scanned | None:
        start, end, text = match.start(), match.end(), match.group()
        if kind == "STRING":
            return self.string(start, end, text[1:-1])
        if kind == "SINGLE":
            return self.single(start, end, text)
        if kind == "COMMENT":
            opening = "#" if text.startswith("#") else text[:2]
            self.fault(start, start + len(opening), f"a comment (`{opening}`) has no place in JSON", "delete it")
            return None
        if kind == "WORD":
            return self.word(start, end, text)
        return self.junk(kind, start, end, text)

    def unclosed(self, match: re.Match[str], end: int) -> Scanned:
        start, text = match.start(), self.source.text[match.start() : end]
        self.fault(start, end, f"the string {ticked(text)} is not closed", 'add a `"` where it ends')
        if match.lastgroup == "STRING":
            return self.string(start, end, text[1:])
        return Scanned("STRING", start, end, unescape(text[1:]), closed=False)

    def fault(self, start: int, end: int, message: str, hint: str | None = None, *, kind: Kind | None = None) -> None:
        if len(self.faults.found) < MAX_FAULTS:
            self.faults.add_inside(Place(self.source, start, end), message, hint, kind=kind)

    def string(self, start: int, end: int, written: str) -> Scanned:
        for match in _IN_STRING.finditer(written):
            if match.lastgroup is not None:
                self.in_string(match.lastgroup, start + 1 + match.start(), match.group())
        return Scanned("STRING", start, end, unescape(written))

    def in_string(self, kind: str, at: int, written: str) -> None:
        end = at + len(written)
        if kind == "half":
            self.fault(at, end, f"half a surrogate pair, {ticked(written)}", _PAIR)
        elif kind == "control":
            self.control(at, written)
        elif written.startswith("\\u"):
            self.fault(at, end, f"the escape {ticked(written)} has fewer than four hexadecimal digits")
        else:
            self.fault(at, end, f"{ticked(written)} is not an escape of JSON", r"a backslash itself is written `\\`")

    def control(self, at: int, character: str) -> None:
        escape = _CONTROL.get(character, f"\\u{ord(character):04x}")
        if character == "\0":
            self.fault(at, at + 1, "a NUL character in a string", "is the file text?")
            return
        self.fault(at, at + 1, f"a control character in a string (U+{ord(character):04X})", f"write it `{escape}`")

    def single(self, start: int, end: int, text: str) -> Scanned:
        closed = len(text) > 1 and text.endswith("'")
        value = (text[1:-1] if closed else text[1:]).replace("\\'", "'")
        self.fault(start, end, f"the string {ticked(text)} is in single quotes", f"write {ticked(quoted(value))}")
        return Scanned("STRING", start, end, value, closed)

    def word(self, start: int, end: int, text: str) -> Scanned:
        if text in _WORDS:
            return Scanned(_WORDS[text], start, end)
        if text in _NOT_JSON:
            kind, hint = _NOT_JSON[text]
            self.fault(start, end, f"`{text}` is not JSON", hint)
            return Scanned(kind, start, end)
        if text.lower() in _NO_NUMBERS:
            self.fault(start, end, f"`{text}` is not a number in JSON")
            return Scanned("UNREADABLE", start, end)
        if _NUMBER_LIKE.match(text):
            self.fault(start, end, f"{ticked(text)} is not a number in JSON", _number_hint(text))
            return Scanned("UNREADABLE", start, end)
        return Scanned("WORD", start, end, text)

    def junk(self, kind: str, start: int, end: int, text: str) -> Scanned | None:
        if text == "\ufeff":
            hint = "save the text as UTF-8 without one"
            self.fault(start, end, "a byte order mark", hint, kind=Kind.BYTE_ORDER_MARK)
        elif text == "\0":
            self.fault(start, end, "a NUL character", "is the file text?")
        elif kind == "BAD":
            self.fault(start, start + 1, "half a surrogate pair", _PAIR)
        else:
            return Scanned("JUNK", start, end, text)
        return None


_PAIR: Final = "no encoding can carry it alone; write the character itself, or both halves"


def _number_hint(text: str) -> str | None:
    bare = text.lstrip("+-")
    if text.startswith("+"):
        return "leave out the `+`"
    if bare.startswith("."):
        return "write a digit before the point"
    if bare.endswith("."):
        return "write a digit after the point"
    if bare[0] == "0" and bare.isdigit():
        return "no zero may lead; an account id is a string and goes in double quotes"
    return "if it is a string, put it in double quotes"
