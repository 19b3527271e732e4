"""Text for people: each finding with its source line, a caret and a hint, and counts at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.model.source import WINDOW, Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policyeval.lint.finding import Finding
    from policyeval.lint.report import Report
    from policyeval.lint.rule import Rule

_WORDS = {
    Severity.ERROR: ("error", "errors"),
    Severity.SECURITY_WARNING: ("security warning", "security warnings"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.SUGGESTION: ("suggestion", "suggestions"),
}


def finding_text(finding: Finding, window: int = WINDOW) -> str:
    """Write one finding; its other places follow, one a line. `window`: how much to show of a long line."""
    message = f"{_WORDS[finding.severity][0]} {finding.code}: {finding.message}"
    lines = [Diagnostic(message, finding.hint, finding.place).render(window)]
    lines += [f"  also: {place}" for place in finding.also]
    return "\n".join(lines)


def summary_lines(report: Report, names: Mapping[str, str]) -> Iterator[str]:
    """Write the counts: by rule, worst and most first, then of all. `names` has the rules' names by code."""
    counts: dict[tuple[Severity, str], int] = {}
    for finding in report.open():
        key = finding.severity, finding.code
        counts[key] = counts.get(key, 0) + 1
    width = max((len(names.get(code, "")) for _, code in counts), default=0)
    for (severity, code), count in sorted(counts.items(), key=lambda row: (row[0][0].rank, -row[1], row[0][1])):
        yield f"{count:>5}  {code}  {names.get(code, ''):<{width}}  {_WORDS[severity][0]}"
    yield _totals(report)


def _totals(report: Report) -> str:
    severities = [finding.severity for finding in report.open()]
    found = [_counted(severities.count(severity), *_WORDS[severity]) for severity in Severity if severity in severities]
    policies, grants, unknown, suppressed, fixed = report.totals
    read = _counted(policies, "policy", "policies") + (f" and {_counted(grants, 'grant', 'grants')}" if grants else "")
    parts = [f"{', '.join(found) or 'nothing found'} in {read} of {_counted(len(report.files), 'file', 'files')}"]
    parts += [f"{suppressed} suppressed"] if suppressed else []
    parts += [f"{_counted(unknown, 'value', 'values')} not resolved"] if unknown else []
    parts += [f"{fixed} fixed"] if fixed else []
    fixable = sum(finding.fix is not None for finding in report.open())
    parts += [f"{fixable} can be fixed with `--fix`"] if fixable else []
    return "; ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def write(report: Report, rules: Iterable[Rule], window: int = WINDOW) -> str:
    """Write the whole report; `window`: how much to show of a long line of a file."""
    names = {rule.code: rule.name for rule in rules}
    texts = [finding_text(finding, window) + "\n" for finding in report.open()]
    return "\n".join([*texts, *summary_lines(report, names)]) + "\n"
