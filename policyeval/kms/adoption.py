"""Keys that an entities file describes: created once and never again, under their ids, with fresh material."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.catalog.regions import regions
from policyeval.errors import EntitiesError
from policyeval.kms.errors import StorageError
from policyeval.kms.key_policy import default_text, kept_policy
from policyeval.kms.lifecycle import join
from policyeval.kms.managed import ALIAS_PREFIX, ROTATION_PERIOD, description_of
from policyeval.kms.principals import Names, kept_grant
from policyeval.kms.records import Alias, Key, KeyState, Material, MultiRegion
from policyeval.kms.states import PENDING_DELETION
from policyeval.kms.storage.store import Reading, Store, Transaction
from policyeval.kms.vault import Vault
from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.model.grant import Grant
from policyeval.model.records import KeyFacts, PolicySource, ResourceRecord
from policyeval.model.source import Diagnostic

_NUMBERED = re.compile(r"grant-[0-9]+")
_WINDOW = 30  # days until the deletion of a key that a file calls pending deletion


class Describes(PolicySource, Protocol):
    """Who describes keys: an entities file."""

    def keys(self) -> Iterable[ResourceRecord]:
        """Give every key."""
        ...

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants."""
        ...


def has_new_keys(entities: Describes, store: Store) -> bool:
    """Tell whether a key is described that the store never had."""
    return next(_unknown(entities, store), None) is not None


def adopt(entities: Describes, store: Store, vault: Vault, now: datetime) -> None:
    """Create the described keys that the store never had; what it has or had is its own, deleted keys among them.

    Raises:
        EntitiesError: a key has a spec or an origin for which no material can be made, or another key's alias.

    """
    unknown = list(_unknown(entities, store))
    if not unknown:
        return
    # Before the transaction: whoever writes would wait for seconds.
    made = _made_of_rsa(_fresh(unknown, store), store, vault, now)
    with store.transaction() as transaction:
        fresh = _fresh(unknown, transaction)
        sets, names = _sets(fresh, transaction), Names(entities)
        for record in fresh:
            shared = sets.get(_shared_name(record.arn), _ALONE)
            key = _described(record, shared.members, now)
            key = replace(key, policy=kept_policy(key.policy, entities, names, transaction))
            _create(key, shared.primary, made.get(key.arn), transaction, vault)
            for name in _facts(record).aliases:
                alias = _alias_arn(key.arn, name)
                transaction.put_alias(Alias(alias, key.account, key.region, name, key.arn, now, now))
            for grant in entities.retirable_grants(record.arn):
                _put_grant(_as_made(grant, record, entities, now), transaction)
        for record in unknown:
            transaction.put_setting(_mark(record), b"")


def _unknown(entities: Describes, store: Store) -> Iterator[ResourceRecord]:
    return (record for record in entities.keys() if store.setting(_mark(record)) is None)  # noqa: SIM118 - no mapping


def _fresh(unknown: Iterable[ResourceRecord], reading: Reading) -> list[ResourceRecord]:
    """Give those that are not there. Raises `EntitiesError` where one of them cannot be."""
    fresh = [record for record in unknown if reading.key(record.arn) is None]
    faults = [*_mixed(fresh), *(fault for record in fresh for fault in _faults(record, reading))]
    if faults:
        raise EntitiesError(faults)
    return fresh


def _made_of_rsa(records: Iterable[ResourceRecord], store: Store, vault: Vault, now: datetime) -> dict[str, Material]:
    """Make the material that takes long, but for keys of several Regions, which may have it already.

    The store is asked for each: a server that stops has closed it, and nobody waits for the others.
    """
    made: dict[str, Material] = {}
    for record in records:
        arn, facts = record.arn, _facts(record)
        if facts.origin != "AWS_KMS" or facts.multi_region or not facts.spec.startswith("RSA"):
            continue
        if store.key(arn) is None:
            made[arn] = vault.generate(arn, arn.rpartition("/")[2], facts.spec, 1, now)
    return made


def _facts(record: ResourceRecord) -> KeyFacts:
    """Give what is said of a key beside its policy; one of which nothing is said is as CreateKey makes it."""
    return record.key or KeyFacts()


def _mark(record: ResourceRecord) -> str:
    """Name the setting that tells that a key was taken from a file, whatever became of it."""
    return f"adopted {record.arn}"


