"""Patterns of actions, taken apart; matching is the evaluator's."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from policyeval.syntax.faults import Refused
from policyeval.syntax.tables import TableParser, load_tables

if TYPE_CHECKING:
    from policyeval.syntax.tables import OffsetToken


class Span(NamedTuple):
    """A piece of a pattern and where in it the piece starts; `end` is exclusive."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after the last character."""
        return self.start + len(self.text)


class ActionPattern(NamedTuple):
    """`service:name`, each perhaps with wildcards. A lone `*` is both."""

    service: Span
    name: Span


class _ActionBuilder:
    """What the rules of `grammar/action.lark` do."""

    def ANY(self, token: OffsetToken) -> Span:  # noqa: N802 - the token's name
        return Span(token.value, token.start_pos)

    PART = ANY

    def everything(self, parts: list[Any]) -> ActionPattern:
        return ActionPattern(parts[0], parts[0])

    def service_actions(self, parts: list[Any]) -> ActionPattern:
        return ActionPattern(parts[0], parts[2])


@cache
def _action_parser() -> TableParser:
    return TableParser(load_tables("action"), _ActionBuilder())


@lru_cache(maxsize=32_768)
def parse_action_pattern(text: str) -> ActionPattern | None:
    """Take an Action value apart; None where it is neither `*` nor `service:name`."""
    try:
        pattern: ActionPattern = _action_parser().parse(text)
    except Refused:
        return None
    return pattern
