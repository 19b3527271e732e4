"""Key pairs as bytes: PKCS#8 and SubjectPublicKeyInfo, both DER."""

from __future__ import annotations

from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from policyeval.kms.crypto.handles import KeyPair
from policyeval.kms.crypto.refusals import wrong_material


class _Public(Protocol):
    def public_bytes(self, encoding: Encoding, format: PublicFormat) -> bytes: ...  # noqa: A002 - its name there


class _Private(Protocol):
    def public_key(self) -> _Public: ...

    def private_bytes(
        self,
        encoding: Encoding,
        format: PrivateFormat,  # noqa: A002 - its name there
        encryption_algorithm: NoEncryption,
    ) -> bytes: ...


def key_pair(private: _Private) -> KeyPair:
    """Write a private key and its public one."""
    return KeyPair(
        private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        write_public(private.public_key()),
    )


def write_public(public: _Public) -> bytes:
    """Write a public key."""
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read_foreign(spec: str, algorithm: bytes, material: bytes) -> PrivateKeyTypes:
    """Read a private key that came from outside, and check that it is sound.

    Args:
        spec: the spec that it should be of.
        algorithm: the AlgorithmIdentifier that such keys have. It is looked at first: the library reads
            other formats than PKCS #8 and curves that are spelled out, which AWS refuses.
        material: what came.

    Raises:
        KmsError: `IncorrectKeyMaterialException`.

    """
    if private_algorithm(material) != algorithm:
        raise wrong_material(spec)
    try:
        return load_der_private_key(material, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise wrong_material(spec) from None


def read_own(material: bytes) -> PrivateKeyTypes:
    """Read a private key that we wrote.

    It was generated here, or checked when it was imported, and the store authenticates it: testing
    the primes of an RSA key again would take a hundred times as long.
    """
    return load_der_private_key(material, password=None, unsafe_skip_rsa_key_validation=True)


def read_public(public: bytes) -> PublicKeyTypes:
    """Read a public key that we wrote, or whose algorithm was looked at.

    Raises:
        ValueError: it is none, such as a point that is not on its curve.

    """
    return load_der_public_key(public)


def private_algorithm(der: bytes) -> bytes:
    """Cut the AlgorithmIdentifier out of PKCS #8, where it follows a version; out of anything else, something."""
    return _short_element(der, _contents(der) + 3)


def public_algorithm(der: bytes) -> bytes:
    """Cut the AlgorithmIdentifier out of a SubjectPublicKeyInfo, which begins with it."""
    return _short_element(der, _contents(der))


def _contents(der: bytes) -> int:
    """Find where the contents of the outermost element begin."""
    length = der[1] if len(der) > 1 else 0
    return 2 + (length & 0x7F if length & 0x80 else 0)


def _short_element(der: bytes, at: int) -> bytes:
    """Cut out an element of less than 128 bytes, as every AlgorithmIdentifier of ours is."""
    return der[at : at + 2 + der[at + 1]] if at + 1 < len(der) else b""
