"""What a test that is no scenario says of itself, so that docs/semantics.md can name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from policyeval import PolicyEvalError


@dataclass(frozen=True)
class Refusal:
    """An input that is bad: no decision comes of it, but an exception with a diagnostic.

    `name` is a sentence, `facts` the numbers it exercises, `mentions` a part of the first diagnostic.
    """

    name: str
    facts: tuple[str, ...]
    attempt: Callable[[], object]
    error: type[PolicyEvalError]
    mentions: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Near:
    """An input that misses being bad by one field: something comes of it."""

    name: str
    facts: tuple[str, ...]
    attempt: Callable[[], object]

    def __str__(self) -> str:
        return self.name
