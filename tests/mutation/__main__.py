"""Break the deciding code in small ways, and see that a test notices: `python -m tests.mutation --sample 1600`.

Needs `pip install mutmut`. Works on a copy in a temporary folder. mutmut asks the tests of both packages
that ran a function whether they notice its change, in a process that has imported everything. What
they let pass is asked of them all and of the fixtures once more, in a fresh one, because some
functions run when modules are imported.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("policyeval", "grammar", "fixtures", "pyproject.toml", "tests/evaluator", "tests/authorizer")
MUTATED = ("policyeval/evaluator/*", "policyeval/authorizer/*")
FIRST = ["tests/evaluator", "tests/authorizer"]
ASKED = [*FIRST, "fixtures"]
# Where policyeval is installed, pytest knows the plugin that makes tests of the fixtures.
PLUGIN = [] if entry_points(group="pytest11", name="policyeval") else ["-p", "policyeval.scenarios.pytest_plugin"]
ANY = "policyeval.evaluator.layers.x_keep__mutmut_1"
KILLED, MISSED = {"killed", "timeout", "suspicious", "segfault"}, {"survived", "no tests"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="how many mutants to try, chosen at random (all)")
    parser.add_argument("--seed", type=int, default=1, help="where the choice starts (1)")
    parser.add_argument("--only", default="", help="mutants whose name holds this")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _copy(work)
        _mutmut(work, "run", "--max-children", "1", ANY)
        names = sorted(name for name in _results(work) if asked.only in name)
        if asked.sample:
            names = Random(asked.seed).sample(names, min(asked.sample, len(names)))  # noqa: S311 - a choice, no secret
        for start in range(0, len(names), 500):
            _mutmut(work, "run", "--max-children", "1", *names[start : start + 500])
        results = _results(work)
        missed = [name for name in names if results[name] in MISSED and not _dies(work, name)]
        _report(work, names, results, missed)
    return 0


def _copy(work: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    with (work / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            "\n[tool.mutmut]\n"
            'source_paths = ["policyeval"]\n'
            f"only_mutate = {list(MUTATED)}\n"
            'also_copy = ["grammar", "fixtures"]\n'
            f"pytest_add_cli_args_test_selection = {FIRST}\n"
        )


def _mutmut(work: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    run = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.stderr.write(run.stdout + run.stderr)
        sys.exit(2)
    return run.stdout


def _results(work: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _mutmut(work, "results", "--all", "true").splitlines():
        name, colon, result = line.strip().partition(": ")
        if colon:
            found[name] = result
    return found


def _dies(work: Path, name: str) -> bool:
    """Ask all of the tests in a process in which the change is there from the start."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        *PLUGIN,
        *ASKED,
    ]
    environment = os.environ | {"MUTANT_UNDER_TEST": name}
    return (
        subprocess.run(command, cwd=work / "mutants", env=environment, capture_output=True, check=False).returncode == 1
    )


def _report(work: Path, names: Sequence[str], results: dict[str, str], missed: Sequence[str]) -> None:
    for name in missed:
        change = [line for line in _mutmut(work, "show", name).splitlines() if line[:1] in {"+", "-"}]
        sys.stdout.write("\n".join([name, *(line for line in change if line[:3] not in {"+++", "---"}), ""]))
    counts = Counter(results[name] for name in names)
    killed = len(names) - len(missed)
    sys.stdout.write(
        f"\nat first: {dict(counts)}\n{killed} of {len(names)} killed: {100 * killed / len(names):.1f} %\n"
    )


if __name__ == "__main__":
    sys.exit(main())
