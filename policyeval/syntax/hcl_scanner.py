"""HCL's text, sign by sign: what is read over, and where it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from policyeval.syntax.faults import ticked
from policyeval.syntax.hcl_strings import BrokenError, end_of_comment, end_of_heredoc, end_of_string
from policyeval.syntax.tree import Text

if TYPE_CHECKING:
    from policyeval.model.source import Source
    from policyeval.syntax.faults import Kind

__all__ = ["NAME", "HclScanner"]

_SPACE: Final = re.compile(r"[ \t\r]+")
NAME: Final = re.compile(r"[^\W\d][\w-]*")
_STOP: Final = re.compile(r"""[()\[\]{},\n"#?:]|//|/\*|<<-?(?=[^\W\d])""")
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


class HclScanner:
    """A place in a text, `at`; each method moves it behind what was read or passed over."""

    def __init__(self, source: Source) -> None:
        """Begin at the start of a text."""
        self.source = source
        self.text = source.text
        self.at = 0

    def word(self) -> Text:
        """Read a name."""
        match = NAME.match(self.text, self.at)
        if match is None:
            what = ticked(self.peek()) if self.peek() else "the end of the text"
            self.broken(f"expected a name, not {what}")
        self.at = match.end()
        return Text(match.group(), self.source, match.start(), match.end())

    def skip_expression(self, start: int, stops: str, at: int | None = None) -> int:
        """Go on to what ends the expression that begins at `start`, from `at` if so far is read; give where it ends."""
        open_signs: list[str] = []
        self.at = start if at is None else at
        while True:
            found = _STOP.search(self.text, self.at)
            self.at = found.start() if found is not None else len(self.text)
            sign = found.group() if found is not None else ""
            if not open_signs and (sign in stops or not sign or sign in ")]}"):
                return self.written_end(start)
            if not sign:
                self.broken(f"a `{open_signs[-1]}` is missing")
            self.pass_over(sign, open_signs)

    def pass_over(self, sign: str, open_signs: list[str]) -> None:
        """Pass a sign, with what belongs to it; `open_signs` are those that are still to be closed."""
        if sign in _CLOSING:
            open_signs.append(_CLOSING[sign])
        elif sign in {")", "]", "}"} and open_signs.pop() != sign:
            self.broken(f"unexpected `{sign}`")
        if sign == '"':
            self.at = end_of_string(self.text, self.at)
        elif sign.startswith("<<"):
            self.at = end_of_heredoc(self.text, self.at)
        elif sign in {"#", "//", "/*"}:
            self.at = end_of_comment(self.text, self.at)
        else:
            self.at += 1

    def written_end(self, start: int) -> int:
        """Give where what began there ends, without the spaces behind it."""
        return start + len(self.text[start : self.at].rstrip())

    def past_space(self, at: int) -> int:
        """Give where the spaces end that may begin at an offset."""
        found = _SPACE.match(self.text, at)
        return found.end() if found is not None else at

    def skip_space(self) -> None:
        """Pass spaces and comments up to the end of the line."""
        while True:
            self.at = self.past_space(self.at)
            if not self.text.startswith(("#", "//", "/*"), self.at):
                return
            self.at = end_of_comment(self.text, self.at)

    def skip_lines(self) -> None:
        """Pass spaces, comments and new lines."""
        self.skip_space()
        while self.peek() == "\n":
            self.at += 1
            self.skip_space()

    def peek(self) -> str:
        """Give the next sign, "" at the end of the text."""
        return self.text[self.at : self.at + 1]

    def expect(self, sign: str) -> None:
        """Pass a sign that must be here."""
        if self.peek() != sign:
            self.broken(f"a `{sign}` is missing")
        self.at += 1

    def broken(self, message: str, kind: Kind | None = None) -> NoReturn:
        """Say that the text cannot be read on from here. Raises `BrokenError`."""
        raise BrokenError(message, self.at, kind)
