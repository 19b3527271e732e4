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
# What a child tells of another: seconds that passed, seconds of processor time, and the most memory that one of its
# processes had, in KiB.
_CHILD = """
import resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
if done.returncode not in (0, 1):
    sys.exit(done.stderr.decode())
passed = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(passed, used.ru_utime + used.ru_stime, used.ru_maxrss)
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
    """One run: how long it took, on all processors together, and the most memory a process had above the bare one's."""

    seconds: float
    processor: float
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
    ran, bare = _measured([*tool.command, str(target)]), _measured([tool.python, "-c", "pass"])
    return ran._replace(megabytes=ran.megabytes - bare.megabytes)


def _measured(command: list[str]) -> Run:
    # Whoever runs a tool a second time has its modules compiled.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *command], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode != 0:
        raise PeerMissingError(done.stderr.strip() or "it ended without a word")
    seconds, processor, kibibytes = map(float, done.stdout.split())
    return Run(seconds, processor, kibibytes / 1024)


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


class Row(NamedTuple):
    """A tool's line of the table; `factor` is for twice the policies."""

    name: str
    rate: float
    processor_rate: float
    megabytes: float
    cold: float
    factor: float


def measure(tools: list[Tool], texts: list[str], rounds: int) -> list[Row]:
    """Give each tool's line."""
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
                best[tool.name] = found if not turn else list(map(_best, kept, found))
    count = len(texts)
    return [
        Row(
            name,
            count / all_.seconds,
            count / all_.processor,
            all_.megabytes,
            cold.seconds,
            double.processor / all_.processor,
        )
        for name, (all_, double, cold) in best.items()
    ]


def _best(one: Run, other: Run) -> Run:
    return Run(*map(min, one, other))


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
    titles = ("policies/s", "a processor", "MB", "one file, s", "twice as many")
    sys.stdout.write(f"{'':<20}{''.join(f'{title:>15}' for title in titles)}\n")
    for row in rows:
        figures = (f"{row.rate:.0f}", f"{row.processor_rate:.0f}", f"{row.megabytes:.0f}", f"{row.cold:.2f}")
        sys.stdout.write(f"{row.name:<20}{''.join(f'{each:>15}' for each in (*figures, f'x {row.factor:.2f}'))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
