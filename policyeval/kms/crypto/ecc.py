"""Keys on elliptic curves: ECDSA with signatures in DER (ANSI X9.62), and ECDH on the curves of NIST.

ECDH gives the x coordinate, as long as the field; the cofactor of these curves is 1.
"""

from __future__ import annotations

from typing import Final, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto.handles import Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.messages import hashing
from policyeval.kms.crypto.refusals import incompatible, invalid_public_key, invalid_signature
from policyeval.kms.crypto.serialized import (
    key_pair,
    private_algorithm,
    public_algorithm,
    read_foreign,
    read_own,
    read_public,
    write_public,
)

_ECDH: Final = "ECDH"


@discreet
class EccPublic:
    """A public key: verifies."""

    __slots__ = ("_key", "_spec")

    def __init__(self, spec: str, key: EllipticCurvePublicKey) -> None:
        self._spec = spec
        self._key = key

    def verify(self, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
        """Return when the signature is good, else raise."""
        how = ECDSA(_hashing(self._spec, algorithm, message, message_type))
        try:
            self._key.verify(signature, message, how)
        except InvalidSignature:
            raise invalid_signature() from None


@discreet
class EccPrivate:
    """A private key: signs, or agrees on secrets."""

    __slots__ = ("_algorithm", "_key", "_spec")

    def __init__(self, spec: str, key: EllipticCurvePrivateKey) -> None:
        self._spec = spec
        self._key = key
        self._algorithm = public_algorithm(write_public(key.public_key()))

    def sign(self, algorithm: str, message: bytes, message_type: str) -> bytes:
        """Sign a message or its digest; every signature is another one."""
        return self._key.sign(message, ECDSA(_hashing(self._spec, algorithm, message, message_type)))

    def derive(self, public_key: bytes) -> bytes:
        """Derive the secret shared with a peer's public key of the same curve.

        A point that is not on the curve would give the private key away bit by bit; reading the
        key refuses it, and the point at infinity with it.
        """
        if _ECDH not in KEY_SPECS[self._spec].agreement:
            raise incompatible(_ECDH, self._spec)
        if public_algorithm(public_key) != self._algorithm:
            raise invalid_public_key(self._spec)
        try:
            peer = cast("EllipticCurvePublicKey", read_public(public_key))
        except ValueError:
            raise invalid_public_key(self._spec) from None
        return self._key.exchange(ECDH(), peer)


def _hashing(spec: str, algorithm: str, message: bytes, message_type: str) -> HashAlgorithm | Prehashed:
    if algorithm not in KEY_SPECS[spec].signing:
        raise incompatible(algorithm, spec)
    return hashing(algorithm, message, message_type)


def family(spec: str, curve: EllipticCurve) -> Family:
    """Give the keys on a curve."""

    def generate(_entropy: Entropy) -> KeyPair:
        return key_pair(generate_private_key(curve))

    def admit(material: bytes) -> KeyPair:
        # Any key of the curve tells what its AlgorithmIdentifier is, which names the curve.
        algorithm = private_algorithm(key_pair(derive_private_key(1, curve)).secret)
        return key_pair(cast("EllipticCurvePrivateKey", read_foreign(spec, algorithm, material)))

    def open_key(material: bytes) -> EccPrivate:
        return EccPrivate(spec, cast("EllipticCurvePrivateKey", read_own(material)))

    def open_public(public: bytes) -> EccPublic:
        return EccPublic(spec, cast("EllipticCurvePublicKey", read_public(public)))

    return Family(generate, open_key, open_public, admit)
