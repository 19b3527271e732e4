"""A plugin of pytest that asks the tests about one change after another.

Everything is imported and collected once. Each change is then made in a fork of the process, which runs the
tests that reach the changed function, those first that noticed the last changes to it, and ends at the first that
fails. The fork inherits what importing and collecting did, so functions that ran then are `early`: what the
tests let pass of them must be asked in a process of its own.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType

import pytest
from mutmut.mutation import trampoline  # type: ignore[import-untyped] # it has no types

JOB = "POLICYEVAL_MUTANTS"  # the file with the names of the changes, one a line; answers go beside it
MEMORY = 4 << 30
LEAST_SECONDS, TIMES_SLOWER = 5, 20
LEAST_WAIT = 60  # seconds
TIMEOUTS = {-signal.SIGPROF, -signal.SIGALRM}


class Functions:
    """The functions that have changed copies, which mutmut's decorator hands over."""

    def __init__(self) -> None:
        self.made: list[tuple[FunctionType, dict[str, FunctionType]]] = []
        self.ran: set[CodeType] = set()

    def take(self, changed: dict[str, FunctionType], **_: bool) -> Callable[[FunctionType], FunctionType]:
        def decorate(function: FunctionType) -> FunctionType:
            self.made.append((function, changed))
            return function

        return decorate

    def watch(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            self.ran.add(frame.f_code)

    def names(self) -> dict[CodeType, str]:
        """Name every function as its changes are named, up to the number."""
        return {
            function.__code__: f"{function.__module__}.{next(iter(changed.values())).__name__.partition('__mutmut_')[0]}"
            for function, changed in self.made
        }

    def change(self, name: str) -> None:
        module, _, short = name.rpartition(".")
        for function, changed in self.made:
            if function.__module__ == module and short in changed:
                other = getattr(changed[short], "__func__", changed[short])
                function.__code__ = other.__code__
                function.__defaults__, function.__kwdefaults__ = other.__defaults__, other.__kwdefaults__
                return
        raise LookupError(name)


class Asking:
    """Answers each change with `killed`, `timeout` or `survived`."""

    def __init__(self, items: Sequence[pytest.Item], functions: Functions) -> None:
        self.items = {item.nodeid: item for item in items}
        self.functions = functions
        self.names = functions.names()
        self.early = self._ran()
        self.failed = ""
        self.reached: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}
        self.rows = _rows(self.items)
        self.noticed: dict[str, Counter[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    def learn(self) -> None:
        """Run all tests once, in a fork, to know which functions each of them reaches."""
        code, told = _fork(self._all)
        known = json.loads(told or "{}")
        if code or "failed" in known:
            pytest.exit(f"the tests must pass before anything is changed: {known.get('failed', code)}", 2)
        self.seconds = known["seconds"]
        for test in self.items:
            for function in known["functions"][self._sharing(test)]:
                self.reached.setdefault(function, []).append(test)

    def _sharing(self, test: str) -> str:
        """Name those that share what they have reached: the cases of a scenario file share an authorizer, which keeps things."""
        item = self.items[test]
        return test if isinstance(item, pytest.Function) else str(item.path)

    def _all(self) -> str:
        caches = [it for it in gc.get_objects() if isinstance(it, functools._lru_cache_wrapper)]
        functions: dict[str, list[str]] = {}
        seconds: dict[str, float] = {}
        for name, item in self.items.items():
            self.functions.ran.clear()
            for cache in caches:
                cache.cache_clear()  # what another test has left there would not be reached again
            start = time.process_time()
            threading.setprofile(self.functions.watch)
            sys.setprofile(self.functions.watch)
            self._run(item)
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type] # as `sys` has it
            if self.failed:
                return json.dumps({"failed": self.failed})
            seconds[name] = time.process_time() - start
            functions[self._sharing(name)] = sorted({*functions.get(self._sharing(name), ()), *self._ran()})
        return json.dumps({"seconds": seconds, "functions": functions})

    def _ran(self) -> set[str]:
        return {self.names[code] for code in self.functions.ran & self.names.keys()}

    def ask(self, name: str) -> dict[str, object]:
        """Ask about one change."""
        function = name.partition("__mutmut_")[0]
        known = self.noticed.setdefault(function, Counter())
        near = self.noticed.setdefault(function.rpartition(".")[0], Counter())
        # Then one case of every table before the second of any.
        tests = sorted(self.reached.get(function, []), key=lambda it: (-known[it], -near[it], self.rows[it]))
        code, told = _fork(lambda: self._noticing(name, tests))
        known[told] += 1
        near[told] += 1
        verdict = "killed" if told else "survived" if code == 0 else "timeout" if code in TIMEOUTS else str(code)
        return {"name": name, "verdict": verdict, "by": told, "of": len(tests), "early": function in self.early}

    def _noticing(self, name: str, tests: Sequence[str]) -> str:
        gc.disable()
        self.functions.change(name)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for test in tests:
            # Either ends the process unless it is set again: what computes for ever, and what waits for ever.
            seconds = LEAST_SECONDS + TIMES_SLOWER * self.seconds[test]
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.setitimer(signal.ITIMER_REAL, LEAST_WAIT + seconds)
            self._run(self.items[test])
            if self.failed:
                return test
        return ""

    def _run(self, item: pytest.Item) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _rows(tests: Iterable[str]) -> dict[str, int]:
    """Number the cases of every table."""
    tables = Counter[str]()
    rows = {}
    for test in tests:
        table = test.partition("[")[0] if "[" in test else test.rpartition("::")[0]
        rows[test] = tables[table]
        tables[table] += 1
    return rows


def _fork(work: Callable[[], str]) -> tuple[int, str]:
    """Give the status with which a fork ended, and what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 9
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                pipe.write(work())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        told = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told


FUNCTIONS = Functions()
trampoline.wrap_in_trampoline = FUNCTIONS.take
sys.setprofile(FUNCTIONS.watch)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    sys.setprofile(None)
    if session.testsfailed:
        pytest.exit("the tests could not be collected", 2)
    asking = Asking(session.items, FUNCTIONS)
    session.config.pluginmanager.register(asking)
    asking.learn()
    gc.collect()
    gc.freeze()
    job = Path(os.environ[JOB])
    with job.with_suffix(".answers").open("a", encoding="utf-8") as answers:
        for name in job.read_text(encoding="utf-8").splitlines():
            start = time.monotonic()
            answer = asking.ask(name)
            answers.write(json.dumps(answer | {"seconds": round(time.monotonic() - start, 3)}) + "\n")
            answers.flush()
    return True
