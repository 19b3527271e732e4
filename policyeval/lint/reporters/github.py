"""GitHub's workflow commands: findings as annotations on the lines of a pull request.

Source: "Workflow commands for GitHub Actions", setting an error, warning or notice message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.model.source import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.lint.finding import Finding
    from policyeval.lint.report import Report
    from policyeval.lint.rule import Rule

_COMMANDS: Final = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "warning",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "notice",
}


def write(report: Report, rules: Iterable[Rule]) -> str:
    """Write a command for each finding that is not suppressed."""
    names = {rule.code: rule.name for rule in rules}
    return "".join(f"{_command(finding, names.get(finding.code, ''))}\n" for finding in report.open())


def _command(finding: Finding, name: str) -> str:
    message = finding.message if finding.hint is None else f"{finding.message}\n{finding.hint}"
    properties = {"title": f"{finding.code} {name}".strip(), **_where(finding)}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {written}::{_data(message)}"


def _where(finding: Finding) -> dict[str, str]:
    place = finding.place
    if place.source is None or place.file is None:
        return {}
    (line, column), (end_line, end_column) = place.source.position(place.start), place.source.position(place.end)
    where = {"file": place.file, "line": str(line), "endLine": str(end_line)}
    # Columns are for one line only; the last one counts in.
    return {**where, "col": str(column), "endColumn": str(max(column, end_column - 1))} if line == end_line else where


def _data(text: str) -> str:
    return escaped(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
