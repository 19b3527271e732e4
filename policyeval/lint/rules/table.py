"""Every rule: its code and its module below this folder, sorted by code. Rules are loaded when asked for."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policyeval.lint.rule import Rule

TABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "S101": "syntax.json_syntax",
        "S301": "syntax.missing_version",
        "S401": "syntax.empty_sid",
    }
)


def load(code: str) -> Rule:
    """Give the rule of a code, which must be in the table."""
    rule: Rule = import_module(f"{__package__}.{TABLE[code]}").RULE
    return rule


def load_all(codes: Iterable[str] = TABLE) -> tuple[Rule, ...]:
    """Give the rules of these codes; all of them if not told."""
    return tuple(load(code) for code in codes)
