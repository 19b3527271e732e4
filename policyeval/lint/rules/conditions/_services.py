"""Statements that are about services alone, and the keys that tell for whom a service acts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policyeval.lint.view import Statement

SERVICE_PRINCIPAL: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")
SOURCES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
WEAK: Final = frozenset({"aws:referer", "aws:sourceip", "aws:useragent"})
"""Keys that narrow a service's requests and do not tell for whom it acts."""


def allows_only_services(statement: Statement) -> bool:
    """Tell whether a statement certainly allows services something, and nobody else."""
    return (
        statement.allows
        and bool(statement.principals)
        and all(
            element.kind == "Service" and element.complete and not element.negated and element.values
            for element in statement.principals
        )
    )
