"""A run over several files: rules, settings and suppressions, applied to one file after the other."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from policyeval.lint.linter import Linter
from policyeval.lint.mending import mend
from policyeval.lint.reading import read
from policyeval.lint.report import FileItems, name_findings
from policyeval.lint.run import FileReport, lint_reading
from policyeval.lint.suppressions import Suppressor, apply_baseline

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from policyeval.lint.config import Config
    from policyeval.lint.finding import Finding
    from policyeval.lint.reading import Reading
    from policyeval.lint.rule import Rule
    from policyeval.model.policy import PolicyType


class LintSession:
    """Lints files one by one, and says at the end which suppressions were of no use. Not thread-safe."""

    def __init__(
        self,
        rules: Iterable[Rule],
        config: Config,
        today: dt.date,
        *,
        policy_type: PolicyType | None = None,
        baseline: Collection[str] = (),
    ) -> None:
        """Take the rules and the settings.

        Args:
            rules: those to apply; `config.select` and `config.ignore` are the caller's to have followed.
            config: types by path and suppressions.
            today: the day by which suppressions end.
            policy_type: of policies that have no type by where they stand; goes before the settings.
            baseline: fingerprints of what is to be left alone.

        """
        self._linter = Linter(rules)
        self._codes = frozenset(rule.code for rule in self._linter.rules)
        self._types = config.types
        self._suppressor = Suppressor(config.suppressions, today)
        self._policy_type = policy_type
        self._baseline = baseline

    def lint(self, reading: Reading, path: str, *, named: bool = True) -> FileItems:
        """Lint a file. `path` is its path from the folder of the settings, `named` whether a person named it."""
        return self.sift(self.look(reading, path, named=named), path)

    def look(self, reading: Reading, path: str, *, named: bool = True) -> FileReport:
        """Do the larger half of `lint`, which changes nothing and so can be done in another process."""
        return lint_reading(self._linter, reading, self._type_of(posixpath.normpath(path)), named=named)

    def sift(self, report: FileReport, path: str) -> FileItems:
        """Do the other half: name the findings, and note which suppressions were of use."""
        path = posixpath.normpath(path)
        return apply_baseline(self._suppressor.apply(name_findings(report, path), path), self._baseline)

    def fix(self, reading: Reading, path: str, *, named: bool = True) -> tuple[str, FileItems]:
        """Make the fixes of a file's findings that are not suppressed; give its whole text, and what is left."""
        name = reading.source.name or ""

        def findings(text: str) -> list[Finding]:
            again = self.lint(read(text.encode(), name), path, named=named)
            return [item.finding for item in again.items if item.suppressed is None]

        mended = mend(reading.source.text, findings)
        left = self.lint(read(mended.text.encode(), name), path, named=named)
        # What was not made would make things worse.
        items = tuple(item._replace(finding=replace(item.finding, fix=None)) for item in left.items)
        return reading.prefix + mended.text, left._replace(items=items, fixed=mended.made)

    def finish(self) -> list[FileItems]:
        """Give what is to be said of the suppressions themselves, in the files of the settings."""
        findings = self._linter.faults(self._suppressor.faults(self._codes))
        if not findings:
            return []
        # All suppressions come from one file.
        (source,) = {finding.place.source for finding in findings}
        if source is None:
            return []
        items = name_findings(FileReport(source, findings), posixpath.basename(source.name or ""))
        return [apply_baseline(items, self._baseline)]

    def _type_of(self, path: str) -> PolicyType | None:
        told = (policy_type for pattern, policy_type in self._types if fnmatchcase(path, pattern))
        return self._policy_type or next(told, None)
