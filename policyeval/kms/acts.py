"""What KMS did by itself, for the trail: what time or a rotation did to a key, told from what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from policyeval.kms.lifecycle import members, settle
from policyeval.kms.records import Key, Material
from policyeval.kms.storage.store import Transaction
from policyeval.kms.vault import Vault


class Act(NamedTuple):
    """One thing that was done: CloudTrail's name for it, the key as it was, and the details."""

    name: str
    key: Key
    details: Mapping[str, object]


class Settled(NamedTuple):
    """A key after what was due, None when it is gone, and what was done."""

    key: Key | None
    acts: list[Act]


def settle_and_tell(arn: str, now: datetime, transaction: Transaction, vault: Vault) -> Settled:
    """Do what is due to a key, and tell what that was, for all of its multi-Region set."""
    key = transaction.key(arn)
    before = as_it_is(key, transaction) if key is not None else []
    settled = settle(arn, now, transaction, vault)
    return Settled(settled, acts_since(before, transaction))


def as_it_is(key: Key, transaction: Transaction) -> list[tuple[Key, tuple[Material, ...]]]:
    """Give each member of a key's multi-Region set with its material, for `acts_since`."""
    return [(member, transaction.materials(member.arn)) for member in members(key, transaction)]


def acts_since(before: Iterable[tuple[Key, tuple[Material, ...]]], transaction: Transaction) -> list[Act]:
    """Tell what was done to keys since they were as they are given."""
    return [act for member, materials in before for act in _acts(member, materials, transaction)]


def _acts(before: Key, materials: tuple[Material, ...], transaction: Transaction) -> Iterator[Act]:
    after = transaction.key(before.arn)
    if after is None:
        yield Act("DeleteKey", before, {"keyState": before.state})
        return
    now = transaction.materials(before.arn)
    kept = {material.version for material in now if material.wrapped is not None}
    for material in materials:
        if material.wrapped is not None and material.version not in kept:
            yield Act("DeleteExpiredKeyMaterial", before, {"keyMaterialId": material.id})
    if after.material != before.material:
        details = {
            "rotationType": next(material.rotation for material in now if material.version == after.material),
            "keyOrigin": before.origin,
            "previousKeyMaterialId": before.material_id,
            "currentKeyMaterialId": after.material_id,
            "keyId": before.key_id,
        }
        yield Act("RotateKey", before, details)
