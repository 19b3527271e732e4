"""What a run found, file by file, with what is suppressed: the one value that every format writes."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policyeval.lint.run import FileReport
    from policyeval.model.source import Source


# As long as a single value may be.
_SHORT: Final = 200
# They are about the header of a table, which all suppressions have alike.
_OF_SUPPRESSIONS: Final = frozenset({"X201", "X202"})


class Item(NamedTuple):
    """A finding with a name that survives edits elsewhere in the file, and why it is suppressed, if it is."""

    finding: Finding
    fingerprint: str
    suppressed: str | None = None


class FileItems(NamedTuple):
    """The findings of one file, by place."""

    source: Source
    items: tuple[Item, ...]
    policies: int = 0
    grants: int = 0
    unknown: int = 0
    fixed: int = 0


class Totals(NamedTuple):
    """What a run read, and what became of findings, over all of its files."""

    policies: int
    grants: int
    unknown: int
    suppressed: int
    fixed: int


class Report(NamedTuple):
    """The files of a run in their order."""

    files: tuple[FileItems, ...]

    def open(self) -> Iterator[Finding]:
        """Give the findings that are not suppressed."""
        return (item.finding for file in self.files for item in file.items if item.suppressed is None)

    def reaches(self, least: Severity) -> bool:
        """Tell whether a finding that is not suppressed is as bad as this, or worse."""
        return any(finding.severity.reaches(least) for finding in self.open())

    @property
    def empty(self) -> bool:
        """Whether there was nothing to lint: no policy, no grant, and no fault that hid one."""
        return not any(file.policies or file.grants or file.items for file in self.files)

    @property
    def totals(self) -> Totals:
        """The sums over all files."""
        return Totals(
            policies=sum(file.policies for file in self.files),
            grants=sum(file.grants for file in self.files),
            unknown=sum(file.unknown for file in self.files),
            suppressed=sum(item.suppressed is not None for file in self.files for item in file.items),
            fixed=sum(file.fixed for file in self.files),
        )

    def summary(self) -> dict[str, object]:
        """Count what was read and found."""
        severities, totals = Counter(finding.severity for finding in self.open()), self.totals
        return {
            "files": len(self.files),
            "policies": totals.policies,
            "grants": totals.grants,
            "unknown": totals.unknown,
            "findings": {str(severity): severities[severity] for severity in Severity},
            "rules": dict(sorted(Counter(finding.code for finding in self.open()).items())),
            "suppressed": totals.suppressed,
            "fixed": totals.fixed,
        }


def legible(name: str | None) -> str | None:
    """Write the name of a file as text: `�` for each byte that is none."""
    return name.encode(errors="surrogateescape").decode(errors="replace") if name is not None else None


def name_findings(report: FileReport, path: str) -> FileItems:
    """Give each finding of a file its fingerprint; `path` is its path below the folder of the settings."""
    names = fingerprints(path, report.findings)
    items = tuple(Item(finding, name) for finding, name in zip(report.findings, names, strict=True))
    return FileItems(report.source, items, report.policies, report.grants, report.unknown)


def fingerprints(path: str, findings: Iterable[Finding]) -> Iterator[str]:
    """Name findings by file, rule, statement, the text they are about, and how many alike come before.

    What is edited elsewhere in the file leaves them alone, and so does where a run starts. 16 hexadecimal digits.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        place = finding.place
        text = place.source.text[place.start : place.end] if place.source is not None else place.pointer
        if finding.code in _OF_SUPPRESSIONS:
            text = finding.message
        # What is about a whole statement or policy would change its name with every edit inside.
        alike = "\0".join((path, finding.code, finding.sid or "", text if len(text) <= _SHORT else ""))
        # Names of files, and texts of JSON, may hold what is no character.
        digest = hashlib.sha256(f"{alike}\0{seen[alike]}".encode(errors="surrogatepass")).hexdigest()
        seen[alike] += 1
        yield digest[:16]
