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
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


def read_foreign(spec: str, material: bytes) -> PrivateKeyTypes:
    """Read a private key that came from outside, and check that it is sound.

    Raises:
        KmsError: `IncorrectKeyMaterialException`.

    """
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
    """Read a public key that we wrote."""
    return load_der_public_key(public)
