"""Which rules run: codes, or the letters and digits that codes begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.errors import ConfigError
from policyeval.lint.rules.table import TABLE
from policyeval.model.source import Diagnostic
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policyeval.model.source import Place


def select_codes(select: Sequence[str] | None, ignore: Iterable[str]) -> tuple[str, ...]:
    """Give the codes that begin with one of `select` (None: all) and with none of `ignore`.

    Raises:
        ConfigError: one of them is the beginning of no code, or no rule is left.

    """
    wanted = tuple(select) if select is not None else ("",)
    unwanted = tuple(ignore)
    for prefix in (*wanted, *unwanted):
        fault = code_fault(prefix)
        if fault is not None:
            raise ConfigError([fault])
    codes = tuple(code for code in TABLE if code.startswith(wanted) and not code.startswith(unwanted))
    if not codes:
        raise ConfigError([Diagnostic("no rule is left: whatever there is would pass", "see `select` and `ignore`")])
    return codes


def code_fault(prefix: str, place: Place | None = None) -> Diagnostic | None:
    """Say that no code begins so, if that is the case."""
    if any(code.startswith(prefix) for code in TABLE):
        return None
    like = nearest(prefix, TABLE)
    hint = f"did you mean `{like}`?" if like else "`policyeval rule` lists them"
    return Diagnostic(f"no rule has the code {ticked(prefix)}", hint, place)
