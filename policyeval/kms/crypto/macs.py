"""HMAC keys (RFC 2104): raw bytes, at least as long as the code and at most 1024 bits (KMS 21)."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto.handles import Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.refusals import incompatible, invalid_mac, wrong_material

_LONGEST: Final = 128


@discreet
class MacKey:
    """An HMAC key."""

    __slots__ = ("_algorithm", "_keyed", "_spec")

    def __init__(self, spec: str, digest: HashAlgorithm, material: bytes) -> None:
        self._spec = spec
        (self._algorithm,) = KEY_SPECS[spec].mac
        self._keyed = HMAC(material, digest)

    def generate(self, algorithm: str, message: bytes) -> bytes:
        """Compute the code of a message."""
        return self._of(algorithm, message).finalize()

    def verify(self, algorithm: str, message: bytes, mac: bytes) -> None:
        """Return when the code is the message's, else raise; the comparison takes constant time."""
        try:
            self._of(algorithm, message).verify(mac)
        except InvalidSignature:
            raise invalid_mac() from None

    def _of(self, algorithm: str, message: bytes) -> HMAC:
        if algorithm != self._algorithm:
            raise incompatible(algorithm, self._spec)
        # The keyed state itself is never written to, so threads share it.
        code = self._keyed.copy()
        code.update(message)
        return code


def family(spec: str, digest: HashAlgorithm) -> Family:
    """Give the keys of a spec."""
    size = digest.digest_size

    def generate(entropy: Entropy) -> KeyPair:
        return KeyPair(entropy(size), None)

    def admit(material: bytes) -> KeyPair:
        if not size <= len(material) <= _LONGEST:
            raise wrong_material(spec)
        return KeyPair(material, None)

    def open_key(material: bytes) -> MacKey:
        return MacKey(spec, digest, material)

    return Family(generate, open_key, admit=admit)
