"""Patterns of actions and of ARNs, taken apart for whoever looks into them; matching is the evaluator's."""

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


class ArnPattern(NamedTuple):
    """The fields of an ARN pattern, `arn` left out: partition, service, region, account, resource.

    The resource keeps its colons. A field that the pattern does not reach is None (`arn:aws:kms:*`
    has three).
    """

    partition: Span
    service: Span | None = None
    region: Span | None = None
    account: Span | None = None
    resource: Span | None = None


class _ActionBuilder:
    """What the rules of `grammar/action.lark` do."""

    def ANY(self, token: OffsetToken) -> Span:  # noqa: N802 - the token's name
        return Span(token.value, token.start_pos)

    PART = ANY

    def everything(self, parts: list[Any]) -> ActionPattern:
        return ActionPattern(parts[0], parts[0])

    def service_actions(self, parts: list[Any]) -> ActionPattern:
        return ActionPattern(parts[0], parts[2])


class _ArnBuilder:
    """What the rules of `grammar/arn.lark` do."""

    def PART(self, token: OffsetToken) -> Span:  # noqa: N802 - the token's name
        return Span(token.value[1:], token.start_pos + 1)

    REST = PART

    def start(self, parts: list[Any]) -> ArnPattern:
        return ArnPattern(*parts[1:])


@cache
def _action_parser() -> TableParser:
    return TableParser(load_tables("action"), _ActionBuilder())


@cache
def _arn_parser() -> TableParser:
    return TableParser(load_tables("arn"), _ArnBuilder())


@lru_cache(maxsize=32_768)
def parse_action_pattern(text: str) -> ActionPattern | None:
    """Take an Action value apart; None where it is neither `*` nor `service:name`."""
    try:
        pattern: ActionPattern = _action_parser().parse(text)
    except Refused:
        return None
    return pattern


@lru_cache(maxsize=32_768)
def parse_arn_pattern(text: str) -> ArnPattern | None:
    """Take a Resource value apart; None where it does not start with `arn:`."""
    if not text.startswith("arn:"):
        return None
    try:
        pattern: ArnPattern = _arn_parser().parse(text)
    except Refused:
        return None
    return pattern
