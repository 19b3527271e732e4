"""What is to be signed: a message, or the digest of one, with the hash that its algorithm names."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from policyeval.kms.crypto.refusals import invalid_digest, wrong_message_type

_HASHES: Final = MappingProxyType({"SHA_256": SHA256(), "SHA_384": SHA384(), "SHA_512": SHA512()})
_PREHASHED: Final = MappingProxyType({name: Prehashed(digest) for name, digest in _HASHES.items()})


def hash_of(algorithm: str) -> HashAlgorithm:
    """Give the hash in whose name an algorithm ends."""
    return _HASHES[algorithm[-7:]]


def hashing(algorithm: str, message: bytes, message_type: str) -> HashAlgorithm | Prehashed:
    """Tell how to hash a message: not at all when it is a digest.

    Raises:
        KmsError: `ValidationException`: a digest of another length, or no type for this algorithm.

    """
    if message_type == "RAW":
        return hash_of(algorithm)
    if message_type != "DIGEST":
        raise wrong_message_type(algorithm, message_type)
    prehashed = _PREHASHED[algorithm[-7:]]
    if len(message) != prehashed.digest_size:
        raise invalid_digest(algorithm)
    return prehashed
