"""Records to rows and back. The columns of each table stand here once, in the order of its rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar, get_args

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.entities.values import grantee_of
from policyeval.kms.records import Alias, Key, KeyState, KeyUse, Material, MaterialState, MultiRegion
from policyeval.kms.storage import faults
from policyeval.kms.storage.grantees import retirer_of
from policyeval.model.grant import Grant

Row: TypeAlias = tuple[Any, ...]
P = ParamSpec("P")
T = TypeVar("T")

KEY = (
    "arn, account, region, key_id, created, policy, spec, usage, origin, manager, state, description, tags, material, "
    "material_id, multi_region, deletion_window, deletion_date, rotation_period, next_rotation, on_demand_rotations, "
    "expiration_model, valid_to, custom_key_store"
)
MATERIAL = "version, id, created, state, public, rotation, imported, expiration_model, valid_to, description"
ALIAS = "arn, account, region, name, created, updated"
GRANT = "grant_id, operations, created, body"
FILED_GRANT = f"{GRANT}, grantee, retirer"
USE = "operation, at, event_id, request_id"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_STATES = frozenset(get_args(KeyState))
_MATERIAL_STATES = frozenset(get_args(MaterialState))
# Days that a key can wait, for its deletion or its next rotation: the most of the service model.
_DAYS = range(1, 2561)


def instant(time: datetime) -> int:
    """Give the microseconds since 1970; a time without a zone is a TypeError."""
    return (time - _EPOCH) // _MICROSECOND


def _instant(time: datetime | None) -> int | None:
    return None if time is None else instant(time)


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _optional_time(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _time(microseconds)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _written(read: Callable[P, T]) -> Callable[P, T]:
    """Say what it is when a row cannot be read: nobody wrote it so, and SQLite does not look at what is in a row."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (ValueError, TypeError, OverflowError, AttributeError) as error:
            raise faults.damaged() from error

    return reading


def _check(*holds: bool) -> None:
    """Refuse what cannot have been written.

    Raises:
        ValueError: something does not hold.

    """
    if not all(holds):
        raise ValueError


def row_of_key(key: Key) -> Row:
    """Give the columns of `KEY`."""
    return (
        key.arn,
        key.account,
        key.region,
        key.key_id,
        instant(key.created),
        key.policy,
        key.spec,
        key.usage,
        key.origin,
        key.manager,
        key.state,
        key.description,
        _json(key.tags),
        key.material,
        key.material_id,
        _json(key.multi_region) if key.multi_region is not None else None,
        key.deletion_window,
        _instant(key.deletion_date),
        key.rotation_period,
        _instant(key.next_rotation),
        key.on_demand_rotations,
        key.expiration_model,
        _instant(key.valid_to),
        key.custom_key_store,
    )


@_written
def key_of(row: Row) -> Key:
    """Read the columns of `KEY`."""
    arn, account, region, key_id, created, policy, spec, usage, origin, manager, state, description, *rest = row
    tags, material, material_id, multi_region, window, deletion, period, rotation, rotations, *rest = rest
    model, valid_to, custom_key_store = rest
    _check(
        state in _STATES,
        spec in KEY_SPECS and usage in KEY_SPECS[spec].usages,
        all(days is None or days in _DAYS for days in (window, period)),
    )
    group = None if multi_region is None else _multi_region(multi_region)
    _check(group is None or arn in {*group.arns})
    return Key(
        arn,
        account,
        region,
        key_id,
        _time(created),
        policy,
        spec,
        usage,
        origin,
        manager,
        state,
        description,
        () if tags == "[]" else tuple((name, value) for name, value in json.loads(tags)),
        material,
        material_id,
        group,
        window,
        _optional_time(deletion),
        period,
        _optional_time(rotation),
        rotations,
        model,
        _optional_time(valid_to),
        custom_key_store,
    )


def _multi_region(text: str) -> MultiRegion:
    primary, replicas = json.loads(text)
    return MultiRegion(primary, tuple(replicas))


def row_of_material(material: Material) -> Row:
    """Give the columns of `MATERIAL`."""
    return (
        material.version,
        material.id,
        instant(material.created),
        material.state,
        material.public,
        material.rotation,
        material.imported,
        material.expiration_model,
        _instant(material.valid_to),
        material.description,
    )


@_written
def material_of(key_arn: str, wrapped: bytes | None, row: Row) -> Material:
    """Read the columns of `MATERIAL`."""
    version, identity, created, state, public, rotation, imported, model, valid_to, description = row
    _check(state in _MATERIAL_STATES)
    return Material(
        key_arn,
        version,
        identity,
        wrapped,
        _time(created),
        state,
        public,
        rotation,
        bool(imported),
        model,
        _optional_time(valid_to),
        description,
    )


def row_of_alias(alias: Alias) -> Row:
    """Give the columns of `ALIAS`."""
    return (alias.arn, alias.account, alias.region, alias.name, instant(alias.created), instant(alias.updated))


@_written
def alias_of(target: str | None, row: Row) -> Alias:
    """Read the columns of `ALIAS`; `target` is None where no key has the number of its key."""
    arn, account, region, name, created, updated = row
    if target is None:
        raise ValueError
    return Alias(arn, account, region, name, target, _time(created), _time(updated))


# In the body of a grant, under these names when they are there; most are not.
_BODY = (
    "grantee_principal",
    "grantee_service_principal",
    "retiring_principal",
    "retiring_service_principal",
    "issuing_account",
    "context_equals",
    "context_subset",
    "source_arn",
    "name",
)


def row_of_grant(grant: Grant) -> Row:
    """Give the columns of `FILED_GRANT`."""
    body = {name: value for name in _BODY if (value := getattr(grant, name)) is not None}
    for name in ("context_equals", "context_subset"):
        if name in body:
            body[name] = dict(body[name])
    if grant.tokens:
        body["tokens"] = sorted(grant.tokens)
    operations = " ".join(sorted(grant.operations))
    created = _instant(grant.creation_date)
    return (grant.grant_id, operations, created, _json(body), grantee_of(grant), retirer_of(grant))


@_written
def grant_of(key_arn: str, row: Row) -> Grant:
    """Read the columns of `GRANT`."""
    grant_id, operations, created, text = row
    body: dict[str, Any] = json.loads(text)
    tokens = body.pop("tokens", ())
    return Grant(
        key_arn,
        grant_id,
        _operations(operations),
        **body,
        creation_date=_optional_time(created),
        tokens=frozenset(tokens),
    )


@lru_cache(maxsize=256)
def _operations(text: str) -> frozenset[str]:
    """Read a set of operations: a million grants share a few of them."""
    return frozenset(text.split())


def row_of_use(use: KeyUse) -> Row:
    """Give the columns of `USE`."""
    return (use.operation, instant(use.at), use.event_id, use.request_id)


@_written
def use_of(row: Row) -> KeyUse:
    """Read the columns of `USE`."""
    operation, at, event_id, request_id = row
    return KeyUse(operation, _time(at), event_id, request_id)
