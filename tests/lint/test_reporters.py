"""Every format: valid for those who read it, with the places that the findings have."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema.validators import validator_for

from policyeval.lint.config import Config
from policyeval.lint.finding import Severity
from policyeval.lint.reading import read
from policyeval.lint.report import Report
from policyeval.lint.reporters import as_json, github, junit, sarif, text
from policyeval.lint.rules.table import load_all
from policyeval.lint.session import LintSession
from tests.lint.fixtures import FOLDER, SUFFIXES
from tests.lint.run_cli import BAD_EFFECT, EMPTY_SID, POLICY
from tests.lint.sarif_schema import sarif_schema

RULES = load_all()


def _report(**texts: str | bytes) -> Report:
    session = LintSession(RULES, Config(), dt.date(2030, 1, 31))
    files = []
    for name, content in texts.items():
        data = content.encode() if isinstance(content, str) else content
        file = f"{name.replace('__', '/')}.json"
        files.append(session.lint(read(data, file), file))
    return Report(tuple(files))


# Every fault that the fixtures have, some of it in files with unusual names.
@pytest.fixture(scope="module")
def everything() -> Report:
    session = LintSession(RULES, Config(), dt.date(2030, 1, 31))
    paths = [path for path in sorted(FOLDER.glob("*/bad*")) if path.suffix in SUFFIXES]
    report = Report(
        tuple(
            session.lint(read(path.read_bytes(), f"a b/ü%/{number}/{path.name}"), "-")
            for number, path in enumerate(paths)
        ),
    )
    first = report.files[0]
    suppressed = first._replace(items=tuple(item._replace(suppressed="looked at") for item in first.items))
    return Report((suppressed, *report.files[1:]))


@pytest.mark.parametrize("window", [40, 72, 112])
def test_of_a_long_line_so_much_is_shown_as_fits_with_the_caret_below_it(window: int) -> None:
    report = _report(a=" ".join(BAD_EFFECT.replace('"Read"', '"' + "R" * 200 + '"').split()))
    (line, caret) = text.write(report, RULES, window=window).splitlines()[1:3]
    assert len(line) == window + 8
    assert line[caret.index("^") : caret.rindex("^") + 1] == '"Permit"'


def test_sarif_validates_against_its_schema(everything: Report) -> None:
    schema = sarif_schema()
    validator = validator_for(schema)(schema)
    log = json.loads(sarif.write(everything, RULES))
    assert [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(log)] == []
    assert len(log["runs"][0]["results"]) == sum(len(file.items) for file in everything.files)


def test_the_schema_would_see_a_fault() -> None:
    schema = sarif_schema()
    log = json.loads(sarif.write(_report(a=BAD_EFFECT), RULES))
    log["runs"][0]["results"][0]["level"] = "bad"
    assert list(validator_for(schema)(schema).iter_errors(log)) != []


def _sarif(report: Report) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads(sarif.write(report, RULES))["runs"][0]["results"]
    return results


def test_sarif_names_rule_place_and_fix() -> None:
    (result,) = [row for row in _sarif(_report(folder__policy=EMPTY_SID)) if row["ruleId"] == "S401"]
    rules = json.loads(sarif.write(_report(), RULES))["runs"][0]["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == "S401"
    assert result["level"] == "note"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "folder/policy.json"
    start = EMPTY_SID.index('"",')
    assert place["region"] == {
        "startLine": 4, "startColumn": 13, "endLine": 4, "endColumn": 15, "charOffset": start, "charLength": 2,
    }  # fmt: skip
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"]["text"] == ""


def test_names_of_files_are_uris_in_sarif(everything: Report) -> None:
    uris = {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for row in _sarif(everything)}
    assert all(uri.startswith("a%20b/%C3%BC%25/") for uri in uris)


def test_what_is_suppressed_is_so_in_every_format(everything: Report) -> None:
    count = len(everything.files[0].items)
    assert count
    assert sum("suppressions" in row for row in _sarif(everything)) == count
    assert sum(row["suppressed"] for row in json.loads(as_json.write(everything, RULES))["findings"]) == count
    assert ET.fromstring(junit.write(everything, RULES)).findall("testsuite")[0].get("skipped") == str(count)  # noqa: S314 - our own
    first = everything.files[0].source.name or ""
    assert first not in github.write(everything, RULES).replace("%25", "%")
    assert f"; {count} suppressed" in text.write(everything, RULES)


def test_the_rest_of_a_finding_survives_edits_elsewhere() -> None:
    before = _report(a=BAD_EFFECT)
    after = _report(a=BAD_EFFECT.replace("[\n", "[\n\n").replace("2012-10-17", "2008-10-17"))
    named = [[item.fingerprint for file in report.files for item in file.items if item.finding.code == "S114"]
             for report in (before, after)]  # fmt: skip
    assert named[0] == named[1] != []


def test_fingerprints_are_unique(everything: Report) -> None:
    for file in everything.files:
        names = [item.fingerprint for item in file.items]
        assert len(set(names)) == len(names), file.source.name


@pytest.mark.parametrize("field", ["code", "access_analyzer", "severity", "message", "hint", "file", "pointer", "start", "end", "suppressed", "fixable"])  # fmt: skip
def test_json_has_the_fields_of_the_contract(everything: Report, field: str) -> None:
    findings = json.loads(as_json.write(everything, RULES))["findings"]
    assert all(field in finding for finding in findings)


def test_offsets_in_json_are_code_points_into_the_file() -> None:
    shifted = BAD_EFFECT.replace("Read", "Léße\U0001f511")
    (finding,) = [f for f in json.loads(as_json.write(_report(a=shifted), RULES))["findings"] if f["code"] == "S114"]
    assert shifted[finding["start"]["offset"] : finding["end"]["offset"]] == '"Permit"'


def test_annotations_escape_what_would_end_them() -> None:
    name = "a,b:c%.json"
    session = LintSession(RULES, Config(), dt.date(2030, 1, 31))
    report = Report((session.lint(read(BAD_EFFECT.replace("Permit", "a\\nb%").encode(), name), name),))
    (line,) = [line for line in github.write(report, RULES).splitlines() if "S114" in line]
    assert line.startswith(
        "::error title=S114 invalid-effect,file=a%2Cb%3Ac%25.json,line=4,endLine=4,col=31,endColumn="
    )
    assert "\\u000ab%25`" in line


def test_junit_counts_a_clean_file_as_passed() -> None:
    root = ET.fromstring(junit.write(_report(good=POLICY, bad=BAD_EFFECT), RULES))  # noqa: S314 - our own
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        ("good.json", "1", "0"),
        ("bad.json", "1", "1"),
    ]


def test_text_shows_the_line_a_caret_and_the_hint() -> None:
    assert text.write(_report(policy=BAD_EFFECT), RULES).splitlines()[:3] == [
        "policy.json:4:31: error S114: the effect `Permit` is neither `Allow` nor `Deny`",
        '    4 |     {"Sid": "Read", "Effect": "Permit", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::example/',
        "                                      ^^^^^^^^",
    ]


def test_severities_are_ordered_worst_first() -> None:
    ordered = [Severity.ERROR, Severity.SECURITY_WARNING, Severity.WARNING, Severity.SUGGESTION]
    for worse, one in enumerate(ordered):
        assert [one.reaches(least) for least in ordered] == [index >= worse for index in range(len(ordered))]


def test_the_pages_of_rules_are_made_from_the_rules() -> None:
    import runpy  # noqa: PLC0415 - for this test only

    root = Path(__file__).resolve().parents[2]
    made = runpy.run_path(str(root / "docs" / "make_rules.py"))["render"]()
    there = {path.name: path.read_text(encoding="utf-8") for path in (root / "docs" / "rules").glob("*.md")}
    assert there == made, "run `python docs/make_rules.py`"
