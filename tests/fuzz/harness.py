"""What a fuzz target is, and what one input says of it.

A target is one file in `targets/`: a docstring that says what must hold, `run(data: bytes) -> None`,
`FINE` (the exceptions that are answers and no findings) and, for the mutations, `WORDS` (pieces
that inputs of this kind are made of). Its inputs lie in `corpus/NAME/`.
"""

from __future__ import annotations

import hashlib
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType

HOME = Path(__file__).resolve().parent
PACKAGE = "policyeval"
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Target:
    """A target by name, with what its file says."""

    name: str
    run: Callable[[bytes], None]
    fine: tuple[type[Exception], ...] = ()
    words: Sequence[bytes] = ()

    @property
    def corpus(self) -> Path:
        return HOME / "corpus" / self.name


@dataclass(frozen=True, slots=True)
class Finding:
    """What went wrong on an input. `mark` tells faults apart: the exception's type and where it was raised."""

    data: bytes
    mark: tuple[str, str, int]
    text: str

    @property
    def name(self) -> str:
        """The name of its corpus file, until a person gives it a better one."""
        return f"{self.mark[0]}-{hashlib.sha256(self.data).hexdigest()[:8]}"


def target_names() -> list[str]:
    return sorted(path.stem for path in (HOME / "targets").glob("*.py"))


def load(name: str) -> Target:
    module = import_module(f"tests.fuzz.targets.{name}")
    return Target(name, module.run, getattr(module, "FINE", ()), getattr(module, "WORDS", ()))


def inputs(target: Target) -> list[Path]:
    return sorted(path for path in target.corpus.iterdir() if not path.name.startswith("."))


class SlowError(Exception):
    """An input took far too long."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Break off what takes too long, where there are alarms; 0 is for ever."""
    if not seconds or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        message = f"more than {seconds} s for one input"
        raise SlowError(message)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def attempt(target: Target, data: bytes, *, patience: float = PATIENCE) -> Finding | None:
    """Run a target once; None when the input is fine. `patience` is how many seconds it may take."""
    try:
        with _at_most(patience):
            target.run(data)
    except target.fine:
        return None
    except Exception as error:  # noqa: BLE001 - whatever else comes is the finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        # Where a slow input happened to be when it was broken off tells nothing.
        line = where.lineno or 0 if not isinstance(error, SlowError) else 0
        mark = (type(error).__name__, Path(where.filename).name, line)
        return Finding(data, mark, "".join(traceback.format_exception(error)))
    return None


def smaller(target: Target, finding: Finding, *, patience: float = PATIENCE) -> Finding:
    """Cut pieces out of an input for as long as the same fault remains."""
    width = max(1, len(finding.data) // 2)
    while width:
        at = 0
        while at < len(finding.data):
            shorter = attempt(target, finding.data[:at] + finding.data[at + width :], patience=patience)
            if shorter is not None and shorter.mark == finding.mark:
                finding = shorter
            else:
                at += width
        width //= 2
    return finding


def report(target: Target, finding: Finding, *, keep: Path | None = None, patience: float = PATIENCE) -> Path:
    """Put a finding's smallest input where the replay finds it."""
    least = smaller(target, finding, patience=patience)
    folder = keep if keep is not None else target.corpus
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / least.name
    path.write_bytes(least.data)
    return path
