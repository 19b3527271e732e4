"""docs/benchmarks.md and its plots, made from what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.compare import ROOT, Result
from tests.benchmarks.report import HEADINGS, of_endpoint, of_kms, ours, rows
from tests.benchmarks.svg import dots, lines

DOCS = ROOT / "docs"

_INTRODUCTION = """\
# Benchmarks

<!-- Made by `python -m tests.benchmarks --docs`; edit tests/benchmarks. -->

policyeval beside its peers, on one machine in one run. From a checkout whose environment has policyeval:

```sh
{command}
```

The command installs the peers, each in a version of its own pinned in
[tests/benchmarks/pins](../tests/benchmarks/pins), into the user's cache; what does not install is skipped with a
line that says so. It measures first and prints a table; `--docs` writes this page and `--json FILE` keeps every
number.

| | |
| --- | --- |
{machine}

## Beside the peers

{count:,} distinct requests from a fixed seed ([workload.py](../tests/benchmarks/workload.py)): twelve roles of three
accounts with one identity policy of 3 statements, 25 keys with one key policy of 3 statements, `StringEquals`,
`StringLike` and `StringNotEquals` on the encryption context. About half are allowed; most of the others are denied
for one fact only. What is right was worked out from the two policies by hand, in plain Python, by no engine.

Each engine has a process of its own and prepares its policies once. On the clock is what a caller does for one
decision: from strings and two dicts (in node: objects) to allow or deny, what the engine wants built from them
included. Rounds are interleaved: all engines decide the same {per_round:,} requests, one engine after another, then
the next {per_round:,}, and over all of them {times}. The numbers are medians over these {rounds} rounds; the ratio
is to policyeval from strings and dicts. No decision is cached.

![Microseconds a decision, a dot an engine](benchmarks/engines.svg)

{table}

How each engine is asked:

{notes}

To read the ratios fairly: Cedar, Rego and Casbin know nothing of AWS. What an account in a key policy delegates, that
two accounts must both allow, that a missing key meets `StringNotEquals`: all this was worked out by hand and
[translated](../tests/benchmarks/engines) for these two policies, so they decide less than they appear to; where a
translation could be made faster, the faster one is used. Engines in Rust and C++ are called through their Python
bindings, so turning dicts into their values is in the number, as it would be in a program. The answers of policyeval
carry their reasons, computed when they are read.
"""

_GROWTH = """\
## policyeval alone

{alone}

The first rows are the workload above with an organization, an SCP and grants on the key. `request built before` is
a `Request` that existed when the clock started. The entities file describes 10,000 roles that share 200 managed
policies, and 1,000 keys with 50 policies among them. Memory is what one more key policy of 3 statements costs once a
request has met it; policies with equal texts share what is compiled.

### Growth

![Microseconds a decision by statements](benchmarks/statements.svg)

A statement that cannot match the action costs nothing when a decision is made. Statements that all name the action
are asked one after another; here it is the last that matches.

![Milliseconds to the first decision by statements](benchmarks/first.svg)

From the text of an entities file: parsed, checked, compiled, decided.

![Microseconds a decision by grants](benchmarks/grants.svg)

A grant is found by its grantee, and among a grantee's grants by one pair of its encryption context constraint; only
grants that agree in that pair are asked one after another.

![KiB a policy by statements](benchmarks/memory.svg)
"""

_KMS = """\
## The KMS

{kms}

One thread, keys in memory, every call authorized and in a chained trail on disk; `bare` is `cryptography` alone, with a
key derived for each message as the KMS does it. Durable means an SQLite file that is synchronized before the answer. The
large store is opened from its file; the caller holds one of the million grants.
"""

_ENDPOINT = """\
## The endpoint

{endpoint}

Each server in a process of its own, on one core. Ours verifies the signature, authorizes, encrypts, and writes each call to
a chained trail on disk; moto's verifies and authorizes nothing. The socket that answers a constant is what boto3 itself
can reach.
"""


def write(  # noqa: PLR0913 - what the page tells
    results: Sequence[Result],
    parts: dict[str, Any],
    machine: dict[str, str],
    *,
    count: int,
    per_round: int,
    passes: int,
    folder: Path = DOCS,
) -> None:
    """Write the page and its plots."""
    plots = folder / "benchmarks"
    plots.mkdir(parents=True, exist_ok=True)
    for name, drawn in _plots(results, parts).items():
        (plots / name).write_text(drawn, encoding="utf-8")
    page = _INTRODUCTION.format(
        command=machine["Command"],
        machine="\n".join(f"| {name} | {value} |" for name, value in machine.items() if name != "Command"),
        count=count,
        per_round=per_round,
        times="once" if passes == 1 else f"{passes} times",
        rounds=max((len(result.rounds) for result in results), default=0),
        table=_table(HEADINGS, rows(results, machine["policyeval"])),
        notes="\n".join(f"- {result.engine.title}: {result.engine.note}." for result in results),
    )
    grown = _GROWTH.format(alone=_table(("policyeval", ""), ours(parts)))
    kms = _KMS.format(kms=_table(("the KMS", ""), of_kms(parts)))
    endpoint = _ENDPOINT.format(endpoint=_table(("the endpoint", ""), of_endpoint(parts)))
    (folder / "benchmarks.md").write_text(f"{page}\n{grown}\n{kms}\n{endpoint}", encoding="utf-8")


def _plots(results: Sequence[Result], parts: dict[str, Any]) -> dict[str, str]:
    measured = sorted((result for result in results if result.rounds), key=lambda result: result.median)
    in_order = [(result.engine.title, result.median, result.engine.ours) for result in measured]
    first = _times(parts["statements"]["seconds to the first"], 1e3)
    kibibytes = _times(parts["memory"]["bytes"], 1 / 1024)
    return {
        "engines.svg": dots("Time to decide one request", in_order, "µs a decision, median; logarithmic"),
        "statements.svg": lines(
            "Decision by statements of the identity policy",
            parts["statements"]["microseconds"],
            "statements",
            "µs a decision",
        ),
        "first.svg": lines("From text to the first decision", first, "statements of the identity policy", "ms"),
        "grants.svg": lines(
            "Decision by grants on the key", parts["grants"]["microseconds"], "grants on the key", "µs a decision"
        ),
        "memory.svg": lines("Memory of one key policy", kibibytes, "statements of the key policy", "KiB"),
    }


def _times(series: dict[str, Any], factor: float) -> dict[str, list[tuple[float, float]]]:
    return {name: [(size, value * factor) for size, value in points] for name, points in series.items()}


def _table(headings: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    marks = ["---" if column < 2 else "---:" for column in range(len(headings))]
    if len(headings) == 2:
        marks[1] = "---:"
    return "\n".join(f"| {' | '.join(row)} |" for row in [headings, marks, *body])
