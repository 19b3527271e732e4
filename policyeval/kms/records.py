"""What a store keeps: keys, their material (wrapped), aliases. Grants are `model.grant.Grant`.

All are immutable; a change is a new record. Times are aware, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

KeyState: TypeAlias = Literal[
    "Creating",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
]
MaterialState: TypeAlias = Literal["CURRENT", "NON_CURRENT", "PENDING_ROTATION"]


class MultiRegion(NamedTuple):
    """The ARNs of a multi-Region key's primary and of its replicas; every member holds the same (KMS 22)."""

    primary: str
    replicas: tuple[str, ...] = ()

    @property
    def arns(self) -> tuple[str, ...]:
        """All of them, the primary's first."""
        return self.primary, *self.replicas


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key, but for its material, aliases and grants; values are the API's own.

    `policy` is the key policy as it was put, a JSON text. `rotation_period` is in days, None while
    automatic rotation is off; `next_rotation` is when it is due. `deletion_window` is in days;
    `deletion_date` is None for a primary that waits for its replicas. `material` is the version of
    the current material, None before the first import; its id stays when the material is gone.
    """

    arn: str
    account: str
    region: str
    key_id: str
    created: datetime
    policy: str
    spec: str = "SYMMETRIC_DEFAULT"
    usage: str = "ENCRYPT_DECRYPT"
    origin: str = "AWS_KMS"
    manager: Literal["CUSTOMER", "AWS"] = "CUSTOMER"
    state: KeyState = "Enabled"
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    material: int | None = None
    material_id: str | None = None
    multi_region: MultiRegion | None = None
    deletion_window: int | None = None
    deletion_date: datetime | None = None
    rotation_period: int | None = None
    next_rotation: datetime | None = None
    on_demand_rotations: int = 0
    expiration_model: str | None = None
    valid_to: datetime | None = None
    custom_key_store: str | None = None

    @property
    def partition(self) -> str:
        """The partition that its ARN names."""
        return self.arn.split(":", 2)[1]

    @property
    def is_replica(self) -> bool:
        """Whether it is a replica of a multi-Region key."""
        return self.multi_region is not None and self.multi_region.primary != self.arn

    @property
    def multi_region_type(self) -> Literal["PRIMARY", "REPLICA"] | None:
        """Its part in a multi-Region key, None for a key of one Region."""
        return None if self.multi_region is None else "REPLICA" if self.is_replica else "PRIMARY"


@dataclass(frozen=True, slots=True)
class Material:
    """One version of a key's material, wrapped; versions count from 1 and are never used again.

    `wrapped` is None once the material is destroyed or has expired. `public` is the public key
    (SubjectPublicKeyInfo, DER) of an asymmetric key. `id` is the API's KeyMaterialId, 64 hex digits.
    `created` is when it became, or will have become, part of the key: for a rotation its date.
    """

    key_arn: str
    version: int
    id: str
    wrapped: bytes | None
    created: datetime
    state: MaterialState = "CURRENT"
    public: bytes | None = None
    rotation: Literal["AUTOMATIC", "ON_DEMAND"] | None = None
    imported: bool = False
    expiration_model: str | None = None
    valid_to: datetime | None = None
    description: str | None = None

    def __repr__(self) -> str:
        """Name it; what is wrapped is nobody's log entry."""
        return f"Material({self.key_arn!r}, {self.version}, {self.state})"


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias; `name` has its prefix (`alias/app`), `target` is the ARN of its key."""

    arn: str
    account: str
    region: str
    name: str
    target: str
    created: datetime
    updated: datetime


class KeyUse(NamedTuple):
    """The last successful cryptographic operation with a key, for GetKeyLastUsage."""

    operation: str
    at: datetime
    event_id: str
    request_id: str
