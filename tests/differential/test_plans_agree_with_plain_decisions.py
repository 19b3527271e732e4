"""What is asked again and again is decided from a plan: every answer must be the one that is given without any.

Each request of a world is asked until there is a plan, and then with other facts: another encryption
context, other keys, another time, by a service; once more prepared. Answers are compared whole, reports included.
`POLICYEVAL_PLANNED_WORLDS=10000` asks that many worlds.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policyeval import Authorizer, Decision, PolicyEvalError, Request
from policyeval.authorizer.plan import Plan
from policyeval.model.records import PolicySource
from policyeval.scenarios.loader import load_scenarios
from tests.differential.comparing import DELAY
from tests.differential.dice import SeededDice
from tests.differential.worlds import generate

ROOT = Path(__file__).resolve().parents[2]
FIXED = int(os.environ.get("POLICYEVAL_PLANNED_WORLDS", "80"))
FRESH = 25
LATER = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)


def variations(request: Request) -> Iterator[Request]:
    """Give requests of the same plan that say other things."""
    pairs, context = dict(request.encryption_context or {}), dict(request.context or {})
    yield request
    yield request.replace(encryption_context=None)
    yield request.replace(context=None)
    yield request.replace(encryption_context=None, context=None)
    for name, text in pairs.items():
        yield request.replace(encryption_context={**pairs, name: f"{text}-not"})
        yield request.replace(encryption_context={other: value for other, value in pairs.items() if other != name})
        yield request.replace(encryption_context={**pairs, name.upper(): "another"})
    yield request.replace(encryption_context={**pairs, "further": "pair"})
    yield request.replace(encryption_context={**pairs, "number": 7})
    for name, told in context.items():
        yield request.replace(context={other: value for other, value in context.items() if other != name})
        yield request.replace(context={**context, name.upper(): told})
        yield request.replace(context={**context, name: ["a", "b"]})
        yield request.replace(context={**context, name: ""})
    yield request.replace(context={**context, "aws:SourceIp": "10.1.2.3"})
    yield request.replace(context={**context, "aws:SourceIp": "nowhere"})
    yield request.replace(context={**context, "aws:PrincipalOrgID": "o-forged0000"})
    yield request.replace(context={**context, "kms:ViaService": "s3.us-east-1.amazonaws.com"})
    yield request.replace(via_service="s3.us-east-1.amazonaws.com")
    yield request.replace(at=LATER)
    yield request.replace(at=LATER, encryption_context=None)
    yield request.replace(grant_tokens=["no-such-grant"])


def answer(authorize: Callable[..., Decision], *asked: Authorizer | Request) -> Any:
    """Give all that can be asked of a decision, or what is wrong with the request."""
    try:
        decision = authorize(*asked)
    except PolicyEvalError as error:
        return type(error), str(error)
    return decision.to_json()


def twice(used: Authorizer, request: Request) -> Decision:
    """Decide a prepared request again."""
    prepared = used.prepare(request)
    prepared.authorize()
    return prepared.authorize()


def differing(source: PolicySource, request: Request, delay: timedelta, used: Authorizer) -> list[str]:
    """Ask until there is a plan, then everything else, and give what is answered otherwise than without one."""
    if request.at is None:
        request = request.replace(at=LATER - timedelta(days=400))  # two authorizers have two clocks
    for _ in range(3):
        answer(used.authorize, request)
    found, plainly = [], Authorizer(source, grant_delay=delay)._plainly
    for number, asked in enumerate(variations(request)):
        plain = answer(plainly, asked)
        answers = [answer(used.authorize, asked) for _ in range(2)]
        answers.append(answer(twice, used, asked))
        found += [f"variation {number}: {asked}" for given in answers if given != plain]
    return found


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a plan decided, for each time one was asked."""
    seen: list[bool] = []
    decide = Plan.decide

    def counting(self: Plan, request: Request) -> Any:
        decision = decide(self, request)
        seen.append(decision is not None)
        return decision

    monkeypatch.setattr(Plan, "decide", counting)
    return seen


def _agree(seeds: range) -> None:
    for seed in seeds:
        made = generate(SeededDice(seed))
        used = Authorizer(made.world, grant_delay=DELAY)
        for request in made.requests:
            assert differing(made.world, request, DELAY, used) == [], f"seed {seed}"


def test_on_fixed_seeds(planned: list[bool]) -> None:
    _agree(range(FIXED))
    assert sum(planned) > FIXED


def test_on_fresh_seeds() -> None:
    start = secrets.randbelow(2**40)
    _agree(range(start, start + FRESH))


def test_on_the_scenarios(planned: list[bool]) -> None:
    files = sorted((ROOT / "fixtures" / "scenarios").glob("*.scenario.yaml"))
    for path in files:
        scenarios = load_scenarios(path)
        entities = scenarios.entities
        used = Authorizer(entities)
        for case in scenarios.cases:
            assert differing(entities, case.request, timedelta(0), used) == [], case.name
    assert sum(planned) > len(files) > 0
