"""What need not be fixed: suppressions with a reason, and a baseline of what was there before."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from policyeval.errors import ConfigError
from policyeval.lint.kinds import FileKind
from policyeval.lint.report import FileItems, Item, legible
from policyeval.model.source import Diagnostic
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator

    from policyeval.lint.config import Suppression
    from policyeval.lint.finding import Finding

_VERSION: Final = 1
_IN_BASELINE: Final = "in the baseline"


class Suppressor:
    """Applies suppressions to one file after the other, and remembers which of them were of use."""

    def __init__(self, suppressions: Iterable[Suppression], today: dt.date) -> None:
        """Take the suppressions; those whose last day is before `today` suppress nothing."""
        self._expired: list[Suppression] = []
        self._active: list[Suppression] = []
        for suppression in suppressions:
            late = suppression.until is not None and suppression.until < today
            (self._expired if late else self._active).append(suppression)
        self._used: set[int] = set()
        self._met: set[int] = set()

    def apply(self, file: FileItems, path: str) -> FileItems:
        """Mark what is suppressed in a file; `path` is its path below the folder of the settings."""
        here = [(n, row) for n, row in enumerate(self._active) if fnmatchcase(path, row.file)]
        if not here:
            return file
        self._met.update(n for n, _ in here)
        return file._replace(items=tuple(self._applied(item, here) for item in file.items))

    def _applied(self, item: Item, here: list[tuple[int, Suppression]]) -> Item:
        for n, row in here:
            if _covers(row, item.finding):
                self._used.add(n)
                return item._replace(suppressed=row.reason)
        return item

    def faults(self, codes: Collection[str]) -> Iterator[Diagnostic]:
        """Say which suppressions are of no use, of the rules that ran and the files that were linted."""
        for row in self._expired:
            message = f"the suppression of {ticked(row.code)} ended on {row.until}"
            hint = "mend what it was for, or look at it again and give it another day"
            yield Diagnostic(message, hint, row.place, FileKind.EXPIRED_SUPPRESSION)
        for n, row in enumerate(self._active):
            if n in self._met and n not in self._used and row.code in codes:
                message = f"the suppression of {ticked(row.code)} in {ticked(row.file)} suppresses nothing"
                yield Diagnostic(message, "delete it", row.place, FileKind.UNUSED_SUPPRESSION)


def _covers(row: Suppression, finding: Finding) -> bool:
    if row.code != finding.code or (row.sid is not None and row.sid != finding.sid):
        return False
    pointer = finding.place.pointer
    return row.pointer is None or pointer == row.pointer or pointer.startswith(row.pointer + "/")


def apply_baseline(file: FileItems, known: Collection[str]) -> FileItems:
    """Mark the findings that were there when the baseline was written."""
    return file._replace(
        items=tuple(
            item._replace(suppressed=_IN_BASELINE) if item.suppressed is None and item.fingerprint in known else item
            for item in file.items
        )
    )


def write_baseline(files: Iterable[FileItems]) -> str:
    """Write the findings for later runs to leave alone: those of a baseline that is in force stay.

    What is suppressed has its own reason, and perhaps a last day, after which it is to come back.
    """
    rows = [
        {
            "fingerprint": item.fingerprint,
            "code": item.finding.code,
            "file": legible(file.source.name),
            "message": item.finding.message,
        }
        for file in files
        for item in file.items
        if item.suppressed in {None, _IN_BASELINE}
    ]
    return json.dumps({"version": _VERSION, "findings": rows}, indent=2, ensure_ascii=False) + "\n"


def read_baseline(data: bytes, name: str) -> frozenset[str]:
    """Read a baseline: the fingerprints of what was found then.

    Raises:
        ConfigError: it is not what `write_baseline` writes.

    """
    try:
        value = json.loads(data.decode())
        if value["version"] != _VERSION:
            raise KeyError  # noqa: TRY301 - one message for whatever is wrong with it
        return frozenset(str(row["fingerprint"]) for row in value["findings"])
    except (ValueError, KeyError, TypeError, RecursionError):
        message = f"`{name}` is not a baseline"
        raise ConfigError([Diagnostic(message, "write it anew with `--write-baseline`")]) from None
