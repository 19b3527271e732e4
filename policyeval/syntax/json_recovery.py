"""The second, forgiving parse of a JSON text that the strict one refused: it finds all that is wrong.

Lark's interactive parser of the same grammar says what may come next; where the text has something
else, this puts in what is missing or skips what is too much, and goes on. What goes wrong right
after a token that was skipped is its consequence and is not told.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.faults import MAX_FAULTS, Faults, Kind, by_place, quoted, ticked
from policyeval.syntax.grammars import build
from policyeval.syntax.json_scanner import Scanned, scan
from policyeval.syntax.json_tree_recovered import LostKey, RecoveringBuilder
from policyeval.syntax.tree import MAX_DEPTH, UNREADABLE, Boolean, Node, Null, Number, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lark import Lark
    from lark.parsers.lalr_interactive_parser import InteractiveParser

_CLOSING: Final = {"RBRACE": "LBRACE", "RBRACKET": "LBRACKET"}
_CLOSED_BY: Final = {"LBRACE": "RBRACE", "LBRACKET": "RBRACKET"}
_SIGN: Final = {"LBRACE": "{", "LBRACKET": "[", "RBRACE": "}", "RBRACKET": "]"}
_NOTHING: Final = Scanned("", 0, 0)


_builder = RecoveringBuilder()
_turn = Lock()


@cache
def _parser() -> Lark:
    return build("json", _builder)


def explain(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    """Say all that is wrong with a text, up to 100 faults, and save of it what can be saved."""
    faults = Faults([])
    with _turn:
        _builder.source = source
        try:
            node = _Recovery(source, faults, _parser().parse_interactive()).run(scan(source, faults))
        finally:
            _builder.source = None
    if not faults.found:  # the strict parse saw something that this one does not: say so rather than accept it
        faults.add_inside(Place(source, 0, 0), "the text is not JSON")
    found = by_place(faults.found)
    if len(found) >= MAX_FAULTS:
        last = found[MAX_FAULTS - 1]
        found[MAX_FAULTS - 1 :] = [
            Diagnostic(last.message, f"only the first {MAX_FAULTS} faults are shown", last.place)
        ]
    return node, found


class _Recovery:
    """Feeds tokens to the parser, mending what does not fit."""

    def __init__(self, source: Source, faults: Faults, parser: InteractiveParser) -> None:
        self.source = source
        self.faults = faults
        self.parser = parser
        self.open: list[Scanned] = []
        self.index = 0
        self.following = _NOTHING
        self.previous = _NOTHING
        self.colon_due = False
        # The last token after which the text and the parser may be out of step.
        self.lost_at = -2

    def run(self, tokens: Iterable[Scanned]) -> Node | None:
        waiting: Scanned | None = None
        going = True
        for token in tokens:
            if waiting is not None:
                self.following = token
                going = self.take(waiting)
            waiting = token
            if not going or len(self.faults.found) >= MAX_FAULTS:
                return self.result()
        if waiting is None:
            if not self.faults.found:
                self.faults.add_inside(Place(self.source, 0, 0), "the text is empty", "a text holds one JSON value")
            return None
        self.following = _NOTHING
        if self.take(waiting):
            self.end()
        return self.result()

    # One token at a time. Each gives False where there is no going on.

    def take(self, token: Scanned) -> bool:
        self.index += 1
        if not token.closed:
            self.lost_at = self.index
        if self.done():
            what = ticked(self.written(token))
            message, hint = f"unexpected {what} after the end of the document", "a text holds one JSON value"
            self.fault(token, message, hint, kind=Kind.TRAILING_TEXT)
            return False
        going = True
        if token.kind in _CLOSING:
            self.close(token)
        elif token.kind == "COMMA":
            self.comma(token)
        elif token.kind == "COLON":
            if not self.colon_due:
                self.lost(token, "unexpected `:`")
            self.colon_due = False
        elif token.kind == "JUNK":
            self.lost(token, f"unexpected {ticked(token.value)}")
        else:
            going = self.content(token)
        if token.kind != "COLON" or self.previous.kind != "KEY":
            self.previous = token if self.previous.start != token.start else self.previous
        return going

    def content(self, token: Scanned) -> bool:
        if self.may("COMMA"):
            self.fault_after(self.previous, f"a comma is missing after {ticked(self.written(self.previous))}")
            self.feed("COMMA", token)
        if not self.may("KEY"):
            return self.value(token)
        if self.following.kind == "COLON" and token.kind not in _CLOSED_BY:
            self.key(token)
            return True
        return self.no_key(token)

    def key(self, token: Scanned) -> None:
        text = token.value
        if token.kind != "STRING":
            text = text or self.written(token)
            self.fault(token, f"the key {ticked(text)} is not in double quotes", f"write {ticked(quoted(text))}")
        self.colon_due = self.following.kind == "COLON"
        self.feed("KEY", token, Text(text, self.source, token.start, token.end))
        self.previous = Scanned("KEY", token.start, token.end)

    def no_key(self, token: Scanned) -> bool:
        if token.kind == "STRING" and self.following.kind not in {"COMMA", "", *_CLOSING}:
            self.fault_after(token, f"a colon is missing after the key {ticked(token.value)}")
            self.key(token)
            if self.following.kind == "JUNK":
                self.lost_at = self.index
            return True
        shown = ticked(self.written(token))
        if token.kind == "STRING":
            self.lost(token, f"the key {shown} has no value")
        else:
            self.lost(token, f"expected a key in double quotes, not {shown}")
        self.feed("KEY", token, LostKey("", self.source, token.start, token.end))
        if token.kind in _CLOSED_BY:
            return self.value(token)
        self.fill(token)
        return True

    def value(self, token: Scanned) -> bool:
        kind, start, end = token.kind, token.start, token.end
        node: Node
        if kind in _CLOSED_BY:
            if len(self.open) == MAX_DEPTH:
                self.fault(token, f"the text nests deeper than {MAX_DEPTH} levels", kind=Kind.TOO_DEEP)
                return False
            self.open.append(token)
            self.feed(kind, token)
            return True
        if kind == "WORD":
            self.fault(
                token,
                f"{ticked(token.value)} is not a JSON value",
                f"if it is a string, write {ticked(quoted(token.value))}",
            )
        if kind in {"STRING", "WORD"}:
            kind, node = "STRING", Text(token.value, self.source, start, end)
        elif kind == "NUMBER":
            node = Number(self.written(token), self.source, start, end)
        elif kind in {"TRUE", "FALSE"}:
            node = Boolean(kind == "TRUE", self.source, start, end)
        elif kind == "NULL":
            node = Null(self.source, start, end)
        else:
            self.fill(token)
            return True
        self.feed(kind, token, node)
        return True

    def comma(self, token: Scanned) -> None:
        if self.may("COMMA"):
            if self.following.kind in _CLOSING:
                sign = _SIGN[self.following.kind]
                self.fault(token, f"a comma before `{sign}`", "delete it: nothing follows")
            elif self.following.kind:
                self.feed("COMMA", token)
        elif self.previous.kind == "KEY":
            self.no_value()
            self.feed("COMMA", token)
        else:
            self.lost(token, "unexpected `,`", "a value is missing before it, or it is too much")

    def close(self, token: Scanned) -> None:
        opening = _CLOSING[token.kind]
        if all(bracket.kind != opening for bracket in self.open):
            self.lost(token, f"`{_SIGN[token.kind]}` closes nothing")
            return
        while self.open[-1].kind != opening:
            line, column = self.source.position(token.start)
            sign = _SIGN[_CLOSED_BY[self.open[-1].kind]]
            self.unclosed(f"a `{sign}` is missing before line {line}, column {column}")
            self.shut(token, torn=True)
        self.shut(token)

    def end(self) -> None:
        if self.open and self.lost_at < self.index:
            sign = _SIGN[_CLOSED_BY[self.open[-1].kind]]
            self.unclosed(f"the text ends before its `{sign}`")

    def result(self) -> Node | None:
        while self.open:
            self.shut(Scanned("", len(self.source.text), len(self.source.text)), torn=True)
        if not self.done():
            return None
        node: Node = self.feed("$END", _NOTHING)
        return node

    # What the parser is given.

    def may(self, kind: str) -> bool:
        return kind in self.parser.choices()  # type: ignore[no-untyped-call]  # Lark's, not annotated

    def done(self) -> bool:
        # After any value LALR's table lists the end of the text; the brackets know better.
        return not self.open and self.may("$END")

    def feed(self, kind: str, token: Scanned, node: Node | None = None) -> Any:  # noqa: ANN401 - the value at the end
        from lark import Token  # noqa: PLC0415 - loaded with the parser, not before

        given = Token(kind, "", token.start)
        given.value = node
        return self.parser.feed_token(given)

    def fill(self, token: Scanned) -> None:
        """Put in a value that nothing more is said of."""
        self.feed("NULL", token, Unknown(UNREADABLE, self.source, token.start, token.end))

    def shut(self, token: Scanned, *, torn: bool = False) -> None:
        """Close the innermost bracket, filling what it still waits for; `torn`: the text does not close it."""
        closing = _CLOSED_BY[self.open[-1].kind]
        if torn:
            token = Scanned("", token.start, token.start)
        if self.previous.kind == "KEY" and not self.may(closing):
            self.no_value()
        if torn and closing == "RBRACE" and self.may("COMMA"):
            self.feed("COMMA", token)
        if self.may("KEY") and (torn or not self.may(closing)):
            self.feed("KEY", token, LostKey("", self.source, token.start, token.start))
        if not self.may(closing):
            self.fill(token)
        # The builder takes a bracket to be one character long.
        self.feed(closing, token._replace(start=token.start - 1) if torn else token)
        self.open.pop()

    # What the reader is told.

    def written(self, token: Scanned) -> str:
        return self.source.text[token.start : token.end]

    def fault(self, token: Scanned, message: str, hint: str | None = None, *, kind: Kind | None = None) -> None:
        if self.lost_at < self.index - 1:
            self.faults.add_inside(Place(self.source, token.start, token.end), message, hint, kind=kind)

    def fault_after(self, token: Scanned, message: str) -> None:
        if self.lost_at < self.index - 1:
            self.faults.add_inside(Place(self.source, token.end, token.end), message)

    def lost(self, token: Scanned, message: str, hint: str | None = None) -> None:
        self.fault(token, message, hint)
        self.lost_at = self.index

    def no_value(self) -> None:
        self.fault(self.previous, f"the key {ticked(self.written(self.previous))} has no value")
        self.fill(self.previous)
        self.previous = _NOTHING

    def unclosed(self, hint: str) -> None:
        bracket = self.open[-1]
        self.faults.add_inside(
            Place(self.source, bracket.start, bracket.end), f"`{_SIGN[bracket.kind]}` is not closed", hint
        )
