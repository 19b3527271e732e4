"""A faster lexer for short texts and for JSON: Lark's contextual one without its count of lines and columns.

Places need offsets only (`Source` counts lines when asked), and the count is half the cost of a
parse. Which tokens a state of the parser may take, and their patterns, stay Lark's and the
grammar's. Imports Lark: import this when a parser is built, not before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lark.lexer import ContextualLexer

from policyeval.syntax.faults import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class OffsetToken:
    """As much of Lark's `Token` as the parser and our builder look at."""

    __slots__ = ("start_pos", "type", "value")
    # What Lark copies into the token for the end of the text.
    line = column = end_line = end_column = end_pos = None

    def __init__(self, kind: str, value: str, start_pos: int) -> None:
        self.type = kind
        self.value = value
        self.start_pos = start_pos


class OffsetLexer(ContextualLexer):
    """Gives the tokens that the parser's state allows; `Refused` where the text has none of them."""

    def __init__(self, conf: Any, states: Any, always_accept: Any = ()) -> None:  # noqa: ANN401 - Lark's own, passed on
        super().__init__(conf, states, always_accept)
        self._matchers: dict[int, Callable[[str, int], re.Match[str] | None]] = {}
        for state, lexer in self.lexers.items():
            terminals = lexer.terminals  # type: ignore[attr-defined]  # the base that Lark annotates lacks it
            pattern = "|".join(f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in terminals)
            # No terminal, no match: not even the empty one. Only the end of the text may come here.
            self._matchers[state] = re.compile(pattern or "(?!)").match

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:  # noqa: ANN401 - Lark's own, loosely typed
        """Give the text's tokens one by one; the parser moves its state between them."""
        text: str = lexer_state.text.text
        matchers, states = self._matchers, parser_state.state_stack
        at, end = 0, len(text)
        while at < end:
            match = matchers[states[-1]](text, at)
            if match is None:
                raise Refused
            yield OffsetToken(match.lastgroup or "", match.group(), at)
            at = match.end()
