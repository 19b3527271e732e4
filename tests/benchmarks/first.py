"""A fresh process: `python -m tests.benchmarks.first FILE` loads an entities file and decides once. Prints JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter

STARTED = perf_counter()


def main(path: str) -> None:
    """Load, decide, tell the seconds of each and the most memory it had."""
    from policyeval import Authorizer, Entities, Request  # noqa: PLC0415 - importing is part of what is measured

    imported = perf_counter()
    entities = Entities.load(path)
    loaded = perf_counter()
    role = "arn:aws:iam::111122223333:role/svc/r0"
    key = "arn:aws:kms:us-east-1:111122223333:key/00000000-12ab-34cd-56ef-1234567890ab"
    request = Request(role, "kms:Decrypt", key, encryption_context={"tenant": "tenant-0-1"})
    decision = Authorizer(entities).authorize(request)
    decided = perf_counter()
    assert decision.allowed, decision.message
    found = {
        "import seconds": imported - STARTED,
        "load seconds": loaded - imported,
        "decision seconds": decided - loaded,
        "most memory, bytes": _most_memory(),
    }
    sys.stdout.write(json.dumps(found))


def _most_memory() -> int | None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main(sys.argv[1])
