"""What the linter found: which rule, how bad, where, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from policyeval.model.source import Place


class Severity(StrEnum):
    """How bad a finding is, worst first; IAM Access Analyzer's finding types."""

    ERROR = "error"
    SECURITY_WARNING = "security_warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"

    @property
    def rank(self) -> int:
        """Its number, 0 for the worst."""
        return _RANKS[self]

    def reaches(self, least: Severity) -> bool:
        """Tell whether it is as bad as `least`, or worse."""
        return self.rank <= least.rank


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Edit(NamedTuple):
    """Replace the code points from `start` to `end` (exclusive) of a text."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """Edits that mend a finding without changing what the policy allows; made together or not at all."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    `place` is where to look first; `also` are the other places that have part in it, as where Access
    Analyzer gives several. `sid` is that of the statement it is in, if any. `meant` is what was probably
    meant in the place of the text at `place`: a guess, for a person to take.
    """

    code: str
    severity: Severity
    access_analyzer: str | None
    message: str
    hint: str | None
    place: Place
    also: tuple[Place, ...] = ()
    fix: Fix | None = None
    sid: str | None = None
    meant: str | None = None
