"""SARIF 2.1.0, which code scanning reads (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from policyeval import __version__
from policyeval.lint.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.lint.finding import Finding, Fix
    from policyeval.lint.report import Item, Report
    from policyeval.lint.rule import Rule
    from policyeval.model.source import Place

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "warning",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "note",
}
_MARKDOWN: Final = "{why}\n\n**Instead**: {instead}\n\nSource: {source}\n"


def write(report: Report, rules: Iterable[Rule]) -> str:
    """Write the report as one run, a line for each finding; suppressed ones are in it, marked as such."""
    described = list(rules)
    numbers = {rule.code: number for number, rule in enumerate(described)}
    driver = {"name": "policyeval", "version": __version__, "rules": [_rule(rule) for rule in described]}
    head = f'{{\n  "$schema": "{_SCHEMA}",\n  "version": "2.1.0",\n  "runs": [{{\n'
    # Each is written by itself: as one value they would take ten times the memory of the text.
    results = ",\n".join(json.dumps(_result(item, numbers)) for file in report.files for item in file.items)
    tool = json.dumps({"driver": driver}, indent=2)
    return f'{head}"tool": {tool},\n"columnKind": "unicodeCodePoints",\n"results": [\n{results}\n]}}]}}\n'


def _rule(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": ["security"] if rule.severity is Severity.SECURITY_WARNING else []}
    if rule.access_analyzer is not None:
        properties["accessAnalyzer"] = rule.access_analyzer
    described: dict[str, Any] = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why} {rule.instead}",
            "markdown": _MARKDOWN.format(why=rule.why, instead=rule.instead, source=rule.source),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }
    if rule.source.startswith("https:"):
        described["helpUri"] = rule.source
    return described


def _result(item: Item, numbers: dict[str, int]) -> dict[str, Any]:
    finding = item.finding
    hint = f" ({finding.hint})" if finding.hint is not None else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + hint},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"policyeval/v1": item.fingerprint},
    }
    if finding.code in numbers:
        result["ruleIndex"] = numbers[finding.code]
    if finding.also:
        result["relatedLocations"] = [_location(place) for place in finding.also]
    if item.suppressed is not None:
        result["suppressions"] = [{"kind": "external", "justification": item.suppressed}]
    if finding.fix is not None:
        result["fixes"] = [_fix(finding, finding.fix)]
    return result


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(place)}}
    if place.source is not None:
        location["physicalLocation"]["region"] = _region(place, place.start, place.end)
    if place.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": place.pointer, "kind": "member"}]
    return location


def _artifact(place: Place) -> dict[str, str]:
    name = (place.file or "").replace("\\", "/")
    return {"uri": quote(name, safe="/:", errors="surrogateescape") or "input"}


def _region(place: Place, start: int, end: int) -> dict[str, Any]:
    source = place.source
    assert source is not None  # noqa: S101 - callers asked
    (line, column), (end_line, end_column) = source.position(start), source.position(end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": start,
        "charLength": end - start,
    }


def _fix(finding: Finding, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(finding.place, edit.start, edit.end), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(finding.place), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}
