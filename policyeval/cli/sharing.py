"""Work on many files shared among processors.

The files are dealt out in lots through a pipe, as `make` deals out its jobs: who is done takes the next, so that a
large file holds up nobody. A helper is a copy of this process (fork), with all that is loaded; where processes cannot
be copied nobody helps. What a helper leaves undone, because it failed or was killed, is done here.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from math import ceil
from signal import SIGKILL
from struct import Struct
from typing import TYPE_CHECKING, Final, TypeVar

from policyeval.cli.processors import LIMIT, usable_processors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["processors", "shared"]

_LOT: Final = 16  # files; a helper's last lot is what the others wait for
_NUMBER: Final = Struct("=I")
_MOST_LOTS: Final = 65536 // _NUMBER.size  # what a pipe takes before anybody reads

Result = TypeVar("Result")


def processors(limit: Path = LIMIT) -> int:
    """Tell how many processors may share work: 1 where copying a process is not safe whatever it has loaded."""
    return ceil(usable_processors(limit)) if sys.platform == "linux" else 1


def shared(
    work: Callable[[str], Result], names: Sequence[str], jobs: int, tell: Callable[[int], object]
) -> Iterator[Result]:
    """Do work for every name, in so many processes; give the results in the order of the names.

    Args:
        work: gives what can be pickled; whatever else it does is lost where a helper does it.
        names: what to do it for.
        jobs: how many processes, this one included.
        tell: is told now and then how many names more are under way.

    Raises:
        Exception: whatever `work` raises.

    """
    if jobs <= 1:
        for name in names:
            tell(1)
            yield work(name)
        return
    size = max(_LOT, -(-len(names) // _MOST_LOTS))
    lots = [names[start : start + size] for start in range(0, len(names), size)]

    def done(number: int) -> list[Result]:
        return [work(name) for name in lots[number]]

    numbers = _dealt(len(lots))
    helpers = [_Helper(done, numbers) for _ in range(min(jobs, len(lots)) - 1)]
    results: dict[int, list[Result]] = {}
    begun = 0
    try:
        for number in _taken(numbers):
            tell(sum(map(len, lots[begun : number + 1])))
            begun = number + 1
            results[number] = done(number)
        for helper in helpers:
            results.update(helper.results())
        tell(sum(map(len, lots[begun:])))
    finally:
        os.close(numbers)
        for helper in helpers:
            helper.end()
    for number in range(len(lots)):
        yield from results.pop(number) if number in results else done(number)


def _dealt(count: int) -> int:
    """Put the numbers of all lots into a pipe, and give its end to take them from."""
    taking, giving = os.pipe()
    os.write(giving, b"".join(map(_NUMBER.pack, range(count))))
    os.close(giving)
    return taking


def _taken(numbers: int) -> Iterator[int]:
    """Take one number after the other, until somebody took the last."""
    while taken := os.read(numbers, _NUMBER.size):
        yield _NUMBER.unpack(taken)[0]


class _Helper:
    """A copy of this process that takes lots, and writes what it did into memory that both see."""

    def __init__(self, done: Callable[[int], object], numbers: int) -> None:
        self._written = os.memfd_create("policyeval-lint")
        self._process: int | None = os.fork()
        if self._process == 0:
            _help(done, numbers, self._written)

    def results(self) -> Iterable[tuple[int, list[Result]]]:
        """Wait for its end, and give its lots."""
        if self._process is not None:
            os.waitpid(self._process, 0)
            self._process = None
        os.lseek(self._written, 0, os.SEEK_SET)
        with os.fdopen(self._written, "rb", closefd=False) as file, suppress(EOFError, pickle.UnpicklingError):
            while True:
                yield pickle.load(file)  # noqa: S301 - this very program wrote it, into memory nobody else can open

    def end(self) -> None:
        """Let go of it; it is killed if it still runs."""
        if self._process is not None:
            os.kill(self._process, SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._written)


def _help(done: Callable[[int], object], numbers: int, written: int) -> None:
    """Be the helper, to the end of the process: it must not go back into what its copy is doing."""
    try:
        with os.fdopen(written, "wb", closefd=False) as file:
            for number in _taken(numbers):
                pickle.dump((number, done(number)), file, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)  # whatever was raised: this lot is not among the results, and is done again where it can be said
