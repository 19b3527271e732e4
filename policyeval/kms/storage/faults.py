"""What goes wrong with any store, in the same words for all of them."""

from __future__ import annotations

from policyeval.kms.errors import DamageError, StorageError
from policyeval.model.source import Diagnostic


def fault(message: str, hint: str | None = None) -> StorageError:
    """Make an error of a message and what would mend it."""
    return StorageError([Diagnostic(message, hint)])


def damaged() -> DamageError:
    """Say that a row holds what was never written."""
    message = "a record of the database cannot be read: it is damaged"
    return DamageError([Diagnostic(message, "put a backup in its place")])


def closed() -> StorageError:
    """Say that a store is used after it was closed."""
    return fault("the store is closed")


def forked() -> StorageError:
    """Say that a copy of a process uses what the other one opened: both would write."""
    message = "the store was opened by the process that this one was forked from"
    return fault(message, "open it after the fork, in one process")


def over() -> StorageError:
    """Say that a transaction is used after its block."""
    return fault("the transaction is over", "use it inside its block only")


def nested() -> StorageError:
    """Say that a thread began a transaction inside another one of its own."""
    return fault("a transaction does not nest", "hand the one that is open to whoever writes")


def in_use() -> StorageError:
    """Say that a thread closes a store inside a transaction of its own."""
    return fault("the store is in use by a transaction of this thread", "close it after the block")


def no_key(arn: str) -> StorageError:
    """Say that something was written for a key that is not there."""
    return fault(f"no key `{arn}` is stored", "write the key before what belongs to it")


def id_taken(region: str, key_id: str, arn: str) -> StorageError:
    """Say that two keys of a Region would have one id, which ciphertexts name."""
    return fault(f"key id `{key_id}` in {region} is already that of `{arn}`", "give one of them another id")


def grant_id_taken(grant_id: str, key_arn: str) -> StorageError:
    """Say that a principal could retire two grants with one id."""
    return fault(f"grant id `{grant_id}` is already that of a grant of `{key_arn}`", "give one of them another id")