def _as_made(grant: Grant, record: ResourceRecord, iam: PolicySource, now: datetime) -> Grant:
    """Give a grant as CreateGrant would have left it: with a date, and its issuer as listings name it."""
    account = record.account
    issuer = grant.issuing_account or account.id
    return replace(
        kept_grant(grant, iam),
        creation_date=grant.creation_date or now,
        issuing_account=root_arn(issuer, account.partition) if is_account_id(issuer) else issuer,
    )


def _put_grant(grant: Grant, transaction: Transaction) -> None:
    """Write a grant: those whose ids a file leaves out are numbered key by key, and one may retire several keys'."""
    try:
        transaction.put_grant(grant)
    except StorageError:
        if _NUMBERED.fullmatch(grant.grant_id) is None:
            raise
        own = hashlib.sha256(f"{grant.key_arn} {grant.grant_id}".encode()).hexdigest()
        transaction.put_grant(replace(grant, grant_id=own))


def _faults(record: ResourceRecord, reading: Reading) -> Iterator[Diagnostic]:
    facts = _facts(record)
    if facts.origin not in {"AWS_KMS", "EXTERNAL"}:
        yield Diagnostic(f"`{record.arn}` has origin {facts.origin}", "keys of custom key stores are not supported")
    elif not KEY_SPECS[facts.spec].supported:
        yield Diagnostic(f"`{record.arn}` has spec {facts.spec}", "no library that policyeval uses has it")
    primary = _primary_of(record, reading)
    if primary is not None:
        yield from _faults_of_replica(record.arn, facts, primary)
    for name in facts.aliases:
        alias = reading.alias(_alias_arn(record.arn, name))
        if alias is not None:
            by_aws = name.startswith(ALIAS_PREFIX)  # the service asked before the file did, and nobody moves it
            yield Diagnostic(
                f"`{record.arn}` has {name}, which is an alias of `{alias.target}` already",
                "leave this key out: its service has that one" if by_aws else "leave it out here; UpdateAlias moves it",
            )


def _alias_arn(key_arn: str, name: str) -> str:
    return f"{key_arn.rpartition(':')[0]}:{name}"


def _shared_name(arn: str) -> str:
    """Name what the members of a multi-Region key have in common: their ARN but for the Region."""
    parts = split_arn(arn)
    return str(parts._replace(region="")) if parts is not None else arn


def _faults_of_replica(arn: str, facts: KeyFacts, primary: Key) -> Iterator[Diagnostic]:
    if _kind(facts) != _kind(primary):
        yield _another_kind(arn, primary.arn)
    if primary.state in PENDING_DELETION:
        message = f"`{arn}` replicates `{primary.arn}`, which is pending deletion"
        yield Diagnostic(message, "leave it out here, or call CancelKeyDeletion first")


def _mixed(records: Iterable[ResourceRecord]) -> Iterator[Diagnostic]:
    """Say which members of one multi-Region key a file describes as keys of different kinds."""
    first: dict[str, ResourceRecord] = {}
    for record in records:
        if _facts(record).multi_region:
            other = first.setdefault(_shared_name(record.arn), record)
            if _kind(_facts(record)) != _kind(_facts(other)):
                yield _another_kind(record.arn, other.arn)


def _kind(key: Key | KeyFacts) -> tuple[str, str, str]:
    """Give what all members of a multi-Region key have in common (KMS 22)."""
    return key.spec, key.usage, key.origin


def _another_kind(arn: str, other: str) -> Diagnostic:
    message = f"`{arn}` is another kind of key than `{other}`, with which it is one multi-Region key"
    return Diagnostic(message, "give both the same spec, usage and origin")


class _Set(NamedTuple):
    """A multi-Region key: its members, and its primary where the store had that before; neither for another key."""

    members: MultiRegion | None = None
    primary: Key | None = None


_ALONE = _Set()


def _primary_of(record: ResourceRecord, reading: Reading) -> Key | None:
    """Find the primary of the multi-Region key that a record is of, where the store has any member of it."""
    arn = split_arn(record.arn)
    if arn is None or not _facts(record).multi_region:
        return None
    for region in regions().get(arn.partition, ()):
        member = reading.key(str(arn._replace(region=region)))
        if member is not None and member.multi_region is not None:
            return reading.key(member.multi_region.primary)
    return None


