"""The built-in mode: inputs of the corpus, mutated, and kept where they reach lines that no other did.

It is slower and blinder than atheris, and runs wherever Python does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import CodeType, FrameType

from tests.fuzz.harness import PACKAGE, PATIENCE, Finding, Target, attempt

_ODD_BYTES = b"\0\t\n\r \"#$%&'*,-./0129:;?AZ[\\]az{|}~\x7f\x80\xc3\xed\xef\xff"
_ODD_TEXTS = ("\u00e9", "\u0130", "\u2028", "\u0085", "\ufeff", "\ufffe", "\U0001f511", "\u0000", "\u00a0")
_MOST_STEPS = 6
_LONGEST_RUN = 200


class Mutator:
    """Makes inputs out of others. All of its choices come from one generator."""

    def __init__(self, random: Random, words: Sequence[bytes], longest: int) -> None:
        self.random = random
        self.words = [*words, *(text.encode() for text in _ODD_TEXTS)]
        self.longest = longest
        self.steps: list[Callable[[bytes, bytes], bytes]] = [
            self.flip,
            self.odd,
            self.cut,
            self.cut,
            self.word,
            self.word,
            self.replace,
            self.again,
            self.run,
            self.swap,
            self.splice,
        ]

    def mutate(self, data: bytes, other: bytes) -> bytes:
        for _ in range(1 + self.random.randrange(_MOST_STEPS)):
            data = self.random.choice(self.steps)(data, other)
        return data[: self.longest]

    def span(self, data: bytes) -> tuple[int, int]:
        start = self.random.randrange(len(data) + 1)
        return start, min(len(data), start + 1 + int(self.random.expovariate(0.15)))

    def flip(self, data: bytes, _other: bytes) -> bytes:
        if not data:
            return data
        at = self.random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << self.random.randrange(8))]) + data[at + 1 :]

    def odd(self, data: bytes, _other: bytes) -> bytes:
        at = self.random.randrange(len(data) + 1)
        return data[:at] + bytes([self.random.choice(_ODD_BYTES)]) + data[at + self.random.randrange(2) :]

    def cut(self, data: bytes, _other: bytes) -> bytes:
        start, end = self.span(data)
        return data[:start] + data[end:]

    def word(self, data: bytes, _other: bytes) -> bytes:
        at = self.random.randrange(len(data) + 1)
        return data[:at] + self.random.choice(self.words) + data[at:]

    def replace(self, data: bytes, _other: bytes) -> bytes:
        start, end = self.span(data)
        return data[:start] + self.random.choice(self.words) + data[end:]

    def again(self, data: bytes, _other: bytes) -> bytes:
        start, end = self.span(data)
        at = self.random.randrange(len(data) + 1)
        return data[:at] + data[start:end] + data[at:]

    def run(self, data: bytes, _other: bytes) -> bytes:
        start, end = self.span(data)
        return data[:start] + data[start:end] * self.random.randrange(2, _LONGEST_RUN) + data[end:]

    def swap(self, data: bytes, _other: bytes) -> bytes:
        start, end = self.span(data)
        return data[:start] + data[start:end][::-1] + data[end:]

    def splice(self, data: bytes, other: bytes) -> bytes:
        start, end = self.span(other)
        at = self.random.randrange(len(data) + 1)
        return data[:at] + other[start : self.random.choice((end, len(other)))] + data[at:]


class Lines:
    """The lines of policyeval that any input has reached."""

    def __init__(self) -> None:
        self.seen: set[tuple[CodeType, int]] = set()
        self._ours: dict[CodeType, bool] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._enter)  # type: ignore[arg-type]  # it gives None for what is not watched
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., object] | None:
        code = frame.f_code
        ours = self._ours.get(code)
        if ours is None:
            ours = self._ours[code] = str(frame.f_globals.get("__name__", "")).startswith(PACKAGE)
        return self._line if ours else None

    def _line(self, frame: FrameType, event: str, _argument: object) -> Callable[..., object]:
        if event == "line":
            self.seen.add((frame.f_code, frame.f_lineno))
        return self._line


@dataclass(slots=True)
class Search:
    """How far a search came."""

    runs: int = 0
    pool: list[bytes] = field(default_factory=list)
    finding: Finding | None = None


def search(  # noqa: PLR0913 - a search has these settings
    target: Target,
    seeds: Sequence[bytes],
    random: Random,
    *,
    more: Callable[[Search], bool],
    longest: int = 4096,
    patience: float = PATIENCE,
) -> Search:
    """Try the seeds, then what becomes of them, until something is found or `more` says no.

    `patience` is how many seconds one input may take.
    """
    state, lines, mutator = Search(), Lines(), Mutator(random, target.words, longest)
    waiting = list(seeds) or [b""]
    while state.finding is None and (waiting or more(state)):
        if waiting:
            data = waiting.pop()
        else:
            # Half of the time one of the newest: they lead on.
            pool = state.pool[-10:] if random.random() < 0.5 else state.pool
            data = mutator.mutate(random.choice(pool), random.choice(state.pool))
        before = len(lines.seen)
        with lines.watching():
            state.finding = attempt(target, data, patience=patience)
        state.runs += 1
        if len(lines.seen) > before or not state.pool:
            state.pool.append(data)
    return state


def for_seconds(seconds: float) -> Callable[[Search], bool]:
    end = time.monotonic() + seconds
    return lambda _state: time.monotonic() < end


def for_runs(count: int) -> Callable[[Search], bool]:
    return lambda state: state.runs < count
