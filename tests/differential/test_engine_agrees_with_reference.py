"""The engine and the reference give the same decision on generated worlds.

`POLICYEVAL_WORLDS=1000000` runs that many on all cores; `POLICYEVAL_SEED` starts elsewhere.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.differential.comparing import Tally, engine, reference, report, run
from tests.differential.coverage import Class, below_floor, table
from tests.differential.dice import DrawnDice
from tests.differential.worlds import Generated, generate

FIXED, FRESH, CHUNK = 2000, 500, 2000
WORLDS = int(os.environ.get("POLICYEVAL_WORLDS", str(FIXED)))
SEED = int(os.environ.get("POLICYEVAL_SEED", "0"))
SHOWN = 3


def _agree(tally: Tally) -> None:
    reports = [report(*where) for where in tally.disagreements[:SHOWN]]
    assert not reports, f"{len(tally.disagreements)} disagreements, the first shrunk:\n" + "\n".join(reports)


def test_on_fixed_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    if WORLDS > CHUNK:
        starts = range(SEED, SEED + WORLDS, CHUNK)
        with ProcessPoolExecutor() as pool:
            parts = list(pool.map(run, starts, [CHUNK] * len(starts)))
    else:
        parts = [run(SEED, WORLDS)]
    counts: Counter[Class] = Counter()
    for part in parts:
        counts.update(part.counts)
    with capsys.disabled():
        print(f"\n{table(counts)}")  # noqa: T201 - the coverage of outcomes is there to be read
    _agree(Tally(counts, [where for part in parts for where in part.disagreements]))
    assert not below_floor(counts)


def test_on_fresh_seeds() -> None:
    _agree(run(secrets.randbelow(2**40), FRESH))


@st.composite
def worlds(draw: st.DrawFn) -> Generated:
    """Worlds from hypothesis's choices, which it can shrink."""
    return generate(DrawnDice(draw))


_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def _agree_on(made: Generated) -> None:
    for request in made.requests:
        assert engine(made.world, request) == reference(made.world, request)


@settings(derandomize=True, max_examples=60, suppress_health_check=_SLOW)
@given(worlds())
def test_on_worlds_that_hypothesis_draws(made: Generated) -> None:
    _agree_on(made)


@settings(max_examples=60, suppress_health_check=_SLOW, database=None)
@given(worlds())
def test_on_worlds_that_hypothesis_draws_afresh(made: Generated) -> None:
    _agree_on(made)
