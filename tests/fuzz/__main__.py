"""Search for inputs that break a target: `python -m tests.fuzz TARGET --seconds 600`.

What is found is cut down and put into the target's corpus, where the replay in CI fails until it
is mended. Ends with 1 then.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random

from tests.fuzz import guided
from tests.fuzz.harness import inputs, load, report, target_names
from tests.fuzz.mutating import for_seconds, search


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=target_names())
    parser.add_argument("--seconds", type=int, default=60, help="how long to search (60)")
    parser.add_argument("--seed", type=int, default=0, help="where the mutations start; 0, the default, is any")
    parser.add_argument("--longest", type=int, default=4096, help="how many bytes an input may have (4096)")
    parser.add_argument("--engine", choices=["atheris", "mutations"], help="atheris where it is installed")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where a finding goes (the target's corpus)")
    asked = parser.parse_args()
    if (asked.engine or ("atheris" if guided.is_here() else "mutations")) == "atheris":
        guided.search(asked.target, asked.seconds, seed=asked.seed, longest=asked.longest, keep=asked.keep)
        return 0
    target = load(asked.target)
    seeds = [path.read_bytes() for path in inputs(target)]
    random = Random(asked.seed or None)  # noqa: S311 - a search, no secret
    state = search(target, seeds, random, more=for_seconds(asked.seconds), longest=asked.longest)
    if state.finding is None:
        sys.stdout.write(f"{target.name}: {state.runs:,} inputs, {len(state.pool)} of them led on, nothing found\n")
        return 0
    path = report(target, state.finding, keep=asked.keep)
    sys.stdout.write(f"{state.finding.text}\n{target.name}: found after {state.runs:,} inputs, see {path}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
