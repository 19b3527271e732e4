"""policyeval alone, one part a process: `python -m tests.benchmarks.measure PART` prints JSON.

`hot` is a decision with an SCP and a grant, and with 50,000 grants; `statements`, `grants` and `memory` are how it
grows; `estate` is a large entities file, from nothing to the first decision; `kms` is what the KMS does a second,
`kms_file` what it does durably, `kms_large` a store of 100,000 keys and a million grants; `endpoint` is what clients
reach over HTTP.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from policyeval import Authorizer, Entities, Request, parse_policy
from tests.benchmarks import endpoint, kms
from tests.benchmarks.engines.ours import estate, request_of
from tests.benchmarks.estates import GRANTEE, key_arn, key_policy, large_estate, policy_of, with_grants
from tests.benchmarks.workload import KEYS, Raw, requests

STATEMENTS = (1, 10, 100, 1_000)
GRANTS = (1, 10, 100, 1_000, 10_000, 50_000)
POLICIES = 1_000  # distinct ones, for the memory of one
PROCESSES = 3
# What a key's grants differ in: the grantee alone, a name that sorts before `tenant`, one that sorts after it.
GRANT_KINDS = {
    "one is the caller's": None,
    "all are the caller's, found by their constraint": "number",
    "all are the caller's, found by scanning": "zone",
}


def _round(authorizer: Authorizer, raws: Sequence[Raw]) -> float:
    authorize = authorizer.authorize
    start = perf_counter()
    for principal, action, resource, encryption_context, context in raws:
        _ = authorize(
            Request(principal, action, resource, encryption_context=encryption_context, context=context)
        ).allowed
    return (perf_counter() - start) / len(raws) * 1e6


def _prepared_round(authorizer: Authorizer, asked: Sequence[Request]) -> float:
    authorize = authorizer.authorize
    start = perf_counter()
    for request in asked:
        _ = authorize(request).allowed
    return (perf_counter() - start) / len(asked) * 1e6


def _interleaved(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Call each in turn, again and again, and give the medians; the first turn only warms up."""
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            took = way()
            if number:
                seen[name].append(took)
    return {name: median(values) for name, values in seen.items()}


def hot(rounds: int, count: int) -> dict[str, float]:
    """Measure a 3-statement identity policy, a 3-statement key policy, one SCP, and one or 50,000 grants on the key."""
    raws = [raw._replace(resource=KEYS[0]) for raw in requests(count)]
    one, many = (Authorizer(Entities.from_mapping(with_grants(estate(), grants))) for grants in (1, GRANTS[-1]))
    built = [request_of(raw) for raw in raws]
    return _interleaved(
        {
            "one grant": lambda: _round(one, raws),
            "one grant, request built before": lambda: _prepared_round(one, built),
            f"{GRANTS[-1]:,} grants": lambda: _round(many, raws),
            f"{GRANTS[-1]:,} grants, request built before": lambda: _prepared_round(many, built),
        },
        rounds,
    )


def statements(rounds: int, count: int) -> dict[str, Any]:
    """Measure identity policies of 1 to 1,000 statements, of which one names the action, or all do."""
    ways: dict[str, Callable[[], float]] = {}
    ready: dict[str, float] = {}
    warm = Authorizer(Entities.from_text(json.dumps(estate()), name="e"))  # what is built once a process
    warm.authorize(request_of(requests(1)[0]))
    for kind in ("one statement names the action", "all name the action, the last matches"):
        for size in STATEMENTS:
            text = json.dumps(policy_of(size, same_action=kind.startswith("all")))
            described = {"name": "r", "identity_policies": [{"name": "P", "document": json.loads(text)}]}
            account = {"id": "111122223333", "roles": [described], "keys": [{"id": "k", "region": "us-east-1"}]}
            raw = Raw("arn:aws:iam::111122223333:role/r", "kms:Decrypt", key_arn("k"), {"tenant": f"t{size - 1}"}, {})
            raws = [raw._replace(context={"aws:SourceIp": f"10.0.{n // 256}.{n % 256}"}) for n in range(count)]
            start = perf_counter()
            authorizer = Authorizer(Entities.from_text(json.dumps({"policyeval": 1, "accounts": [account]}), name="e"))
            assert authorizer.authorize(request_of(raw)).allowed
            ready[f"{kind}|{size}"] = perf_counter() - start
            ways[f"{kind}|{size}"] = lambda authorizer=authorizer, raws=raws: _round(authorizer, raws)  # type: ignore[misc]
    gc.freeze()
    return {"microseconds": _series(_interleaved(ways, rounds)), "seconds to the first": _series(ready)}


