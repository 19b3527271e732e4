"""Many threads at once: no write is lost, no reader sees half a change, and nobody waits for ever.

`POLICYEVAL_THREADS_SECONDS` says for how long; a few tenths of a second unless set.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import pytest

from policyeval.kms.storage.store import Store
from tests.kms.storage.samples import APP, FORGETFUL, STORES, A, alias, arn_of, grant, key, material
from tests.kms.storage.samples import REGION as HERE

SECONDS = float(os.environ.get("POLICYEVAL_THREADS_SECONDS", "0.7"))
THREADS = 16
SHARED = [f"shared-{number}" for number in range(3)]
ALL = {**STORES, **FORGETFUL}


@pytest.fixture(params=ALL)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = ALL[request.param](tmp_path)
    with opened.transaction() as writing:
        for name in SHARED:
            writing.put_key(key(name, description="0"))
            writing.put_material(material(arn_of(name)))
    # Threads take turns a hundred times as often as they do by default.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(interval / 100)
    yield opened
    sys.setswitchinterval(interval)
    opened.close()


@contextmanager
def _time_limit() -> Iterator[Event]:
    over = Event()
    timer = Timer(SECONDS, over.set)
    timer.start()
    yield over
    timer.cancel()


def _together(jobs: list[Callable[[Event], int]]) -> list[int]:
    """Run jobs until the time is over; an exception of any of them is raised."""
    with _time_limit() as over, ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=SECONDS + 60) for future in [pool.submit(job, over) for job in jobs]]


class _OwnError(Exception):
    """What some transactions fail with."""


def _writer(store: Store, number: int, over: Event) -> int:
    """Count up on shared keys, and keep keys, grants and aliases of its own; give how often it counted."""
    chance, mine, counted, grants = random.Random(number), f"own-{number}", 0, set()  # noqa: S311 - no secret
    while not over.is_set() or not counted:
        shared = arn_of(chance.choice(SHARED))
        with store.transaction() as writing:
            known = writing.key(shared)
            assert known is not None
            writing.put_key(replace(known, description=str(int(known.description) + 1)))
            counted += 1
            name = f"g-{number}-{counted}"
            writing.put_grant(grant(name, shared, APP))
            grants.add((shared, name))
            for arn, old in list(grants)[10:]:
                writing.delete_grant(arn, old)
                grants.discard((arn, old))
            writing.put_key(key(mine, description=str(counted)))
            writing.put_material(material(arn_of(mine), counted))
            writing.put_alias(alias(f"alias/{mine}", arn_of(mine)))
        with suppress(_OwnError), store.transaction() as writing:
            writing.delete_key(shared)
            writing.delete_key(arn_of(mine))
            raise _OwnError
        assert store.grants_to(arn_of(mine), APP) == ()
        assert [found.name for found in store.aliases_of(arn_of(mine))] == [f"alias/{mine}"]
        for arn, name in grants:
            assert store.grant(arn, name) is not None
            assert name in {found.grant_id for found in store.grants_to(arn, APP)}
    own = store.key(arn_of(mine))
    assert own is not None
    assert own.description == str(counted)
    assert [found.version for found in store.materials(arn_of(mine))] == list(range(1, counted + 1))
    return counted


def test_no_update_no_grant_and_no_alias_is_lost(store: Store) -> None:
    counts = _together([lambda over, number=number: _writer(store, number, over) for number in range(THREADS)])
    total = sum(int(found.description) for name in SHARED if (found := store.key(arn_of(name))) is not None)
    assert total == sum(counts)
    left = [each.grant_id for name in SHARED for each in store.grants(arn_of(name))]
    assert len(left) == len(set(left)) == sum(min(count, 10) for count in counts)
    assert len(store.aliases(A, HERE, "", 1000)) == THREADS


def _step(store: Store, over: Event) -> int:
    """Move both keys and an alias a step on, together; give the steps."""
    step = 0
    while not over.is_set() or not step:
        step += 1
        with store.transaction() as writing:
            for name in SHARED[:2]:
                writing.put_key(key(name, description=str(step)))
            writing.put_setting("step", str(step).encode())
            writing.put_grant(grant("g", arn_of(SHARED[0]), name=str(step)))
    return step


def _watch(store: Store, number: int, over: Event) -> int:
    """Look at one after the other, in an order of one's own: no later look is at an earlier step."""
    looks: list[Callable[[], str | None]] = [
        lambda: _said(store.key(arn_of(SHARED[0]))),
        lambda: _said(store.key_by_id(HERE, SHARED[1])),
        lambda: _said(next((each for each in store.keys(A, HERE, "", 10) if each.key_id == SHARED[0]), None)),
        lambda: str(int(store.setting("step") or b"0")),
        lambda: _named(store.grants_to(arn_of(SHARED[0]), APP)),
        lambda: _named(store.grants(arn_of(SHARED[0]))),
    ]
    random.Random(number).shuffle(looks)  # noqa: S311 - no secret
    seen = count = 0
    while not over.is_set() or not count:
        for look in looks:
            now = int(look() or 0)
            assert now >= seen
            seen = now
            count += 1
    return count


def _said(found: object) -> str | None:
    return getattr(found, "description", None)


def _named(found: tuple[object, ...]) -> str | None:
    return getattr(found[0], "name", None) if found else None


def test_no_reader_sees_half_a_change(store: Store) -> None:
    watchers = [lambda over, number=number: _watch(store, number, over) for number in range(6)]
    steps, *_ = _together([lambda over: _step(store, over), *watchers])
    assert (store.setting("step") or b"").decode() == str(steps)


def test_what_was_made_under_a_revision_is_true_as_long_as_it_is(store: Store) -> None:
    def watch(over: Event) -> int:
        known: tuple[object, list[object]] | None = None
        count = 0
        while not over.is_set() or not count:
            revision = store.revision
            if known is not None and known[0] is revision:
                now = [store.key(arn_of(name)) for name in SHARED]
                if store.revision is revision:
                    assert now == known[1]
            known = (revision, [store.key(arn_of(name)) for name in SHARED])
            count += 1
        return count

    _together([lambda over: _step(store, over), watch, watch, watch])


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    begun, read = Event(), Event()

    def look(_over: Event) -> int:
        assert begun.wait(30)
        for name in SHARED:
            assert store.key(arn_of(name)) is not None
        assert store.key(arn_of("half")) is None
        read.set()
        return 1

    def write(_over: Event) -> int:
        with store.transaction() as writing:
            writing.put_key(key("half"))
            begun.set()
            assert read.wait(30)
        return 1

    assert _together([write, look]) == [1, 1]