def _sets(records: list[ResourceRecord], reading: Reading) -> dict[str, _Set]:
    """Find the multi-Region keys; where neither store nor file has a primary the first member is it."""
    described: dict[str, list[ResourceRecord]] = {}
    for record in records:
        if _facts(record).multi_region:
            described.setdefault(_shared_name(record.arn), []).append(record)
    sets = {}
    for name, found in described.items():
        known = _primary_of(found[0], reading)
        if known is not None and known.multi_region is not None:
            replicas = (*known.multi_region.replicas, *(r.arn for r in found))
            sets[name] = _Set(MultiRegion(known.arn, replicas), known)
            continue
        primaries = [r for r in found if _facts(r).multi_region_type == "PRIMARY"]
        primary = (primaries or found)[0].arn
        sets[name] = _Set(MultiRegion(primary, tuple(r.arn for r in found if r.arn != primary)))
    return sets


def _create(key: Key, primary: Key | None, made: Material | None, transaction: Transaction, vault: Vault) -> None:
    if primary is not None:
        join(_replica(key, primary), primary, transaction, vault)
    elif key.origin == "EXTERNAL" and key.state == "PendingImport":
        transaction.put_key(key)
    else:
        material = made or _material(key, transaction, vault)
        transaction.put_key(replace(key, material=1, material_id=material.id))
        transaction.put_material(material)


def _described(record: ResourceRecord, group: MultiRegion | None, now: datetime) -> Key:
    """Write down a key as the file has it, but for its material."""
    facts = _facts(record)
    _, partition, _, region, account, resource = record.arn.split(":", 5)
    state: KeyState = facts.state  # type: ignore[assignment]  # the file format's enum is the API's
    if state in PENDING_DELETION:  # only a primary waits, and only for replicas that are there (KMS 4)
        waits = group is not None and group.primary == record.arn and group.replicas
        state = "PendingReplicaDeletion" if waits else "PendingDeletion"
    policy = json.dumps(record.policy.policy.to_document(), indent=2) if record.policy is not None else None
    by_aws = facts.manager == "AWS"  # nobody changes that it rotates (K10)
    imported = facts.origin == "EXTERNAL" and state != "PendingImport"
    return Key(
        arn=record.arn,
        account=account,
        region=region,
        key_id=resource.removeprefix("key/"),
        created=now,
        policy=policy if policy is not None else default_text(partition, account),
        spec=facts.spec,
        usage=facts.usage,
        origin=facts.origin,
        manager=facts.manager,
        description=_description(facts),
        rotation_period=ROTATION_PERIOD if by_aws else None,
        next_rotation=now + timedelta(days=ROTATION_PERIOD) if by_aws else None,
        state=state,
        tags=tuple(record.tags.items()),
        multi_region=group,
        deletion_window=_WINDOW if state in PENDING_DELETION else None,
        deletion_date=now + timedelta(days=_WINDOW) if state == "PendingDeletion" else None,
        expiration_model="KEY_MATERIAL_DOES_NOT_EXPIRE" if imported else None,
    )


def _replica(key: Key, primary: Key) -> Key:
    """Give a described key what it shares with the primary that the store has (KMS 22)."""
    waits = primary.origin == "EXTERNAL" and key.state not in PENDING_DELETION
    return replace(
        key,
        state="PendingImport" if waits else key.state,
        material=primary.material,
        material_id=primary.material_id,
        rotation_period=primary.rotation_period,
        next_rotation=primary.next_rotation,
        on_demand_rotations=primary.on_demand_rotations,
        expiration_model=None,
    )


def _description(facts: KeyFacts) -> str:
    services = [name.removeprefix(ALIAS_PREFIX) for name in facts.aliases if name.startswith(ALIAS_PREFIX)]
    return description_of(services[0]) if facts.manager == "AWS" and services else facts.description


def _material(key: Key, transaction: Transaction, vault: Vault) -> Material:
    """Make material, or take that of a member that has been created already."""
    group = key.multi_region
    for member in group.arns if group is not None else ():
        for shared in transaction.materials(member):
            return replace(shared, key_arn=key.arn, wrapped=vault.copy(shared, key.arn, shared.version))
    return vault.generate(key.arn, key.key_id, key.spec, 1, key.created)
