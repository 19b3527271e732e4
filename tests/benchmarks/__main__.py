"""`python -m tests.benchmarks`: policyeval beside its peers, and how it grows."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from tests.benchmarks import machine
from tests.benchmarks.compare import ROOT, compare
from tests.benchmarks.engines.table import ENGINES
from tests.benchmarks.page import write
from tests.benchmarks.peers import default_cache
from tests.benchmarks.report import as_json, text

PARTS = ("hot", "statements", "grants", "memory", "estate", "kms", "kms_file", "kms_large", "endpoint")


def main(arguments: list[str] | None = None) -> int:
    """Measure and report."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.docs and (asked.no_engines or asked.no_parts or asked.engine):
        parser.error("--docs tells everything: it takes no --engine, --no-engines or --no-parts")
    started = monotonic()

    def say(words: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{monotonic() - started:5.0f} s  {words}")
            sys.stderr.flush()

    warning = machine.busy()
    if warning:
        sys.stderr.write(f"{warning}\n")
    results = (
        []
        if asked.no_engines
        else compare(
            count=asked.requests,
            per_round=asked.per_round,
            passes=asked.passes,
            cache=asked.cache,
            names=asked.engine,
            say=say,
        )
    )
    parts = {} if asked.no_parts else _measure(asked.rounds, say)
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    facts = machine.facts("python -m tests.benchmarks --docs")
    sys.stdout.write(f"{text(results, parts, facts)}\n")
    if asked.json:
        found = json.dumps(as_json(results, parts, facts), indent=2, ensure_ascii=False)
        asked.json.write_text(f"{found}\n", encoding="utf-8")
    if asked.docs:
        write(results, parts, facts, count=asked.requests, per_round=asked.per_round, passes=asked.passes)
    return 0


def _measure(rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure each part in a process of its own."""
    parts: dict[str, Any] = {}
    for part in PARTS:
        say(f"measuring {part}")
        command = [sys.executable, "-m", "tests.benchmarks.measure", part, str(rounds), "1000"]
        parts[part] = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    return parts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its plots")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number to a file")
    names = [engine.name for engine in ENGINES]
    parser.add_argument("--engine", action="append", choices=names, metavar="NAME", help=f"only: {', '.join(names)}")
    parser.add_argument("--no-engines", action="store_true", help="leave out the comparison")
    parser.add_argument("--no-parts", action="store_true", help="leave out what is measured of policyeval alone")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--per-round", type=int, default=10_000, help="requests that each engine decides in its turn")
    parser.add_argument("--passes", type=int, default=3, help="times over all requests")
    parser.add_argument("--rounds", type=int, default=9, help="of what is measured of policyeval alone")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where peers are installed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
