"""What time does to a key: rotation, the end of imported material, deletion (KMS 4, 5, 21, 22).

It is done when somebody looks at the key, and for all keys by a sweep; both come here, and leave the
same whenever they come.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from policyeval.kms.records import Key, KeyState, Material, MultiRegion
from policyeval.kms.states import PENDING_DELETION
from policyeval.kms.storage.store import Reading, Transaction
from policyeval.kms.vault import Vault

_YEAR: Final = 365
# "Rotate AWS KMS keys" of the KMS guide: a key that is disabled or pending deletion waits with its rotation.
_ROTATING: Final[frozenset[KeyState]] = frozenset({"Enabled", "Updating"})


def is_due(key: Key, now: datetime, reading: Reading) -> bool:
    """Tell whether something is to be done to a key, or to one of its multi-Region set that it tells of.

    Every call asks this, mostly of a key of one Region without a date.
    """
    deletion, group = key.deletion_date, key.multi_region
    if deletion is not None and deletion <= now:
        return True
    # The key's own date is not that of material which waits for a rotation.
    if key.origin == "EXTERNAL" and _expires(key.arn, now, reading):
        return True
    if group is not None:
        for arn in group.arns:
            member = reading.key(arn)
            if member is not None and _is_over(member.deletion_date, now):
                return True
    return key.next_rotation is not None and _rotates(key, now, reading)


def settle(arn: str, now: datetime, transaction: Transaction, vault: Vault) -> Key | None:
    """Do what is due; give the key as it is then, None when it is gone."""
    key = transaction.key(arn)
    while key is not None and (ended := _first_to_end(key, now, transaction)) is not None:
        destroy(ended, transaction, vault)
        key = transaction.key(arn)
    if key is None:
        return None
    if _expires(arn, now, transaction):
        key = _expire(key, now, transaction, vault)
    return _rotate_in_time(key, now, transaction, vault) if _rotates(key, now, transaction) else key


def _first_to_end(key: Key, now: datetime, reading: Reading) -> Key | None:
    """Find whose deletion came first in a key's set: a primary's date follows from its last replica's."""
    ended = [member for member in members(key, reading) if _is_over(member.deletion_date, now)]
    return min(ended, key=lambda member: member.deletion_date or now, default=None)


def _is_over(date: datetime | None, now: datetime) -> bool:
    return date is not None and date <= now


def members(key: Key, reading: Reading) -> list[Key]:
    """Give every key of a multi-Region set as it is now, the primary first; a key of one Region is alone."""
    group = key.multi_region
    arns = group.arns if group is not None else (key.arn,)
    return [member for arn in arns if (member := reading.key(arn)) is not None]


def join(replica: Key, primary: Key, transaction: Transaction, vault: Vault) -> None:
    """Write a replica with its share of the primary's material, and tell the others of it."""
    transaction.put_key(replica)
    for member in members(replica, transaction):
        transaction.put_key(replace(member, multi_region=replica.multi_region))
    for material in transaction.materials(primary.arn):
        transaction.put_material(_shared(material, replica, vault))


def _shared(material: Material, replica: Key, vault: Vault) -> Material:
    """Give a replica's own copy; what was imported has to be imported there as well."""
    if replica.origin == "EXTERNAL":
        return replace(material, key_arn=replica.arn, wrapped=None, expiration_model=None, valid_to=None)
    wrapped = vault.copy(material, replica.arn, material.version)
    return replace(material, key_arn=replica.arn, wrapped=wrapped)


# The end of a key.


def destroy(key: Key, transaction: Transaction, vault: Vault) -> None:
    """Destroy a key with its material and aliases for good; a primary that waited for it starts its own clock."""
    transaction.delete_key(key.arn)
    vault.forget(key.arn)
    group = key.multi_region
    if group is None or not key.is_replica:
        return
    left = MultiRegion(group.primary, tuple(arn for arn in group.replicas if arn != key.arn))
    for member in members(key, transaction):
        changed = replace(member, multi_region=left)
        if member.state == "PendingReplicaDeletion" and not left.replicas:
            begins = key.deletion_date or member.created
            ends = begins + timedelta(days=member.deletion_window or 0)
            changed = replace(changed, state="PendingDeletion", deletion_date=ends)
        transaction.put_key(changed)


# Imported material.


