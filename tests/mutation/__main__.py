"""Break the code in small ways, and see that a test notices: `python -m tests.mutation --sample 1600`.

Needs `pip install mutmut`, which makes the changes. Works on a copy in a temporary folder. The tests of the
changed packages that reach a changed function are asked, in a fork for each change; what they let pass of
functions that run when modules are imported is asked once more, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.mutation.changing import copy_and_change, difference


class Part(NamedTuple):
    """Packages that are changed, and the tests that are to notice."""

    packages: Sequence[str]
    tests: Sequence[str]


PARTS = {
    "decisions": Part(
        ("policyeval/evaluator", "policyeval/authorizer"), ("tests/evaluator", "tests/authorizer", "fixtures")
    ),
    "kms": Part(("policyeval/kms",), ("tests/kms",)),
    # Those that go without processes of their own, and know the same functions.
    "server": Part(
        ("policyeval/server",),
        (
            "tests/server/signature",
            "tests/server/test_json_protocol.py",
            "tests/server/test_query_protocol.py",
            "tests/server/test_reader.py",
            "tests/server/test_raw_requests.py",
        ),
    ),
}
PYTEST = ["-m", "pytest", "-x", "-q", "--tb=no", "--assert=plain", "-p", "no:randomly", "-p", "no:cacheprovider"]
SURVIVED = "survived"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--of", choices=PARTS, default="decisions", help="what is changed (decisions)")
    parser.add_argument("--sample", type=int, default=0, help="how many changes to try, chosen at random (all)")
    parser.add_argument("--seed", type=int, default=1, help="where the choice starts (1)")
    parser.add_argument("--only", default="", help="changes whose name holds this")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        part = PARTS[asked.of]
        names = [name for name in copy_and_change(work, part.packages) if asked.only in name]
        Random(asked.seed).shuffle(names)  # noqa: S311 - a choice, no secret
        if asked.sample:
            names = names[: asked.sample]
        _report(work, _answers(work, names, part.tests))
    return 0


def _answers(work: Path, names: Sequence[str], tests: Sequence[str]) -> dict[str, str]:
    """Give the verdict on each change, and tell as it goes."""
    job = work / "changes.txt"
    job.write_text("\n".join(names), encoding="utf-8")
    command = [sys.executable, *PYTEST, "-s", "-p", "tests.mutation.asking", *tests]
    subprocess.run(command, cwd=work, env=os.environ | {"POLICYEVAL_MUTANTS": str(job)}, check=True)
    answers = [json.loads(line) for line in job.with_suffix(".answers").read_text(encoding="utf-8").splitlines()]
    return {it["name"]: _alone(work, it["name"], tests) if it["early"] else it["verdict"] for it in answers}


def _alone(work: Path, name: str, tests: Sequence[str]) -> str:
    """Ask all of the tests in a process in which the change is there from the start."""
    environment = os.environ | {"MUTANT_UNDER_TEST": name}
    run = subprocess.run([sys.executable, *PYTEST, *tests], cwd=work, env=environment, capture_output=True, check=False)
    return SURVIVED if run.returncode == 0 else "killed alone"


def _report(work: Path, verdicts: Mapping[str, str]) -> None:
    missed = [name for name, verdict in verdicts.items() if verdict == SURVIVED]
    for name in missed:
        sys.stdout.write("\n".join([name, *difference(work, name), "", ""]))
    killed = len(verdicts) - len(missed)
    sys.stdout.write(f"{dict(Counter(verdicts.values()))}\n")
    sys.stdout.write(f"{killed} of {len(verdicts)} killed: {100 * killed / len(verdicts):.1f} %\n")


if __name__ == "__main__":
    sys.exit(main())
