"""One suite over every store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policyeval.kms.storage.store import Store
from tests.kms.storage.samples import FORGETFUL, STORES

pytest.register_assert_rewrite("tests.kms.storage.conformance")

from tests.kms.storage.conformance import LAWS, LAWS_OF_IDENTITY  # noqa: E402 - its asserts show what they compared

ALL = {**STORES, **FORGETFUL}


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = ALL[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("store", ALL, indirect=True)
def test_every_store_keeps_the_law(law: Callable[[Store], None], store: Store) -> None:
    law(store)


@pytest.mark.parametrize("law", LAWS_OF_IDENTITY, ids=lambda law: law.__name__)
@pytest.mark.parametrize("store", STORES, indirect=True)
def test_every_store_keeps_the_law_of_identity(law: Callable[[Store], None], store: Store) -> None:
    law(store)
