"""The protocol of a store: what the KMS keeps, and how it changes.

Reading gives immutable values, and *the same object* until it changes: the authorizer takes
identity for the version of a record (docs/adr/0002). Writing happens in a transaction: all of it,
or nothing. There is one writer at a time; readers never wait for it and never see half a change:
once a read saw something of a commit, every later read sees all of it.

Writing what is already there changes nothing, and neither does deleting what is not. What a key
owns is written after the key. A store knows nothing of cryptography: what is secret reaches it wrapped.
Whatever cannot be done raises `StorageError`, and then nothing of it was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.model.grant import Grant


class Reading(Protocol):
    """What can be read, from the store or in the midst of a transaction, which sees its own changes.

    Pages are in the order of their key, start after `after` ("" for the first) and hold at most
    `limit` items.
    """

    def key(self, arn: str) -> Key | None:
        """Give a key by its ARN."""
        ...

    def key_by_id(self, region: str, key_id: str) -> Key | None:
        """Give the key of a Region with an id, in whatever account: a ciphertext names no more."""
        ...

    def keys(self, account: str, region: str, after: str, limit: int) -> Sequence[Key]:
        """Give a page of an account's keys in a Region, by key id."""
        ...

    def count_keys(self, account: str, region: str) -> int:
        """Tell how many keys an account has in a Region."""
        ...

    def alias(self, arn: str) -> Alias | None:
        """Give an alias by its ARN."""
        ...

    def aliases(self, account: str, region: str, after: str, limit: int) -> Sequence[Alias]:
        """Give a page of an account's aliases in a Region, by name."""
        ...

    def aliases_of(self, key_arn: str) -> tuple[Alias, ...]:
        """Give a key's aliases, by name."""
        ...

    def materials(self, key_arn: str) -> tuple[Material, ...]:
        """Give all versions of a key's material, oldest first."""
        ...

    def grant(self, key_arn: str, grant_id: str) -> Grant | None:
        """Give a grant of a key."""
        ...

    def grants(self, key_arn: str) -> tuple[Grant, ...]:
        """Give all grants of a key, by grant id."""
        ...

    def count_grants(self, key_arn: str) -> int:
        """Tell how many grants a key has."""
        ...

    def grants_after(self, key_arn: str, after: str, limit: int) -> Sequence[Grant]:
        """Give a page of a key's grants, by grant id."""
        ...

    def grants_to(self, key_arn: str, grantee: str) -> tuple[Grant, ...]:
        """Give a key's grants to one grantee: an ARN, an account's root ARN, or a service name."""
        ...

    def retirable(self, principal: str, after: str, limit: int) -> Sequence[Grant]:
        """Give a page of the grants that a principal may retire, on whatever key, by grant id."""
        ...

    def due(self, now: datetime) -> Sequence[str]:
        """Give the ARNs of the keys whose deletion, rotation or expiry is due, in order.

        Those are the keys with a `deletion_date`, `next_rotation` or `valid_to` that is not after
        `now`, or with a version of material that is still there after its own `valid_to`.
        """
        ...

    def last_use(self, key_arn: str) -> KeyUse | None:
        """Give the last use of a key that was noted."""
        ...

    def setting(self, name: str) -> bytes | None:
        """Give a value of the store's own, such as what proves the root key."""
        ...


class Transaction(Reading, Protocol):
    """One change: it sees what it wrote, others see it when it is committed."""

    def put_key(self, key: Key) -> None:
        """Write a key, new or changed. Raises `StorageError` when its id is another key's in the Region."""
        ...

    def delete_key(self, arn: str) -> None:
        """Forget a key with its material, aliases, grants and last use, for good."""
        ...

    def put_material(self, material: Material) -> None:
        """Write a version of a key's material; what it replaces is overwritten for good."""
        ...

    def put_alias(self, alias: Alias) -> None:
        """Write an alias, new or changed."""
        ...

    def delete_alias(self, arn: str) -> None:
        """Forget an alias."""
        ...

    def put_grant(self, grant: Grant) -> None:
        """Write a grant, new or changed.

        Raises `StorageError` when its retiring principal may retire a grant of another key with
        that id: pages of `retirable` go by it.
        """
        ...

    def delete_grant(self, key_arn: str, grant_id: str) -> None:
        """Forget a grant."""
        ...

    def put_last_use(self, key_arn: str, use: KeyUse) -> None:
        """Note the last use of a key."""
        ...

    def put_setting(self, name: str, value: bytes) -> None:
        """Write a value of the store's own."""
        ...


class Store(Reading, Protocol):
    """A store that is open."""

    @property
    def revision(self) -> object:
        """Something that is the same object as long as nothing in the store changed.

        Whoever keeps what was made of several reads asks for it before the first of them.
        """
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a change: committed at the end of the block, undone when an exception leaves it.

        What was committed is durable. Blocks of several threads wait for one another; they do not nest.
        After the block its transaction is over: whoever still uses it gets a `StorageError`.
        """
        ...

    def close(self) -> None:
        """Close it, after the transaction that is open; what was committed stays."""
        ...
