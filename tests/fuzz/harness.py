"""What a fuzz target is, and what one input says of it.

A target is one file in `targets/`: a docstring that says what must hold, `run(data: bytes) -> None`,
`FINE` (the exceptions that are answers and no findings) and, for the mutations, `WORDS` (pieces
that inputs of this kind are made of). Its inputs lie in `corpus/NAME/`.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

HOME = Path(__file__).resolve().parent
PACKAGE = "policyeval"


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
    """What went wrong on an input. `mark` tells one fault from another: the exception's type and where it was raised."""

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


def attempt(target: Target, data: bytes) -> Finding | None:
    """Run a target once; None when the input is fine."""
    try:
        target.run(data)
    except target.fine:
        return None
    except Exception as error:  # noqa: BLE001 - whatever else comes is the finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        mark = (type(error).__name__, Path(where.filename).name, where.lineno or 0)
        return Finding(data, mark, "".join(traceback.format_exception(error)))
    return None


def smaller(target: Target, finding: Finding) -> Finding:
    """Cut pieces out of an input for as long as the same fault remains."""
    width = max(1, len(finding.data) // 2)
    while width:
        at = 0
        while at < len(finding.data):
            shorter = attempt(target, finding.data[:at] + finding.data[at + width :])
            if shorter is not None and shorter.mark == finding.mark:
                finding = shorter
            else:
                at += width
        width //= 2
    return finding


def report(target: Target, finding: Finding, *, keep: Path | None = None) -> Path:
    """Put a finding's smallest input where the replay finds it."""
    least = smaller(target, finding)
    folder = keep if keep is not None else target.corpus
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / least.name
    path.write_bytes(least.data)
    return path
