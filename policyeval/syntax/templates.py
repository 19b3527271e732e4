"""Policy variables: a value as text, literal characters and variables (S22)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from policyeval.syntax.faults import Kind, Refused, ticked
from policyeval.syntax.tables import TableParser, load_tables

if TYPE_CHECKING:
    from policyeval.syntax.tables import OffsetToken


class Literal(NamedTuple):
    """A character that stands for itself: `${*}`, `${?}` and `${$}` are no wildcards and start no variable."""

    text: str


class Variable(NamedTuple):
    """`${key}` or `${key, 'default'}`; the key in the case in which it was written."""

    key: str
    default: str | None = None


Part: TypeAlias = str | Literal | Variable


class TemplateError(ValueError):
    """A `${` that makes no variable. `start` and `end` are offsets in the text; the evaluator lets nobody see it."""

    def __init__(self, message: str, hint: str | None, start: int, end: int, kind: Kind) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start
        self.end = end
        self.kind = kind


class _Builder:
    """What the rules of `grammar/template.lark` do."""

    def TEXT(self, token: OffsetToken) -> str:  # noqa: N802 - the token's name
        return token.value

    def CHARACTER(self, token: OffsetToken) -> Literal:  # noqa: N802 - the token's name
        return Literal(token.value[2])

    def plain_variable(self, parts: list[Any]) -> Variable:
        return Variable(parts[1].value)

    def variable_with_default(self, parts: list[Any]) -> Variable:
        return Variable(parts[1].value, parts[3].value[1:-1])

    def first_part(self, parts: list[Part]) -> list[Part]:
        return parts

    def next_part(self, parts: list[Any]) -> list[Part]:
        before: list[Part] = parts[0]
        before.append(parts[1])
        return before

    def start(self, parts: list[list[Part]]) -> tuple[Part, ...]:
        return tuple(parts[0])


@cache
def _parser() -> TableParser:
    return TableParser(load_tables("template"), _Builder())


@lru_cache(maxsize=16_384)
def parse_template(text: str) -> tuple[Part, ...]:
    """Split a value into text, literal characters and variables.

    Raises:
        TemplateError: a `${` is not closed, names nothing, or its default is not in single quotes.
            Values of a parsed 2012-10-17 policy never do, `parse_policy` refused those; a `Policy` made by hand may.

    """
    if "${" not in text:
        return (text,) if text else ()
    try:
        parts: tuple[Part, ...] = _parser().parse(text)
    except Refused as refused:
        raise _explain(text, refused.at) from None
    return parts


def _explain(text: str, at: int) -> TemplateError:
    start = max(text.rfind("${", 0, at), 0)
    close = text.find("}", start)
    inner = text.find("${", start + 2)
    if close < 0 or 0 <= inner < close:
        end = len(text) if inner < 0 else inner
        return TemplateError(
            "the variable `${` is never closed",
            "close it with `}`; `${$}{` stands for the two characters",
            start,
            end,
            Kind.VARIABLE_BRACE,
        )
    message, hint, kind = _explain_variable(text[start : close + 1])
    return TemplateError(message, hint, start, close + 1, kind)


def _explain_variable(whole: str) -> tuple[str, str | None, Kind]:
    inside = whole[2:-1]
    if not inside.strip():
        return f"the variable {ticked(whole)} names no key", None, Kind.VARIABLE_EMPTY
    if "," in inside:
        return (
            f"the default in {ticked(whole)} is not in single quotes",
            "write `${key, 'default'}`",
            Kind.VARIABLE_QUOTE,
        )
    if any(character.isspace() for character in inside):
        return (
            f"the variable {ticked(whole)} has a space in it",
            "a space may stand in the name of a tag only",
            Kind.VARIABLE_SPACE,
        )
    return f"{ticked(whole)} is not a variable", "write `${key}` or `${key, 'default'}`", Kind.VARIABLE_FORM
