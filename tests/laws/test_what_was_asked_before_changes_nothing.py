"""Plans are made of requests that come again; what is decided with them is what is decided without."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from policyeval import Authorizer, RequestError
from policyeval.model.request import Request
from tests.laws.changes import lives
from tests.laws.siblings import TIMES, families, said, told
from tests.reference.world import World

NO_DELAY, DELAY = timedelta(0), timedelta(minutes=5)


class Passing:
    """A source that passes every question on to a world, which may be another one at any time."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __getattr__(self, name: str) -> object:
        return getattr(self.world, name)


class Mute:
    """The same without a revision."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __getattr__(self, name: str) -> object:
        if name == "revision":
            raise AttributeError(name)
        return getattr(self.world, name)


class Unversioned(Passing):
    """The same with a revision that tells nothing."""

    revision = None


@pytest.mark.parametrize("delay", [NO_DELAY, DELAY])
@pytest.mark.parametrize("kind", [Passing, Mute])
def test_an_authorizer_that_met_other_requests_says_what_a_fresh_one_says(
    delay: timedelta, kind: type[Passing | Mute]
) -> None:
    planned: Counter[bool] = Counter()
    for where, world, requests in families(11 if delay else 12):
        warm = Authorizer(kind(world), grant_delay=delay)  # type: ignore[arg-type]
        fresh = [said(Authorizer(world, grant_delay=delay), request) for request in requests]
        for time in range(TIMES):
            for request, expected in zip(requests, fresh, strict=True):
                assert said(warm, request) == expected, f"{where}, time {time + 1}: {request}"
        planned.update(_planned(warm, request) for request in requests)
    # The law would hold of an authorizer that never makes a plan, too.
    assert planned[True] > 400


def _planned(authorizer: Authorizer, request: Request) -> bool:
    plan = authorizer._plans.find(request)
    return plan is not None and plan.decide(request) is not None


@pytest.mark.parametrize("kind", [Passing, Mute, Unversioned])
def test_when_the_source_changes_the_next_decision_is_a_fresh_authorizers(kind: type[Passing | Mute]) -> None:
    """Worlds that share most records take turns behind one authorizer."""
    for life in lives(13):
        worlds = [life.world, *_changes(life.world)]
        source = kind(life.world)
        warm = Authorizer(source)  # type: ignore[arg-type]
        request = life.request.replace(session=None, vpc_endpoint=None)
        fresh = [said(Authorizer(world), request) for world in worlds]
        for number in (0, 1, 0, 2, 3, 1, 2, 0, 3):
            source.world = worlds[number]
            for _ in range(TIMES):
                assert said(warm, request) == fresh[number], f"seed {life.seed}, world {number}: {request}"


@pytest.mark.parametrize("kind", [Passing, Mute, Unversioned])
def test_a_prepared_request_says_what_a_fresh_authorizer_says_of_the_source_as_it_is(
    kind: type[Passing | Mute],
) -> None:
    planned: Counter[bool] = Counter()
    for life in lives(13):
        worlds = [life.world, *_changes(life.world)]
        source = kind(life.world)
        authorizer = Authorizer(source)  # type: ignore[arg-type]
        request = life.request.replace(session=None, vpc_endpoint=None)
        try:
            prepared = authorizer.prepare(request)
        except RequestError:  # then it cannot be asked at all
            continue
        planned[prepared._ready is not None] += 1
        fresh = [said(Authorizer(world), request) for world in worlds]
        for number in (0, 1, 0, 2, 3, 1, 2, 0, 3):
            source.world = worlds[number]
            for _ in range(2):
                assert told(prepared.authorize) == fresh[number], f"seed {life.seed}, world {number}: {request}"
    assert planned[True] > 150  # as above


def _changes(world: World) -> list[World]:
    """Leave out all policies of identities, then those of resources, then all grants."""
    return [
        replace(world, people=[replace(one, identity_policies=()) for one in world.people]),
        replace(world, resources=[replace(one, policy=None) for one in world.resources]),
        replace(world, all_grants=[]),
    ]


def test_threads_that_share_an_authorizer_decide_as_one_alone_does() -> None:
    for where, world, requests in list(families(14))[:40]:
        warm = Authorizer(world)
        fresh = [said(Authorizer(world), request) for request in requests]
        with ThreadPoolExecutor(4) as pool:
            answers = [list(pool.map(lambda request: said(warm, request), requests)) for _ in range(TIMES)]  # noqa: B023
        assert answers == [fresh] * TIMES, where
