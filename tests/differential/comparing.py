"""Put the same requests to both evaluators, and make what they disagree about readable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from policyeval import Authorizer
from policyeval.model.request import Request
from tests.differential.coverage import Class, classes
from tests.differential.dice import SeededDice
from tests.differential.scenarios import scenario
from tests.differential.shrinking import shrink
from tests.differential.worlds import generate
from tests.reference.decide import Outcome, decide
from tests.reference.world import World


@dataclass
class Tally:
    """What a run over many seeds came to: counts by class, and the seeds and requests that disagree."""

    counts: Counter[Class] = field(default_factory=Counter)
    disagreements: list[tuple[int, int]] = field(default_factory=list)


DELAY = timedelta(minutes=5)  # G6
# The last time the engine has a plan for the request, if it ever makes one.
TIMES = 3


def engine(world: World, request: Request) -> Outcome:
    """Ask the engine, again and again; the first answer that is not the reference's counts."""
    authorizer, expected = Authorizer(world, grant_delay=DELAY), reference(world, request)
    answers = [_outcome(authorizer, request) for _ in range(TIMES)]
    return next((answer for answer in answers if answer != expected), expected)


def reference(world: World, request: Request) -> Outcome:
    """Ask the reference."""
    return decide(world, request, DELAY)


def _outcome(authorizer: Authorizer, request: Request) -> Outcome:
    decision = authorizer.authorize(request)
    return Outcome(decision.allowed, decision.reason, decision.layer, decision.rule)


def run(start: int, count: int) -> Tally:
    """Compare on the worlds of so many seeds."""
    tally = Tally()
    for seed in range(start, start + count):
        made = generate(SeededDice(seed))
        authorizer = Authorizer(made.world, grant_delay=DELAY)
        expected = [reference(made.world, request) for request in made.requests]
        for request, outcome in zip(made.requests, expected, strict=True):
            tally.counts.update(classes(made.world, request, outcome, made.family))
        wrong = {
            number
            for _ in range(TIMES)
            for number, request in enumerate(made.requests)
            if _outcome(authorizer, request) != expected[number]
        }
        tally.disagreements += [(seed, number) for number in sorted(wrong)]
    return tally


def report(seed: int, number: int) -> str:
    """Shrink a disagreement and write it as a scenario file."""
    made = generate(SeededDice(seed))
    world, request = shrink(made.world, made.requests[number], _disagree)
    expected, given = reference(world, request), engine(world, request)
    title = f"seed {seed} request {number}: the reference says {tuple(expected)}, the engine {tuple(given)}"
    return scenario(world, request, expected, title)


def _disagree(world: World, request: Request) -> bool:
    return engine(world, request) != reference(world, request)
