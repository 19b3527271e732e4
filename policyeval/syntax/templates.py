"""Policy variables: a value as text, literal characters and variables (S22)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from policyeval.syntax.faults import Kind, ticked
from policyeval.syntax.grammars import build

if TYPE_CHECKING:
    from lark import Lark, Token


class Literal(NamedTuple):
    """A character that stands for itself: `${*}`, `${?}` and `${$}` are no wildcards and start no variable."""

    text: str


class Variable(NamedTuple):
    """`${key}` or `${key, 'default'}`; the key in the case in which it was written."""

    key: str
    default: str | None = None


Part: TypeAlias = str | Literal | Variable


class TemplateError(ValueError):
    """A `${` that makes no variable. `start` and `end` are offsets in the text; raised inside this floor only."""

    def __init__(self, message: str, hint: str | None, start: int, end: int, kind: Kind) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start
        self.end = end
        self.kind = kind


class _Builder:
    """What the rules of `grammar/template.lark` do."""

    def TEXT(self, token: Token) -> str:  # noqa: N802 - the token's name
        return str(token.value)

    def CHARACTER(self, token: Token) -> Literal:  # noqa: N802 - the token's name
        return Literal(token.value[2])

    def plain_variable(self, parts: list[Any]) -> Variable:
        return Variable(parts[1].value)

    def variable_with_default(self, parts: list[Any]) -> Variable:
        return Variable(parts[1].value, parts[3].value[1:-1])

    def start(self, parts: list[Part]) -> tuple[Part, ...]:
        return tuple(parts)


@cache
def _parser() -> Lark:
    return build("template", _Builder())


@lru_cache(maxsize=16_384)
def parse_template(text: str) -> tuple[Part, ...]:
    """Split a value into text, literal characters and variables.

    Raises:
        TemplateError: a `${` is not closed, names nothing, or its default is not in single quotes.
            Values of a parsed 2012-10-17 policy never do: `parse_policy` refused those.

    """
    if "${" not in text:
        return (text,) if text else ()
    from lark.exceptions import UnexpectedInput, UnexpectedToken  # noqa: PLC0415 - loaded with the parser, not before

    try:
        parts: tuple[Part, ...] = _parser().parse(text)  # type: ignore[assignment]  # what `start` gives
    except UnexpectedInput as error:
        # Lark places the text's end where its last token begins.
        ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        raise _explain(text, len(text) if ended else error.pos_in_stream or 0) from None
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
