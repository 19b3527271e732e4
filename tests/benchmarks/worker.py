"""One engine in a process of its own: `python -m tests.benchmarks.worker ENGINE REQUESTS`.

Reads a range of requests, `FIRST END`, per line; answers each line with the seconds that the range took and one
digit a decision, as JSON. Runs in peers' environments, so it imports the standard library and the engine alone.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.engines.table import ENGINES
from tests.benchmarks.workload import requests

WARM = 200  # requests before each range, off the clock


def main(name: str, count: int) -> None:
    """Serve one engine until the input ends."""
    engine = next(engine for engine in ENGINES if engine.name == name)
    module = import_module(f"tests.benchmarks.engines.{engine.module}")
    run = getattr(module, engine.function)()
    asked: list[Any] = list(requests(count))
    if engine.before is not None:
        asked = [getattr(module, engine.before)(raw) for raw in asked]
    warm = asked[-WARM:]
    _answer({"ready": True})
    for line in sys.stdin:
        first, end = map(int, line.split())
        part = asked[first:end]
        gc.collect()
        run(warm)  # the others' turns emptied this one's caches
        start = perf_counter()
        answers = run(part)
        seconds = perf_counter() - start
        _answer({"seconds": seconds, "answers": "".join("1" if answer else "0" for answer in answers)})


def _answer(value: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
