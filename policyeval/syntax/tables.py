"""Lark's parse tables, walked with offsets only.

Lark reads the grammar, works out the tables and tells which tokens each state takes; so it does for its own
parsers. That takes longer than most commands, so the tables lie beside the grammar (`make_tables`). Walking them
is a loop of thirty lines, and this one keeps no lines and columns (`Source` counts them when asked) and no stack
for errors: a text that is not in the language is `Refused`, and whoever wants to
explain it asks Lark. It is four times as fast, and reading a policy costs little but this loop. A rule may have a
shortcut: a pattern, made of the grammar's own, that takes in one piece most of what the rule stands for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from policyeval.syntax.faults import Refused
from policyeval.syntax.grammars import grammar_file

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


class Tables(NamedTuple):
    """What Lark works out of a grammar.

    `terminals` has the pattern of each, in the order of trying them; `rules` what each is called, of how many
    values it is made and by which method; `states` where each symbol leads, and which rule is complete before
    which token. The first state is that of the start, `end` that of the end.
    """

    terminals: dict[str, str]
    rules: Sequence[tuple[str, int, str]]
    states: Sequence[tuple[dict[str, int], dict[str, int]]]
    end: int


def load_tables(grammar: str) -> Tables:
    """Give the tables of a grammar, as `python -m tests.syntax.make_tables` wrote them.

    Raises:
        FileNotFoundError: neither the package nor the checkout has them: a broken installation.

    """
    return Tables(**json.loads(grammar_file(f"{grammar}.tables.json")))


class TableParser:
    """Parses texts by the tables of a Lark parser; each rule and token calls the method of its name in `builder`.

    Where a rule may begin, its shortcut is tried first: one match instead of a walk.
    """

    def __init__(self, tables: Tables, builder: object, shortcut: Shortcut | None = None) -> None:
        self._end = tables.end
        self._matchers: list[Callable[[str, int], re.Match[str] | None]] = []
        self._shifts: list[dict[str, _Shift]] = []
        self._reduces: list[dict[str, _Reduce]] = []
        self._gotos: list[dict[str, int]] = []
        # The states where the shortcut's rule may begin, and where it leads; there are none without one.
        self._skips: dict[int, int] = {}
        self._skip = re.compile(shortcut.pattern if shortcut is not None else "(?!)").match
        self._skipped = shortcut.take if shortcut is not None else _nothing
        terminals = tables.terminals
        takers = {name: getattr(builder, name, None) for name in terminals}
        rules = [(count, getattr(builder, method), origin) for origin, count, method in tables.rules]
        for state, (leads, complete) in enumerate(tables.states):
            patterns = [f"(?P<{name}>{regexp})" for name, regexp in terminals.items() if name in leads | complete]
            # No terminal, no match: not even the empty one. Only the end of the text may come here.
            self._matchers.append(re.compile("|".join(patterns) or "(?!)").match)
            self._shifts.append({name: (to, takers[name]) for name, to in leads.items() if name in terminals})
            self._reduces.append({name: rules[rule] for name, rule in complete.items()})
            self._gotos.append({name: to for name, to in leads.items() if name not in terminals})
            if shortcut is not None and shortcut.rule in leads:
                self._skips[state] = leads[shortcut.rule]

    def parse(self, text: str) -> Any:  # noqa: ANN401 - whatever the builder makes of the start rule
        """Give what the builder makes of a text.

        Raises:
            Refused: the text is not in the language, or the builder refuses it.

        """
        matchers, shifts, reduces, gotos = self._matchers, self._shifts, self._reduces, self._gotos
        skips, skip, skipped = self._skips, self._skip, self._skipped
        states: list[int] = [0]
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
                    raise Refused(at)
                kind = match.lastgroup or ""
                token = OffsetToken(kind, match.group(), at)
                at = match.end()
            else:
                kind, token = _END, OffsetToken(_END, "", size)
            while (shift := shifts[states[-1]].get(kind)) is None:
                reduce = reduces[states[-1]].get(kind)
                if reduce is None:
                    raise Refused(token.start_pos)
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
