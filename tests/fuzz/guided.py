"""The mode with atheris, which watches every branch: `pip install atheris`, on demand."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

from tests.fuzz.harness import HOME, PACKAGE, PATIENCE, attempt, load, report


def is_here() -> bool:
    return find_spec("atheris") is not None


def search(name: str, seconds: int, *, seed: int, longest: int, keep: Path | None = None) -> None:
    """Search with atheris; ends the process, with a status other than 0 when it found something."""
    import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - optional, and without types

    with atheris.instrument_imports(include=[PACKAGE, "tests.fuzz.targets"]):
        # Much is imported when first needed, which would be too late.
        for module in walk_packages([str(HOME.parents[1] / PACKAGE)], f"{PACKAGE}."):
            import_module(module.name)
        target = load(name)

    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)  # libFuzzer wants it to be there
    with tempfile.TemporaryDirectory() as work:
        words = Path(work) / "words"
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
        fresh = Path(work) / "fresh"
        fresh.mkdir()

        def one(data: bytes) -> None:
            # The alarm is libFuzzer's own.
            finding = attempt(target, data, patience=0)
            if finding is not None:
                path = report(target, finding, keep=keep, patience=0)
                sys.stderr.write(f"{finding.text}\n{target.name}: found, see {path}\n")
                shutil.rmtree(work)
                sys.stderr.flush()
                os._exit(1)

        options = [
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-max_len={longest}",
            f"-dict={words}",
            f"-artifact_prefix={keep or target.corpus}/",
            f"-timeout={PATIENCE:.0f}",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, str(fresh), str(target.corpus)], one)
        atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)
