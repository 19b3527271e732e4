"""Grants of one key are counted and paged without reading all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policyeval.kms.storage.store import Store
from tests.kms.storage.samples import FORGETFUL, STORES, arn_of, grant, key

ALL = {**STORES, **FORGETFUL}
NAMES = [f"g{number:02}" for number in range(25)]


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = ALL[request.param](tmp_path)
    with opened.transaction() as writing:
        writing.put_key(key("k1"))
        writing.put_key(key("k2"))
        for name in reversed(NAMES):
            writing.put_grant(grant(name, arn_of("k1")))
        writing.put_grant(grant("other", arn_of("k2")))
    yield opened
    opened.close()


@pytest.mark.parametrize("store", ALL, indirect=True)
def test_a_page_goes_on_after_a_grant(store: Store) -> None:
    assert [found.grant_id for found in store.grants_after(arn_of("k1"), "", 2)] == NAMES[:2]
    assert [found.grant_id for found in store.grants_after(arn_of("k1"), "g22", 9)] == NAMES[23:]
    assert tuple(store.grants_after(arn_of("k1"), "", 100)) == store.grants(arn_of("k1"))
    assert not list(store.grants_after(arn_of("k1"), "g24", 2))
    assert not list(store.grants_after(arn_of("k3"), "", 2))


@pytest.mark.parametrize("store", ALL, indirect=True)
def test_grants_are_counted_as_they_come_and_go(store: Store) -> None:
    with store.transaction() as writing:
        assert writing.count_grants(arn_of("k1")) == len(NAMES)
        writing.delete_grant(arn_of("k1"), "g00")
        writing.put_grant(grant("g01", arn_of("k1"), operations=("Encrypt",)))
        writing.put_grant(grant("g99", arn_of("k1")))
        writing.put_grant(grant("g98", arn_of("k1")))
        assert writing.count_grants(arn_of("k1")) == len(NAMES) + 1
    counts = [store.count_grants(arn_of(name)) for name in ("k1", "k2", "k3")]
    assert counts == [len(NAMES) + 1, 1, 0]
