"""JUnit's XML, which every CI server reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

if TYPE_CHECKING:
    from policyeval.scenarios.loader import ScenarioFile
    from policyeval.scenarios.runner import CaseResult

# What XML 1.0 cannot hold even as a reference.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(results: Iterable[tuple[ScenarioFile, Sequence[CaseResult]]]) -> str:
    """Write the results of files as one XML document: a suite a file, a test case a case."""
    root = Element("testsuites")
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for scenarios, cases in results:
        suite = SubElement(root, "testsuite", name=_legal(scenarios.title or scenarios.path or "scenarios"))
        counts = {
            "tests": len(cases),
            "failures": sum(not case.passed and case.error is None for case in cases),
            "errors": sum(case.error is not None for case in cases),
        }
        for case in cases:
            _add_case(suite, case, scenarios.path or "")
        for name, count in counts.items():
            suite.set(name, str(count))
            totals[name] += count
    for name, count in totals.items():
        root.set(name, str(count))
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _add_case(suite: Element, result: CaseResult, path: str) -> None:
    place = result.case.place
    element = SubElement(suite, "testcase", classname=_legal(path), name=_legal(result.case.name))
    if place.file is not None:
        element.set("file", _legal(place.file))
        element.set("line", str(place.line))
    if not result.passed:
        kind = "error" if result.error is not None else "failure"
        failure = SubElement(element, kind, message=_legal("; ".join(result.differences)))
        failure.text = _legal(result.report())


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
