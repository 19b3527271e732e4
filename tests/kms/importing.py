"""What importing needs on the caller's side: material, wrapped as GetParametersForImport says."""

from __future__ import annotations

import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.kms.estate import ADMIN_A, Estate

_HASHES = {"SHA_1": SHA1, "SHA_256": SHA256}

FOR_GOOD = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
NEW = {"ImportType": "NEW_KEY_MATERIAL"}
EXISTING = {"ImportType": "EXISTING_KEY_MATERIAL"}


def wrap(public_key: bytes, algorithm: str, material: bytes) -> bytes:
    """Wrap material under a wrapping key."""
    key = load_der_public_key(public_key)
    assert isinstance(key, RSAPublicKey)
    digest = _HASHES[algorithm[algorithm.index("SHA_") :]]
    padding = OAEP(MGF1(digest()), digest(), None)
    if algorithm.startswith("RSAES"):
        return key.encrypt(material, padding)
    aes = os.urandom(32)
    return key.encrypt(aes, padding) + aes_key_wrap_with_padding(aes, material)


def parameters(estate: Estate, key: str, caller: Any = ADMIN_A, **more: str) -> dict[str, Any]:
    asked = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048", **more}
    return estate.call("GetParametersForImport", caller, KeyId=key, **asked)


class Importer:
    """Imports into the keys of an estate; a key's parameters are good for a day, and are asked for once."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def request(self, key: str, material: bytes, caller: Any = ADMIN_A, algorithm: str = "") -> dict[str, Any]:
        """Write the part of a request that carries the material."""
        algorithm = algorithm or "RSAES_OAEP_SHA_256"
        known = self._known.get((key, algorithm))
        if known is None or known["ParametersValidTo"] <= self._estate.clock.now:
            known = parameters(self._estate, key, caller, WrappingAlgorithm=algorithm)
            self._known[key, algorithm] = known
        wrapped = wrap(known["PublicKey"], algorithm, material)
        return {"KeyId": key, "ImportToken": known["ImportToken"], "EncryptedKeyMaterial": wrapped}

    def bring(self, key: str, material: bytes, caller: Any = ADMIN_A, **more: Any) -> dict[str, Any]:
        """Import material, for good when nothing else is said."""
        request = self.request(key, material, caller)
        expiry = {} if "ValidTo" in more else FOR_GOOD
        return self._estate.call("ImportKeyMaterial", caller, **request, **{**expiry, **more})

    def refused(self, key: str, material: bytes, caller: Any = ADMIN_A, **more: Any) -> tuple[str, str]:
        """Import material that must be refused, and give code and message."""
        request = self.request(key, material, caller)
        return self._estate.refused("ImportKeyMaterial", caller, **request, **{**FOR_GOOD, **more})
