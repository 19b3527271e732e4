"""Which rules run: codes, or the letters and digits that codes begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.errors import ConfigError
from policyeval.lint.rules.table import TABLE
from policyeval.model.source import Diagnostic
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def select_codes(select: Sequence[str] | None, ignore: Iterable[str]) -> tuple[str, ...]:
    """Give the codes that begin with one of `select` (None: all) and with none of `ignore`.

    Raises:
        ConfigError: one of them is the beginning of no code.

    """
    wanted = tuple(select) if select is not None else ("",)
    unwanted = tuple(ignore)
    for prefix in (*wanted, *unwanted):
        if not any(code.startswith(prefix) for code in TABLE):
            like = nearest(prefix, TABLE)
            hint = f"did you mean `{like}`?" if like else "`policyeval rule` lists them"
            raise ConfigError([Diagnostic(f"no rule has the code {ticked(prefix)}", hint)])
    return tuple(code for code in TABLE if code.startswith(wanted) and not (unwanted and code.startswith(unwanted)))
