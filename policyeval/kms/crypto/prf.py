"""HMAC-SHA256 under a key that is used again and again, as a pseudorandom function and to sign."""

from __future__ import annotations

from typing import Final, TypeAlias

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

__all__ = ["PrfKey", "keyed", "prf"]

PrfKey: TypeAlias = HMAC
"""A long-lived key, ready to use; to make it so takes twice as long as to use it."""

_SHA256: Final = SHA256()


def keyed(key: bytes) -> PrfKey:
    """Make a long-lived key ready; it is never changed, so threads share it."""
    return HMAC(key, _SHA256)


def prf(key: PrfKey, text: bytes) -> bytes:
    """Give 32 bytes that nobody without the key can tell from random ones."""
    begun = key.copy()
    begun.update(text)
    return begun.finalize()
