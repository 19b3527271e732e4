"""Refusals of keys that are of the wrong kind for an operation."""

from __future__ import annotations

from policyeval.kms.errors import KmsError
from policyeval.kms.records import Key


def check_origin(key: Key, origin: str) -> None:
    """Refuse a key whose material comes from elsewhere (KMS 5, 21).

    Raises:
        KmsError: `UnsupportedOperationException`.

    """
    if key.origin != origin:
        message = f"{key.arn} origin is {key.origin} which is not valid for this operation."
        raise KmsError("UnsupportedOperationException", message)


def check_primary(key: Key) -> None:
    """Refuse a key that is not the primary of a multi-Region set (KMS 22).

    Raises:
        KmsError: `UnsupportedOperationException`.

    """
    if key.multi_region is None or key.is_replica:
        raise KmsError("UnsupportedOperationException", f"{key.arn} is not a multi-region primary key.")


def check_not_replica(key: Key) -> None:
    """Refuse a replica for what is done to its primary, or to that first (KMS 22).

    Raises:
        KmsError: `UnsupportedOperationException`.

    """
    if key.is_replica:
        check_primary(key)
