"""`python -m tests.benchmarks.lint`: the linter beside parliament, over the same policies in one run.

The policies are AWS's managed ones where `POLICYEVAL_CORPORA` names the folder of the corpora, else as many that
are made from the data about services with a fixed seed. Each tool runs by itself, in turns; the best of its runs
counts. Parliament is called as a library, in one process, which is the fastest way it has.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from policyeval.catalog.service_data import service_data
from tests.benchmarks import machine
from tests.benchmarks.peers import PeerMissingError, default_cache, install, versions

COUNT = 1_005
# What a child tells of another: seconds of processor time, which is the same on a busy machine and a quiet one
# (each tool has one thread), and the most memory it had, in KiB.
_CHILD = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
if done.returncode not in (0, 1):
    sys.exit(done.stderr.decode())
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
_PARLIAMENT = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from parliament import analyze_policy_string
for path in sorted(Path(sys.argv[1]).rglob("*.json")):
    for finding in analyze_policy_string(path.read_text()).findings:
        print(path, finding.issue)
"""


class Run(NamedTuple):
    """One run: how long it took, and the most memory it had above the bare interpreter's."""

    seconds: float
    megabytes: float


class Tool(NamedTuple):
    """A linter: the command that lints a folder, and its interpreter."""

    name: str
    command: tuple[str, ...]
    python: str


def corpus() -> list[str]:
    """Give the policies as texts, indented by two."""
    folder = os.environ.get("POLICYEVAL_CORPORA")
    if folder is None:
        return [json.dumps(policy, indent=2) for policy in made(COUNT)]
    with gzip.open(Path(folder, "aws-managed-policies.jsonl.gz"), "rt", encoding="utf-8") as rows:
        return [json.dumps(json.loads(row)["document"], indent=2) for row in rows]


def made(count: int) -> Iterator[dict[str, object]]:
    """Make policies of the size of AWS's managed ones: seven statements, forty actions, a few conditions."""
    chance = random.Random(20301)  # noqa: S311 - a fixed seed
    data = service_data()
    prefixes = sorted(data.services)
    for _ in range(count):
        statements = []
        for number in range(chance.randint(1, 13)):
            service = data.service(chance.choice(prefixes))
            assert service is not None
            names = sorted(service.action_names.values())
            chosen = sorted(chance.sample(names, min(len(names), chance.randint(1, 11))))
            statement: dict[str, object] = {
                "Sid": f"Statement{number}",
                "Effect": "Allow",
                "Action": [f"{service.prefix}:{name}" for name in chosen],
                "Resource": "*",
            }
            if chance.random() < 0.4:  # the share that AWS's have
                statement["Condition"] = {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
            statements.append(statement)
        yield {"Version": "2012-10-17", "Statement": statements}


def fill(folder: Path, texts: list[str], times: int = 1) -> None:
    """Write policies as files, each `times` times."""
    for turn in range(times):
        for number, text in enumerate(texts):
            (folder / f"{turn}-{number:05}.json").write_text(text, encoding="utf-8")


def run(tool: Tool, target: Path) -> Run:
    """Run a tool once over a folder or file."""
    seconds, memory = _measured([*tool.command, str(target)])
    _, bare = _measured([tool.python, "-c", "pass"])
    return Run(seconds, (memory - bare) / 1024)


def _measured(command: list[str]) -> tuple[float, float]:
    # Whoever runs a tool a second time has its modules compiled.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *command], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode != 0:
        raise PeerMissingError(done.stderr.strip() or "it ended without a word")
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def ours() -> Tool:
    """Give policyeval, as its users start it."""
    command = (
        sys.executable,
        "-c",
        "from policyeval.cli import main; main()",
        "lint",
        "--config",
        os.devnull,
        "--format",
        "json",
    )
    return Tool("policyeval", command, sys.executable)


def parliament() -> Tool:
    """Give parliament, installed where it is not yet.

    Raises:
        PeerMissingError: it cannot be installed here.

    """
    home = install("parliament", default_cache())
    return Tool(versions("parliament"), (*home.command, "-c", _PARLIAMENT), home.command[0])


def measure(tools: list[Tool], texts: list[str], rounds: int) -> list[tuple[str, float, float, float, float]]:
    """Give for each tool: policies a second, megabytes, seconds for one file, and for twice the policies the factor."""
    with tempfile.TemporaryDirectory() as base:
        once, twice, one = (Path(base, name) for name in ("once", "twice", "one"))
        for folder in (once, twice, one):
            folder.mkdir()
        fill(once, texts)
        fill(twice, texts, 2)
        fill(one, sorted(texts, key=len)[len(texts) // 2 :][:1])
        best: dict[str, list[Run]] = {tool.name: [] for tool in tools}
        for tool in tools:
            run(tool, one)
        for turn in range(rounds):
            for tool in tools:
                found = [run(tool, folder) for folder in (once, twice, one)]
                kept = best[tool.name]
                best[tool.name] = found if not turn else [min(pair) for pair in zip(kept, found, strict=True)]
    return [
        (name, len(texts) / all_.seconds, all_.megabytes, cold.seconds, double.seconds / all_.seconds)
        for name, (all_, double, cold) in best.items()
    ]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lint", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each tool, of which the best counts")
    parser.add_argument("--policies", type=int, default=None, help="take so many policies only")
    parser.add_argument("--no-peers", action="store_true", help="measure policyeval alone")
    asked = parser.parse_args(arguments)
    warning = machine.busy()
    if warning:
        sys.stderr.write(f"{warning}\n")
    tools = [ours()]
    if not asked.no_peers:
        try:
            tools.append(parliament())
        except PeerMissingError as error:
            sys.stderr.write(f"parliament is skipped: {error}\n")
    texts = corpus()[: asked.policies]
    rows = measure(tools, texts, asked.rounds)
    size = sum(map(len, texts)) / 1e6
    sys.stdout.write(f"{len(texts):,} policies, {size:.1f} MB\n\n")
    sys.stdout.write(f"{'':<20}{'policies/s':>12}{'MB':>8}{'one file, s':>13}{'twice as many':>15}\n")
    for name, rate, megabytes, cold, factor in rows:
        sys.stdout.write(f"{name:<20}{rate:>12.0f}{megabytes:>8.0f}{cold:>13.2f}{f'x {factor:.2f}':>15}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
