"""The benchmark runs, on our side, and its answers are right. How long it takes is nobody's test."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from policyeval import Authorizer, Entities, Request
from tests.benchmarks import endpoint, estates, kms, measure
from tests.benchmarks.__main__ import main
from tests.benchmarks.compare import Result, compare
from tests.benchmarks.engines import ours
from tests.benchmarks.engines.table import ENGINES
from tests.benchmarks.first import main as first_decision
from tests.benchmarks.page import write
from tests.benchmarks.peers import PINS, versions
from tests.benchmarks.workload import KEYS, A, B, C, expected, requests

OURS = [engine.name for engine in ENGINES if engine.ours]


def test_the_answers_worked_out_by_hand_are_the_engines() -> None:
    authorizer = Authorizer(Entities.from_mapping(ours.estate()))
    asked = requests(3_000)
    wrong = [raw for raw in asked if authorizer.authorize(ours.request_of(raw)).reason != expected(raw)]
    assert wrong == []


def test_every_way_of_asking_the_engine_gives_the_same_answers() -> None:
    asked = requests(500)
    answers = [expected(raw) == "allowed" for raw in asked]
    assert ours.prepare()(asked) == answers
    assert ours.prepare_reasons()(asked) == answers
    assert ours.prepare_built()([ours.request_of(raw) for raw in asked]) == answers
    assert ours.prepare_prepared()([ours.prepared_of(raw) for raw in asked]) == answers


def test_the_requests_are_distinct_repeatable_and_of_every_kind() -> None:
    asked = requests()
    assert asked == requests()
    assert len({repr(raw) for raw in asked}) == len(asked) == 10_000
    kinds = Counter((raw.principal.split(":")[4], expected(raw)) for raw in asked)
    reasons = ("allowed", "explicit_deny", "implicit_deny")
    assert set(kinds) == {(account, reason) for account in (A, B, C) for reason in reasons} - {(C, "allowed")}
    assert min(kinds.values()) > 100
    assert 0.4 < (kinds[A, "allowed"] + kinds[B, "allowed"]) / len(asked) < 0.6


def test_engines_in_their_own_processes_are_marked(tmp_path: Path) -> None:
    results = compare(count=200, per_round=150, passes=2, cache=tmp_path, names=OURS)
    assert [(result.engine.name, result.skipped, result.right) for result in results] == [
        (name, None, 200) for name in OURS
    ]
    assert [len(result.rounds) for result in results] == [4] * len(OURS)


def test_an_engine_that_cannot_start_is_skipped_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.benchmarks.compare.install", lambda *_: pytest.fail("a peer was installed"))
    monkeypatch.setattr("tests.benchmarks.compare.SCRIPTS", tmp_path)
    broken = replace(next(engine for engine in ENGINES if engine.name == OURS[0]), name="nowhere")
    monkeypatch.setattr("tests.benchmarks.compare.ENGINES", (broken,))
    (result,) = compare(count=10, per_round=10, passes=1, cache=tmp_path)
    assert result.skipped is not None
    assert "StopIteration" in result.skipped  # no engine of that name
    assert result.rounds == []


def test_a_grant_is_what_lets_its_grantee_in() -> None:
    with_one = Authorizer(Entities.from_mapping(estates.with_grants(ours.estate(), 3)))
    request = Request(estates.GRANTEE, "kms:Encrypt", KEYS[0], encryption_context={"tenant": "red"})
    decision = with_one.authorize(request)
    assert (decision.allowed, decision.layer) == (True, "grant")
    assert not Authorizer(Entities.from_mapping(ours.estate())).authorize(request).allowed


def test_every_part_is_measured_and_the_page_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "STATEMENTS", (1, 3))
    monkeypatch.setattr(measure, "GRANTS", (1, 5))
    monkeypatch.setattr(measure, "POLICIES", 4)
    monkeypatch.setattr("gc.freeze", lambda: None)
    elsewhere = {"estate", "kms_large", "endpoint"}
    parts = {name: part(1, 20) for name, part in measure.PARTS.items() if name not in elsewhere}
    parts["endpoint"] = endpoint.throughput(1, 20, beside_moto=False)
    parts["kms_large"] = kms.large(1, 5, keys=20, grants=100)
    parts["estate"] = {
        "file, bytes": 1,
        "load seconds": 1.0,
        "seconds, the interpreter's start included": 1.0,
        "most memory, bytes": None,
    }
    results = [Result(engine, rounds=[3.0, 1.0, 2.0], right=9, wrongly_denied=1) for engine in ENGINES[:-1]]
    results.append(Result(ENGINES[-1], skipped="no wheel"))
    machine = {"Command": "python -m tests.benchmarks --docs", "policyeval": "0"}
    write(results, parts, machine, count=10, per_round=5, passes=1, folder=tmp_path)
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "| policyeval | 0 | 2.00 | 1.00–3.00 | 1.00× | 9 of 10 |" in page
    assert "skipped: no wheel" in page
    assert "| Encrypt, 1 KiB |" in page
    assert "| Encrypt, 1 KiB, boto3 |" in page
    drawn = sorted(path.name for path in (tmp_path / "benchmarks").iterdir())
    assert drawn == ["engines.svg", "first.svg", "grants.svg", "memory.svg", "statements.svg"]
    for name in drawn:
        ET.parse(tmp_path / "benchmarks" / name)  # noqa: S314 - our own
        assert f"(benchmarks/{name})" in page


def test_a_large_estate_reaches_its_first_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, few in (("PRINCIPALS", 30), ("MANAGED", 20), ("KEY_COUNT", 10), ("SHAPES", 5)):
        monkeypatch.setattr(estates, name, few)
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(estates.large_estate()), encoding="utf-8")
    first_decision(str(path))
    assert json.loads(capsys.readouterr().out)["load seconds"] > 0


def test_the_command_prints_a_table_and_writes_every_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = tmp_path / "found.json"
    few = ["--requests", "100", "--per-round", "100", "--passes", "1"]
    assert main(["--engine", "policyeval", "--no-parts", "--json", str(found), *few]) == 0
    assert "100 of 100" in capsys.readouterr().out
    (compared,) = json.loads(found.read_text(encoding="utf-8"))["compared"]
    assert (compared["engine"], compared["right"], compared["ratio"]) == ("policyeval", 100, 1.0)


@pytest.mark.parametrize("peer", sorted({engine.peer for engine in ENGINES if engine.peer is not None}))
def test_every_peer_is_pinned(peer: str) -> None:
    assert versions(peer)[-1].isdigit()


@pytest.mark.parametrize(
    "peer", sorted({engine.peer for engine in ENGINES if engine.peer is not None} | {endpoint.PEER})
)
def test_every_peer_is_pinned_with_what_it_depends_on(peer: str) -> None:
    text = PINS / f"{peer}.txt"
    if text.exists():
        assert all("==" in line for line in text.read_text(encoding="utf-8").splitlines())
