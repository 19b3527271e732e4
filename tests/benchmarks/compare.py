"""All engines on the same requests, in interleaved rounds, each engine in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.engines.table import ENGINES, OURS, Engine
from tests.benchmarks.peers import Home, PeerMissingError, install
from tests.benchmarks.workload import IDENTITY_POLICY, KEY_POLICY, A, expected, requests

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).parent / "engines"
WARM_UP = 1_000  # requests of their own, asked before the first round and not counted


@dataclass(slots=True)
class Result:
    """What one engine did: microseconds a decision, one for each round, and how its answers compare."""

    engine: Engine
    skipped: str | None = None
    rounds: list[float] = field(default_factory=list)
    right: int = 0
    wrongly_allowed: int = 0
    wrongly_denied: int = 0

    @property
    def median(self) -> float:
        """The median over the rounds, in microseconds a decision."""
        return median(self.rounds)


class _Process:
    """An engine's process, asked one line at a time."""

    def __init__(self, engine: Engine, home: Home, count: int) -> None:
        self.engine = engine
        node = engine.module.endswith(".mjs")
        command = (
            [*home.command, str(SCRIPTS / engine.module), engine.function]
            if node
            else [*home.command, "-m", "tests.benchmarks.worker", engine.name, str(count)]
        )
        # A pipe that nobody reads may fill; closed with the process.
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            cwd=home.folder if node else ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )

    def start(self, count: int) -> None:
        """Wait until it is ready; node is told what to decide, Python makes it itself."""
        if self.engine.module.endswith(".mjs"):
            setup = {"requests": requests(count), "identity": IDENTITY_POLICY, "key": KEY_POLICY, "owner": A}
            self._ask(json.dumps(setup))
        else:
            self._hear()
        self.round(count - WARM_UP, count)

    def round(self, first: int, end: int) -> tuple[float, str]:
        """Decide a range of requests; give the seconds and a digit a decision."""
        said = self._ask(f"{first} {end}")
        return said["seconds"], said["answers"]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._complaints.close()

    def _ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said last tells why
        return self._hear()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._complaints.seek(0)
            said = self._complaints.read().strip().splitlines()
            raise PeerMissingError(said[-1] if said else "it ended without a word")
        return json.loads(line)


def compare(  # noqa: PLR0913 - settings, all by name
    *,
    count: int,
    per_round: int,
    passes: int,
    cache: Path,
    names: Iterable[str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Measure engines: in each round every engine decides the same `per_round` requests, one engine after another."""
    wanted = None if names is None else set(names)
    results = [Result(engine) for engine in ENGINES if wanted is None or engine.name in wanted]
    answers = [expected(raw) == "allowed" for raw in requests(count)]
    with ExitStack() as stack:
        running: list[tuple[Result, _Process]] = []
        for result in results:
            say(f"starting {result.engine.title}")
            try:
                process = _process(result.engine, cache, count + WARM_UP)
                stack.callback(process.close)
                process.start(count + WARM_UP)
                running.append((result, process))
            except PeerMissingError as error:
                result.skipped = str(error)
        for number in range(passes):
            for first in range(0, count, per_round):
                say(f"pass {number + 1} of {passes}: {first:,} of {count:,} requests")
                for result, process in running:
                    if result.skipped is None:
                        _round(result, process, answers[first : first + per_round], first, mark=number == 0)
    return results


def ratio(result: Result, results: Iterable[Result]) -> float | None:
    """Tell how many times our median fits into another's, both from strings and dicts."""
    ours = next((other for other in results if other.engine.name == OURS), None)
    return None if ours is None or not ours.rounds or not result.rounds else result.median / ours.median


def _process(engine: Engine, cache: Path, count: int) -> _Process:
    home = Home((sys.executable,), ROOT) if engine.peer is None else install(engine.peer, cache)
    return _Process(engine, home, count)


def _round(result: Result, process: _Process, answers: list[bool], first: int, *, mark: bool) -> None:
    try:
        seconds, said = process.round(first, first + len(answers))
    except PeerMissingError as error:
        result.skipped = str(error)
        return
    result.rounds.append(seconds / len(answers) * 1e6)
    if mark:
        _mark(result, said, answers)


def _mark(result: Result, said: str, answers: list[bool]) -> None:
    for digit, answer in zip(said, answers, strict=True):
        if (digit == "1") is answer:
            result.right += 1
        elif answer:
            result.wrongly_denied += 1
        else:
            result.wrongly_allowed += 1
