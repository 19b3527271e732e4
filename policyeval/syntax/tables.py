"""Lark's parse tables, walked with offsets only.

Lark reads the grammar, works out the tables and tells which tokens each state takes; so it does for its own
parsers. Walking the tables is a loop of thirty lines, and this one keeps no lines and columns (`Source` counts
them when asked) and no stack for errors: a text that is not in the language is `Refused`, and whoever wants to
explain it asks Lark. It is four times as fast, and reading a policy costs little but this loop. A rule may have a
shortcut: a pattern, made of the grammar's own, that takes in one piece most of what the rule stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policyeval.syntax.faults import Refused

if TYPE_CHECKING:
    from lark import Lark

_END: Final = "$END"

# What to do at a token: go to a state, having called what the token means; or first reduce what came before, so
# many values by a function to what is called so.
_Shift = tuple[int, "Callable[[OffsetToken], Any] | None"]
_Reduce = tuple[int, "Callable[[list[Any]], Any]", str]


class Shortcut(NamedTuple):
    """What a rule may match in one piece: a pattern for some of it, and what makes of a match what the rule would.

    Whatever the pattern matches must be the rule's whole text, white space after it included.
    """

    rule: str
    pattern: str
    take: Callable[[re.Match[str]], Any]


class OffsetToken:
    """As much of a token as builders look at: its text, and where it starts."""

    __slots__ = ("start_pos", "type", "value")

    def __init__(self, kind: str, value: str, start_pos: int) -> None:
        self.type = kind
        self.value = value
        self.start_pos = start_pos


class TableParser:
    """Parses texts by the tables of a Lark parser; each rule and token calls the same method of its builder.

    Where a rule may begin, its shortcut is tried first: one match instead of a walk.
    """

    def __init__(self, lark: Lark, shortcut: Shortcut | None = None) -> None:
        conf = lark.parse_interactive("").parser_state.parse_conf
        self._start = conf.start_state
        self._end = conf.end_state
        terminals = sorted(lark.terminals, key=_order)
        self._matchers: dict[int, Callable[[str, int], re.Match[str] | None]] = {}
        self._shifts: dict[int, dict[str, _Shift]] = {}
        self._reduces: dict[int, dict[str, _Reduce]] = {}
        self._gotos: dict[int, dict[str, int]] = {}
        # The states where the shortcut's rule may begin, and where it leads; there are none without one.
        self._skips: dict[int, int] = {}
        self._skip = re.compile(shortcut.pattern if shortcut is not None else "(?!)").match
        self._skipped = shortcut.take if shortcut is not None else _nothing
        names = {terminal.name for terminal in terminals}
        for state, row in conf.states.items():
            shifts, reduces, gotos = {}, {}, {}
            for name, (_, argument) in row.items():
                if name not in names and name != _END:
                    gotos[name] = argument
                elif isinstance(argument, int):
                    shifts[name] = argument, conf.callbacks.get(name)
                else:
                    rule = argument
                    reduces[name] = len(rule.expansion), conf.callbacks[rule], rule.origin.name
            taken = [terminal for terminal in terminals if terminal.name in row]
            pattern = "|".join(f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in taken)
            # No terminal, no match: not even the empty one. Only the end of the text may come here.
            self._matchers[state] = re.compile(pattern or "(?!)").match
            self._shifts[state], self._reduces[state], self._gotos[state] = shifts, reduces, gotos
            if shortcut is not None and shortcut.rule in gotos:
                self._skips[state] = gotos[shortcut.rule]

    def parse(self, text: str) -> Any:  # noqa: ANN401 - whatever the builder makes of the start rule
        """Give what the builder makes of a text.

        Raises:
            Refused: the text is not in the language, or the builder refuses it.

        """
        matchers, shifts, reduces, gotos = self._matchers, self._shifts, self._reduces, self._gotos
        skips, skip, skipped = self._skips, self._skip, self._skipped
        states: list[int] = [self._start]
        values: list[Any] = []
        at, size = 0, len(text)
        while True:
            if states[-1] in skips and (match := skip(text, at)) is not None:
                values.append(skipped(match))
                states.append(skips[states[-1]])
                at = match.end()
            if at < size:
                match = matchers[states[-1]](text, at)
                if match is None:
                    raise Refused
                kind = match.lastgroup or ""
                token = OffsetToken(kind, match.group(), at)
                at = match.end()
            else:
                kind, token = _END, OffsetToken(_END, "", size)
            while (shift := shifts[states[-1]].get(kind)) is None:
                reduce = reduces[states[-1]].get(kind)
                if reduce is None:
                    raise Refused
                count, build, origin = reduce
                first = len(values) - count
                parts = values[first:]
                # There is a state before each value.
                del values[first:], states[first + 1 :]
                state = gotos[states[-1]][origin]
                states.append(state)
                values.append(build(parts))
                if state == self._end and kind == _END:
                    return values[-1]
            state, take = shift
            states.append(state)
            values.append(token if take is None else take(token))


def _nothing(_match: re.Match[str]) -> None:
    return None


def _order(terminal: Any) -> tuple[int, int, int, str]:  # noqa: ANN401 - Lark's, loosely typed
    # Lark's own order of trying them.
    pattern = terminal.pattern
    return -terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name