def held(arn: str, now: datetime, reading: Reading) -> list[Material]:
    """Give the materials that a key has or waits for.

    What was imported for a rotation and went before it is not among them: it never belonged to the key.
    """
    return [
        material
        for material in reading.materials(arn)
        if material.state != "PENDING_ROTATION"
        or (material.wrapped is not None and not _is_over(material.valid_to, now))
    ]


def next_version(key: Key, reading: Reading) -> int:
    """Give a version that no material of the key's set ever had."""
    versions = (material.version for member in members(key, reading) for material in reading.materials(member.arn))
    return max(versions, default=0) + 1


def lose(material: Material, transaction: Transaction) -> None:
    """Destroy imported material; what the key knows of it stays, so that the same can be imported again."""
    transaction.put_material(replace(material, wrapped=None, expiration_model=None, valid_to=None))


def refresh(key: Key, transaction: Transaction, vault: Vault) -> Key:
    """Bring a key up to date with its imported material after some of it came or went.

    It is usable when all of it is there, whatever became of the version that is current.
    """
    vault.forget(key.arn)
    own = [material for material in transaction.materials(key.arn) if material.state != "PENDING_ROTATION"]
    lacking = not own or any(material.wrapped is None for material in own)
    first = min((material.valid_to for material in own if material.valid_to is not None), default=None)
    state: KeyState = key.state
    if lacking and state not in PENDING_DELETION:
        state = "PendingImport"
    elif not lacking and state == "PendingImport":
        state = "Enabled"
    model = None if lacking else "KEY_MATERIAL_DOES_NOT_EXPIRE" if first is None else "KEY_MATERIAL_EXPIRES"
    changed = replace(key, state=state, valid_to=first, expiration_model=model)
    transaction.put_key(changed)
    return changed


def _expires(arn: str, now: datetime, reading: Reading) -> bool:
    return any(_is_over(material.valid_to, now) for material in reading.materials(arn))


def _expire(key: Key, now: datetime, transaction: Transaction, vault: Vault) -> Key:
    for material in transaction.materials(key.arn):
        if _is_over(material.valid_to, now):
            lose(material, transaction)
    return refresh(key, transaction, vault)


# Rotation.


def rotate(
    key: Key, date: datetime, kind: Literal["AUTOMATIC", "ON_DEMAND"], transaction: Transaction, vault: Vault
) -> None:
    """Give a key, and all of its multi-Region set, new material; what was encrypted before stays decryptable."""
    version = next_version(key, transaction)
    fresh = replace(vault.generate(key.arn, key.key_id, key.spec, version, date), rotation=kind)
    for member in members(key, transaction):
        wrapped = fresh.wrapped if member.arn == key.arn else vault.copy(fresh, member.arn, version)
        make_current(member, replace(fresh, key_arn=member.arn, wrapped=wrapped), transaction)


def make_current(key: Key, material: Material, transaction: Transaction) -> Key:
    """Put material in the place of a key's current one."""
    for former in transaction.materials(key.arn):
        if former.state == "CURRENT" and former.version != material.version:
            transaction.put_material(replace(former, state="NON_CURRENT"))
    transaction.put_material(replace(material, state="CURRENT"))
    changed = replace(key, material=material.version, material_id=material.id)
    transaction.put_key(changed)
    return changed


def _rotates(key: Key, now: datetime, reading: Reading) -> bool:
    """Tell whether a rotation is due; the primary's state counts for all of a multi-Region set."""
    if not _is_over(key.next_rotation, now):
        return False
    primary = members(key, reading)[0] if key.is_replica else key
    return primary.state in _ROTATING


def _rotate_in_time(key: Key, now: datetime, transaction: Transaction, vault: Vault) -> Key | None:
    due, period = key.next_rotation or now, timedelta(days=key.rotation_period or _YEAR)
    due += (now - due) // period * period  # nobody looked for longer than a period
    for member in members(key, transaction):
        transaction.put_key(replace(member, next_rotation=due + period))
    rotate(members(key, transaction)[0], due, "AUTOMATIC", transaction, vault)
    return transaction.key(key.arn)


def resume(key: Key, now: datetime, transaction: Transaction) -> None:
    """Let a rotation that a key waited with be due now that it is enabled again, and its periods count from now."""
    if key.is_replica or not _is_over(key.next_rotation, now):
        return
    for member in members(key, transaction):
        transaction.put_key(replace(member, next_rotation=now))
