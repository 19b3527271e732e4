"""JSON for machines: every finding, suppressed ones too, and the summary."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from policyeval.lint.report import legible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.lint.report import Item, Report
    from policyeval.lint.rule import Rule
    from policyeval.model.source import Place


def write(report: Report, rules: Iterable[Rule]) -> str:  # noqa: ARG001 - every format is called alike
    """Write the report, a line for each finding; in ASCII, valid in whatever encoding it is printed."""
    findings = ",\n".join(json.dumps(finding_json(item)) for file in report.files for item in file.items)
    return f'{{"findings": [\n{findings}\n],\n"summary": {json.dumps(report.summary(), indent=2)}}}\n'


def finding_json(item: Item) -> dict[str, object]:
    """Give a finding's fields. Lines and columns are 1-based, offsets 0-based, all in code points."""
    finding = item.finding
    return {
        "code": finding.code,
        "access_analyzer": finding.access_analyzer,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
        "sid": finding.sid,
        **place_json(finding.place),
        "also": [place_json(place) for place in finding.also],
        "suppressed": item.suppressed is not None,
        "reason": item.suppressed,
        "fixable": finding.fix is not None,
        "fingerprint": item.fingerprint,
    }


def place_json(place: Place) -> dict[str, object]:
    """Give a place: its file, JSON Pointer, start and end."""
    return {
        "file": legible(place.file),
        "pointer": place.pointer,
        "start": _position(place, place.start),
        "end": _position(place, place.end),
    }


def _position(place: Place, offset: int) -> dict[str, int] | None:
    if place.source is None:
        return None
    line, column = place.source.position(offset)
    return {"line": line, "column": column, "offset": offset}
