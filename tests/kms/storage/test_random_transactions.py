"""Random transactions, some of which fail in their midst: every store does as the plainest one does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.kms.errors import StorageError
from policyeval.kms.storage.store import Reading, Store, Transaction
from tests.kms.storage.plain import Plain, Refused
from tests.kms.storage.samples import (
    APP,
    DAY,
    FORGETFUL,
    NOW,
    OPS,
    REGION,
    STORES,
    A,
    B,
    alias,
    grant,
    key,
    material,
    use,
)

KEYS = [key("k1"), key("k2"), key("k1", B)]  # the first and the last cannot both be
ARNS = [each.arn for each in KEYS]
ALIASES = ["alias/a", "alias/b"]
GRANTS = ["g1", "g2", "g3"]
PRINCIPALS = [APP, OPS]

_arns = st.sampled_from(ARNS)
_dates = st.sampled_from([None, NOW - DAY, NOW + DAY])
_principals = st.sampled_from(PRINCIPALS)


def _key(base: int, description: str, **dates: Any) -> Any:
    return key(KEYS[base].key_id, KEYS[base].account, description=description, **dates)


# A write is the name of a method and its arguments.
_WRITES = st.one_of(
    st.builds(_key, st.integers(0, 2), st.sampled_from("xy"), deletion_date=_dates, valid_to=_dates).map(
        lambda made: ("put_key", made)
    ),
    _arns.map(lambda arn: ("delete_key", arn)),
    st.builds(
        material, _arns, st.integers(1, 2), st.sampled_from([None, b"a" * 60, b"b" * 60, b"c" * 90]), valid_to=_dates
    ).map(lambda made: ("put_material", made)),
    st.builds(alias, st.sampled_from(ALIASES), _arns, updated=st.sampled_from([NOW, NOW + DAY])).map(
        lambda made: ("put_alias", made)
    ),
    st.sampled_from(ALIASES).map(lambda name: ("delete_alias", alias(name).arn)),
    st.builds(
        grant, st.sampled_from(GRANTS), _arns, _principals, retiring_principal=st.none() | _principals
    ).map(lambda made: ("put_grant", made)),
    st.builds(lambda arn, name: ("delete_grant", arn, name), _arns, st.sampled_from(GRANTS)),
    st.builds(lambda arn, operation: ("put_last_use", arn, use(operation)), _arns, st.sampled_from(["Sign", "Verify"])),
    st.sampled_from([b"", b"1"]).map(lambda value: ("put_setting", "s", value)),
)  # fmt: skip
# Writes, whether the transaction reads after each, and whether it fails at its end.
_TRANSACTIONS = st.lists(st.tuples(st.lists(_WRITES, max_size=8), st.booleans(), st.booleans()), max_size=12)


def _questions() -> Iterator[tuple[Any, ...]]:
    """Ask for everything that there can be, one question at a time; first those with answers of an identity."""
    for arn in ARNS:
        for method in ("key", "aliases_of", "materials", "grants"):
            yield method, arn
        for name in GRANTS:
            yield "grant", arn, name
        for principal in PRINCIPALS:
            yield "grants_to", arn, principal
    yield from (("key_by_id", REGION, name) for name in ("k1", "k2"))
    yield from (("alias", alias(name).arn) for name in ALIASES)
    yield from (("last_use", arn) for arn in ARNS)
    for account in (A, B):
        yield from (("keys", account, REGION, after, 1) for after in ("", "k1", "k2"))
        yield from (("aliases", account, REGION, after, 2) for after in ("", "alias/a"))
    yield from (("retirable", principal, after, 2) for principal in PRINCIPALS for after in ("", "g1", "g2"))
    yield from (("due", now) for now in (NOW - 2 * DAY, NOW, NOW + DAY))
    yield "setting", "s"


QUESTIONS = list(_questions())
_HAVE_IDENTITY = {"key", "key_by_id", "alias", "aliases_of", "materials", "grant", "grants", "grants_to"}


def _answers(reading: Reading | Plain) -> dict[tuple[Any, ...], Any]:
    answers = {}
    for method, *values in QUESTIONS:
        answer = getattr(reading, method)(*values)
        answers[method, *values] = tuple(answer) if isinstance(answer, list) else answer
    return answers


def _same_objects(then: dict[tuple[Any, ...], Any], now: dict[tuple[Any, ...], Any], changed: set[Any]) -> None:
    strangers = [
        question
        for question in QUESTIONS
        if question[0] in _HAVE_IDENTITY and question not in changed and then[question] is not now[question]
    ]
    assert strangers == []


# What there is before chance begins: with too little, nothing can go wrong.
FULL: list[tuple[Any, ...]] = [
    *[("put_key", each) for each in KEYS[:2]],
    *[("put_material", material(arn, valid_to=NOW + DAY)) for arn in ARNS[:2]],
    *[("put_alias", alias(name, arn)) for name, arn in zip(ALIASES, ARNS, strict=False)],
    *[("put_grant", grant(name, arn, APP, retiring_principal=OPS)) for name, arn in zip(GRANTS, ARNS, strict=False)],
]


class _OwnError(Exception):
    """What a transaction fails with."""


def _write(plain: Plain, writing: Transaction, step: tuple[Any, ...]) -> None:
    """Do a write to both; both refuse it, or none does."""
    method, *values = step
    try:
        getattr(plain, method)(*values)
    except Refused:
        with pytest.raises(StorageError):
            getattr(writing, method)(*values)
    else:
        getattr(writing, method)(*values)


def _transact(store: Store, plain: Plain, steps: list[Any], *, reads: bool, fails: bool) -> tuple[Plain, set[Any]]:
    """Do a transaction; give what is stored after it, and the questions whose answers it changed on its way."""
    work, before, changed = plain.copy(), _answers(plain), set()
    with suppress(_OwnError), store.transaction() as writing:
        for step in steps:
            _write(work, writing, step)
            after = _answers(work)
            changed |= {question for question in QUESTIONS if after[question] != before[question]}
            before = after
            if reads:
                assert _answers(writing) == after
        assert _answers(store) == _answers(plain)
        if fails:
            raise _OwnError
    return (plain, set()) if fails else (work, changed)


@pytest.mark.parametrize("name", {**STORES, **FORGETFUL})
@settings(max_examples=40)
@given(transactions=_TRANSACTIONS)
def test_a_store_does_as_the_plainest_one(name: str, transactions: list[Any]) -> None:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        store = {**STORES, **FORGETFUL}[name](Path(folder))
        stack.callback(store.close)
        plain = Plain()
        for steps, reads, fails in [(FULL, False, False), *transactions]:
            then, revision = _answers(store), store.revision
            plain, changed = _transact(store, plain, steps, reads=reads, fails=fails)
            now = _answers(store)
            assert now == _answers(plain)
            if name in STORES:
                _same_objects(then, now, changed)
            assert (store.revision is revision) == (not changed)


@settings(max_examples=12)
@given(transactions=_TRANSACTIONS)
def test_a_file_is_the_same_when_it_is_opened_again(transactions: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        plain = Plain()
        for steps, reads, fails in transactions:
            store = STORES["sqlite"](Path(folder))
            with ExitStack() as stack:
                stack.callback(store.close)
                assert _answers(store) == _answers(plain)
                plain, _ = _transact(store, plain, steps, reads=reads, fails=fails)
