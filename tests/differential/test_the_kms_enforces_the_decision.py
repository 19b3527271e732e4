"""The KMS refuses, in real calls, what the reference denies, and nothing else."""

from __future__ import annotations

import secrets
from collections import Counter

from tests.differential.calls import AFTERWARDS
from tests.differential.dice import SeededDice
from tests.differential.enforcing import answer, called
from tests.differential.worlds import generate

FIXED, FRESH = 600, 100
# The least number of calls that the fixed seeds come to, by what is expected.
LEAST = {"allowed": 150, "denied": 500}
OPERATIONS = 35


def _calls(start: int, count: int) -> Counter[tuple[str, str]]:
    """Make the calls of so many worlds; count them by what is expected and by operation."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(start, start + count):
        made = generate(SeededDice(seed))
        for number, request in enumerate(made.requests):
            call = called(made.world, request)
            if call is None:
                continue
            code, expected = answer(made.world, call), "allowed" if call.allowed else "denied"
            counts[expected, call.operation] += 1
            said = f"seed {seed} request {number}: {call.operation} of {request.principal}: {expected}, but {code}"
            assert (code == "AccessDeniedException") is (expected == "denied"), said
            assert code in {None, "AccessDeniedException"} | AFTERWARDS, said
    return counts


def test_on_fixed_seeds() -> None:
    counts = _calls(0, FIXED)
    for expected, least in LEAST.items():
        assert sum(count for (what, _), count in counts.items() if what == expected) >= least
    assert len({operation for _, operation in counts}) >= OPERATIONS


def test_on_fresh_seeds() -> None:
    assert _calls(secrets.randbelow(2**40), FRESH)
