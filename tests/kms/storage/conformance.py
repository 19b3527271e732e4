"""What every store does. Each law is a function of an empty store; its name is the sentence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta, timezone
from threading import Event, Thread

import pytest

from policyeval.kms.errors import StorageError
from policyeval.kms.records import MultiRegion
from policyeval.kms.storage.store import Reading, Store, Transaction
from tests.kms.storage.samples import (
    APP,
    DAY,
    NOW,
    OPS,
    REGION,
    ROOT_B,
    A,
    B,
    alias,
    arn_of,
    grant,
    key,
    material,
    use,
)

K1, K2 = arn_of("k1"), arn_of("k2")


class _OwnError(Exception):
    """What a block fails with."""


def _full(store: Store) -> None:
    """Store a key with everything, and a second one."""
    with store.transaction() as writing:
        writing.put_key(key())
        writing.put_key(key("k2"))
        writing.put_material(material())
        writing.put_alias(alias())
        writing.put_grant(grant(retiring_principal=OPS))
        writing.put_last_use(K1, use())
        writing.put_setting("proof", b"\x00\xff")


def _answers(reading: Reading) -> dict[str, object]:
    return {
        "key": reading.key(K1),
        "key by id": reading.key_by_id(REGION, "k1"),
        "keys": tuple(reading.keys(A, REGION, "", 10)),
        "alias": reading.alias(alias().arn),
        "aliases": tuple(reading.aliases(A, REGION, "", 10)),
        "aliases of": reading.aliases_of(K1),
        "materials": reading.materials(K1),
        "grant": reading.grant(K1, "g1"),
        "grants": reading.grants(K1),
        "grants to": reading.grants_to(K1, APP),
        "retirable": tuple(reading.retirable(OPS, "", 10)),
        "due": tuple(reading.due(NOW)),
        "last use": reading.last_use(K1),
        "setting": reading.setting("proof"),
    }


# Those of the answers that are the same objects until they change.
_KEPT = ("key", "key by id", "alias", "aliases of", "materials", "grant", "grants", "grants to")


def _changed(then: dict[str, object], now: dict[str, object]) -> set[str]:
    """Name the kept answers that are other objects."""
    return {name for name in _KEPT if then[name] is not now[name]}


# Records.


def an_empty_store_has_nothing(store: Store) -> None:
    assert [answer for answer in _answers(store).values() if answer] == []
    assert (
        store.key(K1) is store.alias("a") is store.grant(K1, "g1") is store.last_use(K1) is store.setting("s") is None
    )


def every_field_of_a_key_comes_back(store: Store) -> None:
    full = key(
        policy='{"Statement": [{"Sid": "\N{SNOWMAN}\x00"}]}',
        spec="RSA_2048",
        usage="SIGN_VERIFY",
        origin="EXTERNAL",
        manager="AWS",
        state="PendingDeletion",
        description="d\u00e9j\u00e0 vu",
        tags=(("team", "x"), ("a", "")),
        material=3,
        material_id="f" * 64,
        multi_region=MultiRegion(K1, (K2, arn_of("k3"))),
        deletion_window=7,
        deletion_date=NOW + 7 * DAY,
        rotation_period=365,
        next_rotation=NOW + 365 * DAY,
        on_demand_rotations=25,
        expiration_model="KEY_MATERIAL_EXPIRES",
        valid_to=NOW + DAY,
        custom_key_store="cks-1",
    )
    bare = key("k2")
    with store.transaction() as writing:
        writing.put_key(full)
        writing.put_key(bare)
    assert store.key(K1) == full
    assert store.key(K2) == bare


def every_field_of_material_comes_back(store: Store) -> None:
    full = material(
        version=2,
        wrapped=bytes(range(256)) * 20,
        state="PENDING_ROTATION",
        public=b"\x30\x00",
        rotation="ON_DEMAND",
        imported=True,
        expiration_model="KEY_MATERIAL_EXPIRES",
        valid_to=NOW + DAY,
        description="from the HSM",
    )
    gone = material(version=1, wrapped=None)
    with store.transaction() as writing:
        writing.put_key(key())
        writing.put_material(full)
        writing.put_material(gone)
    assert store.materials(K1) == (gone, full)
    assert store.materials(K1)[1].imported is True


def every_field_of_a_grant_comes_back(store: Store) -> None:
    full = grant(
        "g2",
        issuing_account=f"arn:aws:iam::{A}:root",
        retiring_principal=OPS,
        context_equals={"tenant": "blue", "\u00fc": ""},
        context_subset={},
        source_arn="arn:aws:s3:::bucket",
        name="nightly",
        creation_date=NOW,
        tokens=frozenset({"t1", "t2"}),
    )
    service = grant("g3", grantee=None, grantee_service_principal="s3.amazonaws.com", operations=())
    with store.transaction() as writing:
        writing.put_key(key())
        writing.put_grant(full)
        writing.put_grant(service)
    assert store.grant(K1, "g2") == full
    assert store.grant(K1, "g3") == service
    assert store.grant(K1, "g2").context_subset == {}  # type: ignore[union-attr]  # None would mean no constraint
    assert store.grants_to(K1, "s3.amazonaws.com") == (service,)


def times_are_exact_and_in_utc(store: Store) -> None:
    east = timezone(timedelta(hours=5, minutes=45))
    moment = NOW.replace(microsecond=1).astimezone(east)
    with store.transaction() as writing:
        writing.put_key(key(created=moment))
    kept = store.key(K1)
    assert kept is not None
    assert kept.created == moment


def an_alias_points_to_one_key_at_a_time(store: Store) -> None:
    _full(store)
    moved = alias(target=K2, updated=NOW + DAY)
    with store.transaction() as writing:
        writing.put_alias(moved)
    assert (store.alias(moved.arn), store.aliases_of(K1), store.aliases_of(K2)) == (moved, (), (moved,))
    assert list(store.aliases(A, REGION, "", 10)) == [moved]


def a_key_is_found_by_its_id_in_its_region_only(store: Store) -> None:
    elsewhere = key(region="us-east-1", account=B)
    with store.transaction() as writing:
        writing.put_key(key())
        writing.put_key(elsewhere)
    assert store.key_by_id(REGION, "k1") == key()
    assert store.key_by_id("us-east-1", "k1") == elsewhere
    assert store.key_by_id("us-west-1", "k1") is None


def a_grant_to_an_account_id_is_to_its_root(store: Store) -> None:
    given = grant(grantee=B, retiring_principal=B)
    with store.transaction() as writing:
        writing.put_key(key())
        writing.put_grant(given)
    assert store.grants_to(K1, ROOT_B) == (given,)
    assert store.grants_to(K1, B) == ()
    assert list(store.retirable(ROOT_B, "", 10)) == [given]


def a_grant_that_changes_hands_is_found_under_the_new_ones_only(store: Store) -> None:
    _full(store)
    assert len(store.grants_to(K1, APP)) == len(store.retirable(OPS, "", 10)) == 1
    with store.transaction() as writing:
        writing.put_grant(grant(grantee=OPS, retiring_principal=APP))
    assert (store.grants_to(K1, APP), list(store.retirable(OPS, "", 10))) == ((), [])
    assert store.grants_to(K1, OPS) == store.grants(K1) == tuple(store.retirable(APP, "", 10))


def a_change_replaces_only_what_it_names(store: Store) -> None:
    _full(store)
    with store.transaction() as writing:
        writing.put_key(key(state="Disabled"))
    assert store.key(K1) == key(state="Disabled")
    assert (store.materials(K1), store.aliases_of(K1)) == ((material(),), (alias(),))
    assert store.grants(K1) == (grant(retiring_principal=OPS),)
    assert store.last_use(K1) == use()


def a_deleted_key_takes_all_that_is_its_own(store: Store) -> None:
    _full(store)
    with store.transaction() as writing:
        writing.put_alias(alias("alias/other", K2))
        writing.put_grant(grant("g2", K2, retiring_principal=OPS))
    assert all(_answers(store)[name] for name in _KEPT)
    with store.transaction() as writing:
        writing.delete_key(K1)
        assert writing.grants_to(K1, APP) == ()
    assert (store.key(K1), store.key_by_id(REGION, "k1"), store.alias(alias().arn)) == (None, None, None)
    assert (store.materials(K1), store.aliases_of(K1), store.grants(K1), store.grants_to(K1, APP)) == ((), (), (), ())
    assert (store.grant(K1, "g1"), store.last_use(K1)) == (None, None)
    assert list(store.keys(A, REGION, "", 10)) == [key("k2")]
    assert [found.name for found in store.aliases(A, REGION, "", 10)] == ["alias/other"]
    assert [found.grant_id for found in store.retirable(OPS, "", 10)] == ["g2"]
    with store.transaction() as writing:
        writing.put_key(key())
    assert (store.materials(K1), store.aliases_of(K1), store.grants(K1), store.last_use(K1)) == ((), (), (), None)


def names_are_as_exact_as_bytes(store: Store) -> None:
    with store.transaction() as writing:
        writing.put_key(key())
        for name in ("alias/a", "alias/A", "alias/a/", "alias/a_", "alias/a%"):
            writing.put_alias(alias(name))
    assert [found.name for found in store.aliases_of(K1)] == ["alias/A", "alias/a", "alias/a%", "alias/a/", "alias/a_"]
    assert store.alias(alias("alias/AA").arn) is None
    assert store.key(K1.upper()) is None


def what_is_no_text_is_not_there(store: Store) -> None:
    half = "\ud800"
    assert (store.key(half), store.alias(half), store.key_by_id(REGION, half)) == (None, None, None)
    assert (store.grants_to(half, half), list(store.keys(A, REGION, half, 5)), store.grant(K1, half)) == ((), [], None)


# Pages.


def pages_are_in_order_and_end(store: Store) -> None:
    names = [f"k{number:02}" for number in range(25)]
    with store.transaction() as writing:
        for name in reversed(names):
            writing.put_key(key(name))
            writing.put_alias(alias(f"alias/{name}", arn_of(name)))
            writing.put_grant(grant(f"g-{name}", arn_of(name), retiring_principal=OPS))
        writing.put_key(key("k05a", account=B))
        writing.put_key(key("k05b", region="us-east-1"))
    assert [found.key_id for found in store.keys(A, REGION, "k04", 3)] == ["k05", "k06", "k07"]
    assert [found.key_id for found in store.keys(A, REGION, "", 100)] == names
    assert [found.name for found in store.aliases(A, REGION, "alias/k22", 9)] == ["alias/k23", "alias/k24"]
    assert [found.grant_id for found in store.retirable(OPS, "g-k0", 2)] == ["g-k00", "g-k01"]
    assert not list(store.keys(A, REGION, "k24", 3))
    assert not list(store.keys(A, "us-west-1", "", 3))


def keys_are_counted(store: Store) -> None:
    with store.transaction() as writing:
        for name in ("k1", "k2", "k3"):
            writing.put_key(key(name))
        writing.put_key(key("k4", account=B))
        writing.put_key(key("k5", region="us-east-1"))
        assert writing.count_keys(A, REGION) == 3
    with store.transaction() as writing:
        writing.put_key(key("k1", description="changed"))
        writing.delete_key(arn_of("k2"))
        writing.delete_key(arn_of("k9"))
    with suppress(ZeroDivisionError), store.transaction() as writing:
        writing.delete_key(arn_of("k1"))
        writing.put_key(key("k6"))
        raise ZeroDivisionError
    counts = [store.count_keys(A, REGION), store.count_keys(B, REGION), store.count_keys(A, "us-east-1")]
    assert [*counts, store.count_keys(B, "us-west-1")] == [2, 1, 1, 0]


def versions_of_material_are_oldest_first(store: Store) -> None:
    with store.transaction() as writing:
        writing.put_key(key())
        for version in (10, 9, 2, 1):
            writing.put_material(material(version=version))
    assert [found.version for found in store.materials(K1)] == [1, 2, 9, 10]


def what_is_due_is_due_to_the_microsecond(store: Store) -> None:
    just, later = NOW, NOW + timedelta(microseconds=1)
    with store.transaction() as writing:
        for name, dates in {
            "a-deleted": {"deletion_date": just},
            "b-rotated": {"next_rotation": just},
            "c-expired": {"valid_to": just},
            "d-all": {"deletion_date": just, "next_rotation": just, "valid_to": just},
            "x-later": {"deletion_date": later, "next_rotation": later, "valid_to": later},
            "y-never": {},
        }.items():
            writing.put_key(key(name, **dates))
        for name, facts in {
            "e-old-material": {"valid_to": just},
            "w-gone": {"valid_to": just, "wrapped": None},
            "z-later": {"valid_to": later},
        }.items():
            writing.put_key(key(name))
            writing.put_material(material(arn_of(name), **facts))
            writing.put_material(material(arn_of(name), 2))
    due = ["a-deleted", "b-rotated", "c-expired", "d-all", "e-old-material"]
    assert store.due(just) == [arn_of(name) for name in due]
    assert store.due(later) == [arn_of(name) for name in [*due, "x-later", "z-later"]]
    assert not list(store.due(just - timedelta(microseconds=1)))


# Transactions.


def a_transaction_sees_what_it_wrote_and_others_do_not(store: Store) -> None:
    _full(store)
    before = _answers(store)
    with store.transaction() as writing:
        writing.put_key(key(description="new"))
        writing.put_material(material(state="NON_CURRENT"))
        writing.put_grant(grant("g0"))
        writing.put_alias(alias("alias/z"))
        writing.put_last_use(K1, use("Decrypt"))
        writing.put_setting("proof", b"new")
        assert writing.key(K1) == writing.key_by_id(REGION, "k1") == key(description="new")
        assert writing.materials(K1) == (material(state="NON_CURRENT"),)
        assert [found.grant_id for found in writing.grants_to(K1, APP)] == ["g0", "g1"]
        assert [found.name for found in writing.aliases_of(K1)] == ["alias/app", "alias/z"]
        assert [found.name for found in writing.aliases(A, REGION, "", 9)] == ["alias/app", "alias/z"]
        assert (writing.last_use(K1), writing.setting("proof")) == (use("Decrypt"), b"new")
        assert _answers(store) == before
        inside = _answers(writing)
    assert _answers(store) == inside


def what_fails_leaves_nothing(store: Store) -> None:
    _full(store)
    answers, revision = _answers(store), store.revision
    for error in (_OwnError, KeyboardInterrupt, GeneratorExit, StorageError):
        with suppress(error), store.transaction() as writing:
            writing.delete_key(K1)
            writing.put_key(key("k9"))
            writing.put_setting("proof", b"other")
            assert writing.key(K1) is None
            raise error([])
    assert _answers(store) == answers
    assert store.revision is revision
    assert store.key(arn_of("k9")) is None


def a_refused_write_changes_nothing_and_the_block_goes_on(store: Store) -> None:
    _full(store)
    with store.transaction() as writing:
        writing.put_alias(alias("alias/before"))
        for refused in (
            lambda: writing.put_alias(alias(target=arn_of("k0"))),
            lambda: writing.put_material(material(arn_of("k0"))),
            lambda: writing.put_grant(grant(key_arn=arn_of("k0"))),
            lambda: writing.put_last_use(arn_of("k0"), use()),
            lambda: writing.put_key(key(account=B)),
            lambda: writing.put_grant(grant("g1", K2, retiring_principal=OPS)),
        ):
            with pytest.raises(StorageError, match=r"no key `.*k0` is stored|is already that of"):
                refused()
        writing.put_alias(alias("alias/between"))
    assert [found.name for found in store.aliases_of(K1)] == ["alias/app", "alias/before", "alias/between"]
    assert (store.key(arn_of(account=B)), store.grants(K2), store.key_by_id(REGION, "k1")) == (None, (), key())


def two_keys_of_a_region_do_not_share_an_id(store: Store) -> None:
    with store.transaction() as writing:
        writing.put_key(key())
        with pytest.raises(StorageError, match=f"key id `k1` in {REGION} is already that of `{K1}`"):
            writing.put_key(key(account=B))


def a_principal_does_not_retire_two_grants_of_one_id(store: Store) -> None:
    _full(store)
    with store.transaction() as writing:
        writing.put_grant(grant("g1", K2, retiring_principal=APP))
        with pytest.raises(StorageError, match=f"grant id `g1` is already that of a grant of `{K1}`"):
            writing.put_grant(grant("g1", K2, retiring_principal=OPS))
    assert list(store.retirable(APP, "", 5)) == [grant("g1", K2, retiring_principal=APP)]


def transactions_do_not_nest(store: Store) -> None:
    with store.transaction() as writing:
        writing.put_key(key())
        with pytest.raises(StorageError, match="does not nest"), store.transaction():
            pytest.fail("it began")
        writing.put_alias(alias())
    assert store.aliases_of(K1) == (alias(),)


def a_transaction_is_of_no_use_after_its_block(store: Store) -> None:
    with store.transaction() as writing:
        writing.put_key(key())
    with suppress(_OwnError), store.transaction() as failed:
        raise _OwnError
    uses: list[Callable[[Transaction], object]] = [
        lambda late: late.key(K1),
        lambda late: late.keys(A, REGION, "", 1),
        lambda late: late.put_key(key("k2")),
        lambda late: late.delete_key(K1),
        lambda late: late.put_setting("s", b""),
        lambda late: late.put_grant(grant()),
    ]
    for late in (writing, failed):
        for attempt in uses:
            with pytest.raises(StorageError, match="the transaction is over"):
                attempt(late)
    assert list(store.keys(A, REGION, "", 9)) == [key()]


def transactions_of_threads_wait_for_one_another(store: Store) -> None:
    order: list[str] = []
    inside, begun = Event(), Event()

    def second() -> None:
        begun.set()
        with store.transaction() as writing:
            order.append("second")
            assert writing.setting("n") == b"first"
            writing.put_setting("n", b"second")

    with store.transaction() as writing:
        thread = Thread(target=second)
        thread.start()
        assert begun.wait(60)
        inside.wait(0.02)
        order.append("first")
        writing.put_setting("n", b"first")
    thread.join(60)
    assert order == ["first", "second"]
    assert store.setting("n") == b"second"


def a_closed_store_says_so(store: Store) -> None:
    _full(store)
    store.key(K1)
    store.close()
    store.close()
    for attempt in (lambda: store.key(K1), lambda: store.grants_to(K1, APP), lambda: store.due(NOW)):
        with pytest.raises(StorageError, match="the store is closed"):
            attempt()
    with pytest.raises(StorageError, match="the store is closed"), store.transaction():
        pytest.fail("it began")


def a_store_is_not_closed_inside_a_transaction(store: Store) -> None:
    with store.transaction() as writing:
        writing.put_key(key())
        with pytest.raises(StorageError, match="the store is in use by a transaction of this thread"):
            store.close()
        writing.put_alias(alias())
    assert store.aliases_of(K1) == (alias(),)


# Identity is the version (ADR 0002).


def the_revision_is_the_same_until_something_changes(store: Store) -> None:
    _full(store)
    revision = store.revision
    with store.transaction():
        pass
    with store.transaction() as reading:
        _answers(reading)
    with store.transaction() as writing:
        writing.put_key(key())
        writing.put_material(material())
        writing.put_alias(alias())
        writing.put_grant(grant(retiring_principal=OPS))
        writing.put_last_use(K1, use())
        writing.put_setting("proof", b"\x00\xff")
        writing.delete_key(arn_of("k0"))
        writing.delete_alias("none")
        writing.delete_grant(K1, "none")
    assert store.revision is revision
    changes: list[Callable[[Transaction], None]] = [
        lambda writing: writing.put_key(key(description="x")),
        lambda writing: writing.put_material(material(wrapped=None)),
        lambda writing: writing.put_alias(alias(updated=NOW + DAY)),
        lambda writing: writing.put_grant(grant(name="n")),
        lambda writing: writing.put_last_use(K1, use("Sign")),
        lambda writing: writing.put_setting("proof", b""),
        lambda writing: writing.delete_alias(alias().arn),
        lambda writing: writing.delete_grant(K1, "g1"),
        lambda writing: writing.delete_key(K1),
    ]
    for change in changes:
        with store.transaction() as writing:
            change(writing)
        assert store.revision is not revision
        revision = store.revision
        assert store.revision is revision


def answers_are_the_same_objects_until_they_change(store: Store) -> None:
    _full(store)
    then = _answers(store)
    assert _changed(then, _answers(store)) == set()
    changes: list[tuple[Callable[[Transaction], None], set[str]]] = [
        (lambda writing: writing.put_key(key("k2", state="Disabled")), set()),
        (lambda writing: writing.put_material(material(K2)), set()),
        (lambda writing: writing.put_alias(alias("alias/2", K2)), set()),
        (lambda writing: writing.put_grant(grant("g2", K2)), set()),
        (lambda writing: writing.delete_key(K2), set()),
        (lambda writing: writing.put_last_use(K1, use("Sign")), set()),
        (lambda writing: writing.put_setting("other", b""), set()),
        (lambda writing: writing.put_key(key()), set()),
        (lambda writing: writing.put_key(key(state="Disabled")), {"key", "key by id"}),
        (lambda writing: writing.put_material(material(version=2)), {"materials"}),
        (lambda writing: writing.put_alias(alias("alias/3")), {"aliases of"}),
        (lambda writing: writing.put_alias(alias(updated=NOW + DAY)), {"alias", "aliases of"}),
        (lambda writing: writing.put_grant(grant("g3", grantee=OPS)), {"grants"}),
        (lambda writing: writing.put_grant(grant("g4")), {"grants", "grants to"}),
        (lambda writing: writing.put_grant(grant(name="n")), {"grant", "grants", "grants to"}),
        (lambda writing: writing.delete_grant(K1, "g4"), {"grants", "grants to"}),
        (lambda writing: writing.delete_alias(alias("alias/3").arn), {"aliases of"}),
        (lambda writing: writing.delete_key(K1), set(_KEPT)),
    ]
    for number, (change, names) in enumerate(changes):
        with store.transaction() as writing:
            change(writing)
        now = _answers(store)
        assert (number, _changed(then, now)) == (number, names)
        then = now


def a_transaction_gives_the_same_objects(store: Store) -> None:
    _full(store)
    then = _answers(store)
    with store.transaction() as writing:
        assert _changed(then, _answers(writing)) == set()
        writing.put_key(key(description="new"))
        once = _answers(writing)
        assert _changed(then, once) == {"key", "key by id"}
        assert _changed(once, _answers(writing)) == set()
        assert _changed(then, _answers(store)) == set()
    assert _changed(then, _answers(store)) == {"key", "key by id"}


def what_fails_changes_no_object(store: Store) -> None:
    _full(store)
    then = _answers(store)
    with suppress(_OwnError), store.transaction() as writing:
        writing.put_key(key(state="Disabled"))
        writing.put_grant(grant("g0"))
        _answers(writing)
        writing.delete_key(K1)
        _answers(writing)
        raise _OwnError
    assert _changed(then, _answers(store)) == set()


LAWS: list[Callable[[Store], None]] = [
    an_empty_store_has_nothing,
    every_field_of_a_key_comes_back,
    every_field_of_material_comes_back,
    every_field_of_a_grant_comes_back,
    times_are_exact_and_in_utc,
    an_alias_points_to_one_key_at_a_time,
    a_key_is_found_by_its_id_in_its_region_only,
    a_grant_to_an_account_id_is_to_its_root,
    a_grant_that_changes_hands_is_found_under_the_new_ones_only,
    a_change_replaces_only_what_it_names,
    a_deleted_key_takes_all_that_is_its_own,
    names_are_as_exact_as_bytes,
    what_is_no_text_is_not_there,
    pages_are_in_order_and_end,
    keys_are_counted,
    versions_of_material_are_oldest_first,
    what_is_due_is_due_to_the_microsecond,
    a_transaction_sees_what_it_wrote_and_others_do_not,
    what_fails_leaves_nothing,
    a_refused_write_changes_nothing_and_the_block_goes_on,
    two_keys_of_a_region_do_not_share_an_id,
    a_principal_does_not_retire_two_grants_of_one_id,
    transactions_do_not_nest,
    a_transaction_is_of_no_use_after_its_block,
    transactions_of_threads_wait_for_one_another,
    a_closed_store_says_so,
    a_store_is_not_closed_inside_a_transaction,
    the_revision_is_the_same_until_something_changes,
]

# These hold for a store that remembers, and as long as it does.
LAWS_OF_IDENTITY: list[Callable[[Store], None]] = [
    answers_are_the_same_objects_until_they_change,
    a_transaction_gives_the_same_objects,
    what_fails_changes_no_object,
]
