"""What every reader and pass says of faults: the collector, and how text is shown in a message."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from policyeval.model.source import Diagnostic, Place, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.syntax.tree import Node

MAX_FAULTS: Final = 100
"""How many faults of its own a reader reports before it stops."""

_SHOWN = 80


class Kind(StrEnum):
    """What sort of fault a diagnostic tells of. What has none is a text that is not JSON or YAML."""

    BYTE_ORDER_MARK = "byte-order-mark"
    TRAILING_TEXT = "trailing-text"
    TOO_DEEP = "too-deep"
    UNRESOLVED = "unresolved"
    WRONG_TYPE = "wrong-type"
    EMPTY_STRING = "empty-string"
    DUPLICATE_KEY = "duplicate-key"
    DUPLICATE_KEY_CASE = "duplicate-key-case"
    UNKNOWN_ELEMENT = "unknown-element"
    UNKNOWN_PRINCIPAL_KIND = "unknown-principal-kind"
    INVALID_VERSION = "invalid-version"
    MISSING_STATEMENT = "missing-statement"
    EMPTY_STATEMENT = "empty-statement"
    DUPLICATE_SID = "duplicate-sid"
    INVALID_SID = "invalid-sid"
    MISSING_EFFECT = "missing-effect"
    INVALID_EFFECT = "invalid-effect"
    BOTH_FORMS = "both-forms"
    MISSING_PRINCIPAL = "missing-principal"
    MISSING_ACTION = "missing-action"
    MISSING_RESOURCE = "missing-resource"
    PRINCIPAL_NOT_ALLOWED = "principal-not-allowed"
    TRUST_NOT_PRINCIPAL = "trust-not-principal"
    TRUST_RESOURCE = "trust-resource"
    ACTION_FORMAT = "action-format"
    EMPTY_NEGATION = "empty-negation"
    BARE_PRINCIPAL = "bare-principal"
    PRINCIPAL_WILDCARD = "principal-wildcard"
    EMPTY_CONDITION_NAME = "empty-condition-name"
    VARIABLE_BRACE = "variable-brace"
    VARIABLE_EMPTY = "variable-empty"
    VARIABLE_QUOTE = "variable-quote"
    VARIABLE_SPACE = "variable-space"
    VARIABLE_FORM = "variable-form"


class Refused(Exception):  # noqa: N818 - no error by itself: it sends the text to the forgiving parse
    """The strict parse of a text cannot go on; `at` is the offset of what it cannot take."""

    def __init__(self, at: int = 0) -> None:
        super().__init__(at)
        self.at = at


def ticked(text: str) -> str:
    """Show a text of the input in a message: in backticks, shortened, unprintable characters escaped."""
    if len(text) > _SHOWN:
        text = text[: _SHOWN - 1] + "…"
    return f"`{escaped(text)}`"


def quoted(text: str) -> str:
    """Write a text as a JSON string, as hints show it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that was likely meant: the same in another case, or the closest."""
    words = sorted(known)
    if len(word) > _SHOWN:
        return None
    for candidate in words:
        if candidate.lower() == word.lower():
            return candidate
    from difflib import get_close_matches  # noqa: PLC0415 - needed to explain faults only

    close = get_close_matches(word, words, n=1, cutoff=0.7)
    return close[0] if close else None


class Faults:
    """Collects what is wrong with a document, each with the place of a node."""

    __slots__ = ("found",)

    def __init__(self, found: list[Diagnostic]) -> None:
        self.found = found

    def add(self, node: Node, pointer: str, message: str, hint: str | None = None, *, kind: Kind | None = None) -> None:
        """Say what is wrong with a node."""
        self.found.append(Diagnostic(message, hint, node.place(pointer), kind))

    def add_inside(self, place: Place, message: str, hint: str | None = None, *, kind: Kind | None = None) -> None:
        """Say what is wrong at a place that is no node's own, such as inside a string."""
        self.found.append(Diagnostic(message, hint, place, kind))


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort faults by where they stand; those without a source keep their order, first."""
    return sorted(diagnostics, key=lambda fault: (fault.place.start, fault.place.end) if fault.place else (-1, -1))
