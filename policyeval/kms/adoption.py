"""Keys that an entities file describes: created once and never again, under their ids, with fresh material."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.errors import EntitiesError
from policyeval.kms.key_policy import default_text
from policyeval.kms.managed import ALIAS_PREFIX, ROTATION_PERIOD, description_of
from policyeval.kms.records import Alias, Key, KeyState, Material, MultiRegion
from policyeval.kms.states import PENDING_DELETION
from policyeval.kms.storage.store import Reading, Store, Transaction
from policyeval.kms.vault import Vault
from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.model.grant import Grant
from policyeval.model.records import KeyFacts, ResourceRecord
from policyeval.model.source import Diagnostic

_WINDOW = 30  # days until the deletion of a key that a file calls pending deletion


class Describes(Protocol):
    """Who describes keys: an entities file."""

    def keys(self) -> Iterable[ResourceRecord]:
        """Give every key."""
        ...

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants."""
        ...


def adopt(entities: Describes, store: Store, vault: Vault, now: datetime) -> None:
    """Create the described keys that the store never had; what it has or had is its own, deleted keys among them.

    Raises:
        EntitiesError: a key has a spec or an origin for which no material can be made, or another key's alias.

    """
    unknown = [record for record in entities.keys() if store.setting(_mark(record)) is None]  # noqa: SIM118 - no mapping
    if not unknown:
        return
    with store.transaction() as transaction:
        fresh = [record for record in unknown if transaction.key(record.arn) is None]
        faults = [fault for record in fresh for fault in _faults(record, transaction)]
        if faults:
            raise EntitiesError(faults)
        groups = _groups(fresh)
        for record in fresh:
            _create(record, groups.get(_shared_name(record.arn)), transaction, vault, now)
            for grant in entities.retirable_grants(record.arn):
                transaction.put_grant(_as_made(grant, record, now))
        for record in unknown:
            transaction.put_setting(_mark(record), b"")


def _mark(record: ResourceRecord) -> str:
    """Name the setting that tells that a key was taken from a file, whatever became of it."""
    return f"adopted {record.arn}"


def _as_made(grant: Grant, record: ResourceRecord, now: datetime) -> Grant:
    """Give a grant as CreateGrant would have left it: with a date, and its issuer as listings name it."""
    account = record.account
    issuer = grant.issuing_account or account.id
    return replace(
        grant,
        creation_date=grant.creation_date or now,
        issuing_account=root_arn(issuer, account.partition) if is_account_id(issuer) else issuer,
    )


def _faults(record: ResourceRecord, reading: Reading) -> Iterator[Diagnostic]:
    facts = record.key or KeyFacts()
    if facts.origin not in {"AWS_KMS", "EXTERNAL"}:
        yield Diagnostic(f"`{record.arn}` has origin {facts.origin}", "keys of custom key stores are not supported")
    elif not KEY_SPECS[facts.spec].supported:
        yield Diagnostic(f"`{record.arn}` has spec {facts.spec}", "no library that policyeval uses has it")
    for name in facts.aliases:
        alias = reading.alias(_alias_arn(record.arn, name))
        if alias is not None:
            yield Diagnostic(
                f"`{record.arn}` has {name}, which is an alias of `{alias.target}` already",
                "leave it out here; UpdateAlias moves it",
            )


def _alias_arn(key_arn: str, name: str) -> str:
    return f"{key_arn.rpartition(':')[0]}:{name}"


def _shared_name(arn: str) -> str:
    """Name what the members of a multi-Region key have in common: their ARN but for the Region."""
    parts = split_arn(arn)
    return str(parts._replace(region="")) if parts is not None else arn


def _groups(records: list[ResourceRecord]) -> dict[str, MultiRegion]:
    """Find the multi-Region keys; where a file describes no primary the first member is it."""
    members: dict[str, list[ResourceRecord]] = {}
    for record in records:
        if record.key is not None and record.key.multi_region:
            members.setdefault(_shared_name(record.arn), []).append(record)
    groups = {}
    for name, found in members.items():
        primaries = [r for r in found if r.key is not None and r.key.multi_region_type == "PRIMARY"]
        primary = (primaries or found)[0].arn
        groups[name] = MultiRegion(primary, tuple(r.arn for r in found if r.arn != primary))
    return groups


def _create(
    record: ResourceRecord, group: MultiRegion | None, transaction: Transaction, vault: Vault, now: datetime
) -> None:
    facts, arn = record.key or KeyFacts(), split_arn(record.arn)
    if arn is None:
        return
    key_id = arn.resource.removeprefix("key/")
    material = _material(record.arn, key_id, facts.spec, group, transaction, vault, now)
    state: KeyState = facts.state  # type: ignore[assignment]  # the file format's enum is the API's
    policy = json.dumps(record.policy.policy.to_document(), indent=2) if record.policy is not None else None
    by_aws = facts.manager == "AWS"  # nobody changes that it rotates (K10)
    waiting = facts.origin == "EXTERNAL" and state == "PendingImport"
    key = Key(
        arn=record.arn,
        account=arn.account,
        region=arn.region,
        key_id=key_id,
        created=now,
        policy=policy if policy is not None else default_text(arn.partition, arn.account),
        spec=facts.spec,
        usage=facts.usage,
        origin=facts.origin,
        manager=facts.manager,
        description=_description(facts),
        rotation_period=ROTATION_PERIOD if by_aws else None,
        next_rotation=now + timedelta(days=ROTATION_PERIOD) if by_aws else None,
        state=state,
        tags=tuple(record.tags.items()),
        material=None if waiting else 1,
        material_id=None if waiting else material.id,
        multi_region=group,
        deletion_window=_WINDOW if state in PENDING_DELETION else None,
        deletion_date=now + timedelta(days=_WINDOW) if state == "PendingDeletion" else None,
        expiration_model="KEY_MATERIAL_DOES_NOT_EXPIRE" if facts.origin == "EXTERNAL" and not waiting else None,
    )
    transaction.put_key(key)
    if not waiting:
        transaction.put_material(material)
    for name in facts.aliases:
        alias = _alias_arn(record.arn, name)
        transaction.put_alias(Alias(alias, arn.account, arn.region, name, record.arn, now, now))


def _description(facts: KeyFacts) -> str:
    services = [name.removeprefix(ALIAS_PREFIX) for name in facts.aliases if name.startswith(ALIAS_PREFIX)]
    return description_of(services[0]) if facts.manager == "AWS" and services else facts.description


def _material(  # noqa: PLR0913, PLR0917 - the facts of one material
    arn: str,
    key_id: str,
    spec: str,
    group: MultiRegion | None,
    transaction: Transaction,
    vault: Vault,
    now: datetime,
) -> Material:
    """Make material, or take that of a member that has been created already."""
    for member in (group.primary, *group.replicas) if group is not None else ():
        for shared in transaction.materials(member):
            return replace(shared, key_arn=arn, wrapped=vault.copy(shared, arn, shared.version))
    return vault.generate(arn, key_id, spec, 1, now)
