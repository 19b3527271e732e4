"""JUnit's XML, which every CI server reads: a suite a file, a failure a finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from policyeval.lint.reporters.text import finding_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.lint.report import FileItems, Report
    from policyeval.lint.rule import Rule

# What XML 1.0 cannot hold even as a reference.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report, rules: Iterable[Rule]) -> str:
    """Write the report; a file without findings is a test that passed."""
    names = {rule.code: rule.name for rule in rules}
    root = Element("testsuites")
    tests = failures = 0
    for file in report.files:
        suite = _suite(root, file, names)
        tests += int(suite.get("tests", "0"))
        failures += int(suite.get("failures", "0"))
    root.set("tests", str(tests))
    root.set("failures", str(failures))
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, file: FileItems, names: dict[str, str]) -> Element:
    path = _legal(file.source.name or "input")
    suite = SubElement(root, "testsuite", name=path)
    failures = 0
    for item in file.items:
        finding = item.finding
        line, _ = file.source.position(finding.place.start) if finding.place.source is not None else (1, 1)
        title = f"{finding.code} {names.get(finding.code, '')} at {finding.place.pointer or '/'}"
        case = SubElement(suite, "testcase", classname=path, name=_legal(title), file=path, line=str(line))
        if item.suppressed is not None:
            SubElement(case, "skipped", message=_legal(item.suppressed))
            continue
        failures += 1
        failure = SubElement(case, "failure", type=str(finding.severity), message=_legal(finding.message))
        failure.text = _legal(finding_text(finding))
    if not file.items:
        SubElement(suite, "testcase", classname=path, name="no findings", file=path)
    suite.set("tests", str(max(1, len(file.items))))
    suite.set("failures", str(failures))
    suite.set("skipped", str(len(file.items) - failures))
    return suite


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
