"""How findings list what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policyeval.lint.view import Value

_SHOWN: Final = 3


def listed(values: Sequence[Value]) -> str:
    """Show the first few values, and how many more there are."""
    shown = ", ".join(ticked(value.text) for value in values[:_SHOWN])
    return shown if len(values) <= _SHOWN else f"{shown} and {len(values) - _SHOWN} more"
