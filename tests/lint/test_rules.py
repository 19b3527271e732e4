"""Every rule on its own fixtures: what is bad is found where it is, what is good is left in peace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rule import Level
from policyeval.lint.rules.table import TABLE, load, load_all
from policyeval.lint.run import lint_bytes
from tests.lint.fixtures import FOLDER, SUFFIXES, expected_file, files, fixed, fixed_file, lint_file, snapshot


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


@pytest.mark.parametrize("path", list(files("bad")), ids=_name)
def test_a_bad_fixture_has_exactly_the_findings_beside_it(path: Path) -> None:
    found = snapshot(lint_file(path.read_bytes(), path))
    assert found
    assert found == expected_file(path).read_text(encoding="utf-8"), f"python -m tests.lint.fixtures {path.parent.name}"


@pytest.mark.parametrize("path", list(files("good")), ids=_name)
def test_a_good_fixture_has_no_finding_of_the_rule(path: Path) -> None:
    assert snapshot(lint_file(path.read_bytes(), path)) == ""


@pytest.mark.parametrize("path", list(files("bad")), ids=_name)
def test_a_fix_makes_the_text_beside_it_and_has_nothing_left_to_fix(path: Path) -> None:
    data = path.read_bytes()
    mended = fixed(data, lint_file(data, path))
    assert fixed_file(path).exists() == (mended is not None)
    if mended is not None:
        assert mended == fixed_file(path).read_bytes()
        assert [finding for finding in lint_file(mended, path) if finding.fix is not None] == []


# What they are about is no file's text: tests/lint/test_files.py and test_suppressions.py have their cases.
WITHOUT_FIXTURES = {"X101", "X102", "X201", "X202"}


@pytest.mark.parametrize("code", sorted(set(TABLE) - WITHOUT_FIXTURES))
def test_a_rule_has_bad_and_good_fixtures(code: str) -> None:
    assert list(files("bad", [code]))
    assert list(files("good", [code]))


def test_every_folder_of_fixtures_has_a_rule() -> None:
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name not in TABLE) == []


def test_codes_and_names_are_unique_sorted_and_agree_with_the_modules() -> None:
    rules = load_all()
    assert list(TABLE) == sorted(TABLE)
    assert [rule.code for rule in rules] == list(TABLE)
    assert [rule.name.replace("-", "_") for rule in rules] == [home.rpartition(".")[2] for home in TABLE.values()]
    assert len({rule.name for rule in rules}) == len(rules)


def test_every_module_of_a_family_is_in_the_table() -> None:
    import policyeval.lint.rules as package  # noqa: PLC0415 - where the files are

    home = Path(package.__file__).parent
    modules = {f"{path.parent.name}.{path.stem}" for path in home.glob("*/*.py") if not path.stem.startswith("_")}
    assert {module for module in modules if _has_rule(home, module)} == set(TABLE.values())


def _has_rule(home: Path, module: str) -> bool:
    # A family may share helpers in a module of its own.
    return "\nRULE = " in Path(home, *module.split(".")).with_suffix(".py").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", TABLE)
def test_a_rule_documents_itself(code: str) -> None:
    rule = load(code)
    assert rule.summary[0].isupper()
    assert rule.summary.endswith(".")
    assert rule.why.endswith(".")
    assert rule.instead.endswith((".", "`"))
    assert rule.source.startswith("https://docs.aws.amazon.com/") or rule.source == "docs/lint.md"
    assert rule.level in Level


# The rules that are asked only where a service has an action or an element is there, on every fixture that there is.
@pytest.mark.parametrize(
    "code", [rule.code for rule in load_all() if rule.services is not None or rule.elements is not None]
)
def test_a_rule_that_is_asked_where_it_may_find_something_finds_the_same_when_it_is_always_asked(code: str) -> None:
    rule = load(code)
    narrow, wide = Linter([rule]), Linter([replace(rule, services=None, elements=None)])
    for path in sorted(FOLDER.glob("*/*.*")):
        if path.suffix in SUFFIXES:
            data = path.read_bytes()
            assert snapshot(lint_bytes(narrow, data, path.name).findings) == snapshot(
                lint_bytes(wide, data, path.name).findings
            ), path