def grants(rounds: int, count: int) -> dict[str, Any]:
    """Measure keys of 1 to 50,000 grants: one of them the caller's, or all, told apart at once or by scanning."""
    ways: dict[str, Callable[[], float]] = {}
    for kind, owner in GRANT_KINDS.items():
        for size in GRANTS:
            authorizer = Authorizer(Entities.from_mapping(with_grants(estate(), size, all_for_one=owner)))
            told_apart = {} if owner is None else {owner: str(size - 1)}
            raw = Raw(GRANTEE, "kms:Encrypt", KEYS[0], {"tenant": "red", **told_apart}, {})
            assert authorizer.authorize(request_of(raw)).allowed
            raws = [raw] * (max(20, count // size) if kind.endswith("scanning") else count)
            ways[f"{kind}|{size}"] = lambda authorizer=authorizer, raws=raws: _round(authorizer, raws)  # type: ignore[misc]
    gc.freeze()
    return {"microseconds": _series(_interleaved(ways, rounds))}


def memory(_rounds: int, _count: int) -> dict[str, Any]:
    """Measure bytes: a policy parsed, and compiled as well, of 1 to 1,000 statements, distinct texts."""
    parsed: dict[str, float] = {}
    compiled: dict[str, float] = {}
    for size in STATEMENTS:
        number = max(3, POLICIES // size)
        texts = [json.dumps(key_policy(number, statements=size)) for number in range(number)]
        parse_policy(texts[0])
        tracemalloc.start()
        before = _held()
        kept = [parse_policy(text) for text in texts]
        parsed[f"parsed|{size}"] = (_held() - before) / len(kept)
        tracemalloc.stop()
        del kept
        compiled[f"compiled|{size}"] = _compiled(texts)
    three = [json.dumps(key_policy(number, statements=3)) for number in range(POLICIES)]
    return {
        "bytes": _series(parsed | compiled),
        "compiled, 3 statements": _compiled(three),
        "compiled, 3 statements, equal texts": _compiled([three[0]] * POLICIES),
    }


def _compiled(texts: list[str]) -> float:
    """Give the bytes that a decision on each of these key policies leaves behind, for one of them."""
    keys = [
        {"id": f"k{number}", "region": "us-east-1", "policy": json.loads(text)} for number, text in enumerate(texts)
    ]
    account = {"id": "111122223333", "roles": [{"name": "r"}], "keys": [{"id": "warm", "region": "us-east-1"}, *keys]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    principal = "arn:aws:iam::111122223333:role/r"
    authorizer.authorize(Request(principal, "kms:Decrypt", key_arn("warm")))
    asked = [Request(principal, "kms:Decrypt", key_arn(f"k{number}")) for number in range(len(texts))]
    tracemalloc.start()
    before = _held()
    for request in asked:
        authorizer.authorize(request)
    held = (_held() - before) / len(texts)
    tracemalloc.stop()
    return held


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _series(values: dict[str, float]) -> dict[str, list[tuple[int, float]]]:
    """Sort `name|size` values into one line a name."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for label, value in values.items():
        name, _, size = label.partition("|")
        lines.setdefault(name, []).append((int(size), value))
    return lines


def large(_rounds: int, _count: int) -> dict[str, Any]:
    """Measure 10,000 principals that share 200 managed policies, and 1,000 keys: from nothing to a decision."""
    text = json.dumps(large_estate(), indent=2)
    seen: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "estate.json")
        path.write_text(text, encoding="utf-8")
        for _ in range(PROCESSES):
            start = perf_counter()
            command = [sys.executable, "-m", "tests.benchmarks.first", str(path)]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            seen.setdefault("seconds, the interpreter's start included", []).append(perf_counter() - start)
            for name, value in json.loads(said).items():
                seen.setdefault(name, []).append(value)
    return {"file, bytes": len(text), **{name: median(values) for name, values in seen.items()}}


PARTS: dict[str, Callable[[int, int], dict[str, Any]]] = {
    "hot": hot,
    "statements": statements,
    "grants": grants,
    "memory": memory,
    "estate": large,
    "kms": kms.throughput,
    "kms_file": kms.durable,
    "kms_large": kms.large,
    "endpoint": endpoint.throughput,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
