"""Work that processes share is done once for every name, whatever becomes of the helpers."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from policyeval.cli.sharing import processors, shared

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody helps"),
    # The command has one thread; the process that runs these tests may have some of other tests.
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]

NAMES = [str(number) for number in range(200)]


def _done(names: list[str], jobs: int) -> list[tuple[str, int]]:
    told: list[int] = []
    results = list(shared(lambda name: (name, os.getpid()), names, jobs, told.append))
    assert sum(told) == len(names)
    return results


@pytest.mark.parametrize("jobs", [1, 2, 5, 99])
def test_results_come_in_the_order_of_the_names(jobs: int) -> None:
    assert [name for name, _ in _done(NAMES, jobs)] == NAMES


def test_alone_nobody_else_works() -> None:
    assert {process for _, process in _done(NAMES, 1)} == {os.getpid()}


def test_a_helper_takes_what_is_left_while_another_lot_takes_long(tmp_path: Path) -> None:
    """This process waits in its first lot until a helper has done the last one."""
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    here = os.getpid()

    def work(name: str) -> int:
        if os.getpid() == here:
            begun.touch()
        elif name == NAMES[-1]:
            ended.touch()
        while not (ended if os.getpid() == here else begun).exists():
            pass
        return os.getpid()

    processes = list(shared(work, NAMES, 2, lambda _count: None))
    assert len(set(processes)) == 2
    assert processes.count(here) == 16


def test_there_may_be_more_names_than_a_pipe_takes_numbers() -> None:
    names = [str(number) for number in range(300_000)]
    assert list(shared(str.upper, names, 3, lambda _count: None)) == names


def test_what_a_killed_helper_left_undone_is_done_here() -> None:
    here = os.getpid()

    def work(name: str) -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return name

    assert list(shared(work, NAMES, 3, lambda _count: None)) == NAMES


def test_what_a_helper_cannot_do_is_raised_here() -> None:
    def work(name: str) -> str:
        if name == NAMES[-1]:
            message = f"{name} cannot be done"
            raise ValueError(message)
        return name

    with pytest.raises(ValueError, match="199 cannot be done"):
        list(shared(work, NAMES, 2, lambda _count: None))


def test_helpers_end_with_a_run_that_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    here, fork, helpers = os.getpid(), os.fork, list[int]()

    def forked() -> int:
        helpers.append(fork())
        return helpers[-1]

    def work(_name: str) -> str:
        while os.getpid() != here:  # for ever
            pass
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fork", forked)
    with pytest.raises(KeyboardInterrupt):
        list(shared(work, NAMES, 3, lambda _count: None))
    assert len(helpers) == 2
    for helper in helpers:  # a child of other tests may be there
        with pytest.raises(ChildProcessError):
            os.waitpid(helper, os.WNOHANG)


def test_no_file_stays_open() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    _done(NAMES, 4)
    # No more than before: a server of other tests may let go of a connection meanwhile.
    assert set(Path("/proc/self/fd").iterdir()) <= before


@pytest.mark.parametrize(("share", "expected"), [("max 100000", len(os.sched_getaffinity(0))), ("50000 100000", 1)])
def test_a_container_puts_no_more_processes_to_work_than_its_share(tmp_path: Path, share: str, expected: int) -> None:
    limit = tmp_path / "cpu.max"
    limit.write_text(share, encoding="ascii")
    assert processors(limit) == expected
