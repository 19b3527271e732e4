"""Every input that was worth keeping is still fine, and the search would find what is not."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fuzz.harness import Target, attempt, inputs, load, report, target_names
from tests.fuzz.mutating import for_runs, search

MOST_INPUTS = 150


@pytest.mark.parametrize("name", target_names())
def test_no_input_of_the_corpus_is_a_finding(name: str) -> None:
    target = load(name)
    findings = {path.name: attempt(target, path.read_bytes()) for path in inputs(target)}
    assert findings
    assert len(findings) <= MOST_INPUTS, "keep those that say something new"
    assert {name: finding.text for name, finding in findings.items() if finding is not None} == {}


def breaks_on(piece: bytes) -> Target:
    def run(data: bytes) -> None:
        if data.startswith(b"fine"):
            raise KeyError
        assert piece not in data

    return Target("planted", run, (KeyError,), (b"pie", b"ce"))


def test_the_search_finds_a_planted_fault_and_cuts_it_down(tmp_path: Path) -> None:
    target = breaks_on(b"piece")
    found = search(target, [b"something else"], Random(1), more=for_runs(20_000))  # noqa: S311 - a search
    assert found.finding is not None
    path = report(target, found.finding, keep=tmp_path)
    assert path.read_bytes() == b"piece"
    assert path.name.startswith("AssertionError-")


def test_the_search_ends_where_nothing_is_found() -> None:
    found = search(breaks_on(b"piece"), [b"fine"], Random(1), more=for_runs(1))  # noqa: S311 - a search
    assert (found.finding, found.runs) == (None, 1)


def test_an_input_that_takes_for_ever_is_a_finding() -> None:
    def run(_data: bytes) -> None:
        while True:
            pass

    finding = attempt(Target("endless", run), b"", patience=0.05)
    assert finding is not None
    assert finding.mark[0] == "SlowError"


def test_the_corpus_is_kept_byte_for_byte() -> None:
    attributes = Path(__file__).parent / "corpus" / ".gitattributes"
    assert attributes.read_text(encoding="ascii") == "* -text\n"
