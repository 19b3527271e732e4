"""Policy values that may hold variables, ready to be filled in (S22)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.globs import Token, Tokens, join_tokens, tokenize
from policyeval.evaluator.key_values import Getter, getter
from policyeval.syntax.templates import Literal, Variable, parse_template

# Characters; no value of a request is as long but one that is made to be.
_MARGIN = 65_536


class Slot(NamedTuple):
    """A variable in a template: its folded key, how to find its value, and its default."""

    key: str
    get: Getter
    default: str | None


class Template:
    """Tokens with slots; a value without variables has none and is `static`."""

    __slots__ = ("parts", "static")

    def __init__(self, parts: tuple[Token | Slot, ...]) -> None:
        self.parts = parts
        slotted = any(isinstance(part, Slot) for part in parts)
        self.static: Tokens | None = None if slotted else join_tokens(p for p in parts if not isinstance(p, Slot))

    def keys(self) -> frozenset[str]:
        """Give the folded condition keys that the value depends on."""
        return frozenset(part.key for part in self.parts if isinstance(part, Slot))

    def fill(self, context: EvaluationContext, text: str) -> Tokens | None:
        """Put the values in, to be compared with a text; None when a variable has none.

        What is put in holds no wildcards. So what is longer than the text matches it no more, whatever follows: a long
        value that a policy names again and again is put in no more often than that.
        """
        tokens: list[Token] = []
        most = 2 * len(text) + _MARGIN  # a letter has at most two in lower case
        for part in self.parts:
            if not isinstance(part, Slot):
                tokens.append(part)
                continue
            value = part.get(context)
            if isinstance(value, tuple):  # never from a multi-valued key
                return None
            value = value or part.default
            if value is None:
                return None
            if most >= 0:
                most -= len(value)
                tokens.append(value)
        return join_tokens(tokens)


def compile_template(text: str, *, variables: bool, wildcards: bool) -> Template:
    """Compile a value as written. Without `variables`, `${` is plain text."""
    literal: Callable[[str], tuple[Token, ...]] = tokenize if wildcards else (lambda piece: (piece,))
    if not variables or "${" not in text:
        return Template(literal(text))
    parts: list[Token | Slot] = []
    for part in parse_template(text):
        if isinstance(part, Variable):
            folded = part.key.lower()
            parts.append(Slot(folded, getter(folded), part.default))
        elif isinstance(part, Literal):
            parts.append(part.text)
        else:
            parts.extend(literal(part))
    return Template(tuple(parts))


def compile_resource_template(text: str, *, variables: bool) -> Template:
    """Compile a Resource value: variables count only after the fifth colon."""
    *fields, last = text.split(":", 5)
    if not variables or "${" not in text or len(fields) < 5:  # noqa: PLR2004 - no resource part, nowhere for a variable
        return Template(tokenize(text))
    head = tokenize(":".join(fields) + ":")
    return Template((*head, *compile_template(last, variables=True, wildcards=True).parts))
