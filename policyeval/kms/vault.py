"""Key material in use: made, wrapped for the store, opened and kept open while it is current.

The one place where a wrapped secret and the root key meet. A custom key store will stand beside it
with the same few verbs: generate, use, destroy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from policyeval.kms.crypto.families import generate, open_key, open_public
from policyeval.kms.crypto.wrapping import material_id, unwrap, wrap
from policyeval.kms.errors import KmsError
from policyeval.kms.records import Key, Material
from policyeval.kms.storage import faults
from policyeval.kms.storage.store import Reading
from policyeval.model.keeping import keep


class Vault:
    """Wraps material under a root key and keeps what is in use open.

    Args:
        root_key: 32 bytes; it stays here.
        entropy: gives random bytes.
        new_key_id: gives the id of a new key.

    """

    def __init__(self, root_key: bytes, entropy: Callable[[int], bytes], new_key_id: Callable[[], str]) -> None:
        self._root_key = root_key
        self._entropy = entropy
        self.new_key_id = new_key_id
        self._current: dict[str, tuple[Key, Any]] = {}
        self._open: dict[tuple[str, int], tuple[Material, Any]] = {}
        self._public: dict[str, tuple[bytes, Any]] = {}

    def __repr__(self) -> str:
        """Name it; it holds the root key."""
        return "Vault()"

    # Making.

    def generate(self, key_arn: str, key_id: str, spec: str, version: int, now: datetime) -> Material:
        """Make new material for a key."""
        secret, public = generate(spec, self._entropy)
        return self.admit(secret, public, key_arn, key_id, version, now)

    def admit(  # noqa: PLR0913, PLR0917 - the facts of one material
        self, secret: bytes, public: bytes | None, key_arn: str, key_id: str, version: int, now: datetime
    ) -> Material:
        """Wrap material that was made or imported."""
        wrapped = wrap(self._root_key, secret, key_arn, version, self._entropy)
        return Material(key_arn, version, material_id(self._root_key, key_id, secret), wrapped, now, public=public)

    def material_id(self, key_id: str, secret: bytes) -> str:
        """Give the id that material has under a key id: the same material always has the same."""
        return material_id(self._root_key, key_id, secret)

    def copy(self, material: Material, key_arn: str, version: int) -> bytes:
        """Wrap the same material for another key of a multi-Region set. Raises as `secret` does."""
        return wrap(self._root_key, self.secret(material), key_arn, version, self._entropy)

    def secret(self, material: Material) -> bytes:
        """Unwrap material.

        Raises:
            KmsError: `KMSInvalidStateException`: it is not there any more, or not yet.
            StorageError: it does not open under this root key.

        """
        if material.wrapped is None:
            raise KmsError("KMSInvalidStateException", f"{material.key_arn} is pending import.")
        return unwrap(self._root_key, material.wrapped, material.key_arn, material.version)

    # Using.

    def current(self, key: Key, reading: Reading) -> Any:  # noqa: ANN401 - what it can do follows from the spec
        """Open a key's current material.

        Raises:
            KmsError: `NotFoundException`: the key has ended meanwhile.
            StorageError: it is not there.

        """
        known = self._current.get(key.arn)
        if known is not None and known[0] is key:
            return known[1]
        handle = self._handle(key, _current(key, reading))
        keep(self._current, key.arn, (key, handle))
        return handle

    def version(self, key: Key, version: int, reading: Reading) -> Any:  # noqa: ANN401 - what it can do follows from the spec
        """Open one version of a key's material.

        Raises:
            KmsError: `InvalidCiphertextException`: there never was such a version.

        """
        material = find_material(key, version, reading)
        if material is None:
            raise KmsError("InvalidCiphertextException")
        return self._handle(key, material)

    def _handle(self, key: Key, material: Material) -> Any:  # noqa: ANN401 - what it can do follows from the spec
        place = (key.arn, material.version)
        known = self._open.get(place)
        if known is not None and known[0] is material:
            return known[1]
        handle = open_key(key.spec, self.secret(material))
        keep(self._open, place, (material, handle))
        return handle

    def public(self, key: Key, reading: Reading) -> Any:  # noqa: ANN401 - what it can do follows from the spec
        """Open an asymmetric key's public key, which needs no secret.

        Raises:
            KmsError: `UnsupportedOperationException`: keys of this kind have none. `NotFoundException`: the key has
                ended meanwhile.
            StorageError: the material is not there.

        """
        material = _current(key, reading)
        if material.public is None:
            raise KmsError("UnsupportedOperationException")
        known = self._public.get(key.arn)
        if known is not None and known[0] is material.public:
            return known[1]
        handle = open_public(key.spec, material.public)
        keep(self._public, key.arn, (material.public, handle))
        return handle

    def forget(self, key_arn: str) -> None:
        """Let go of a key whose material is destroyed."""
        self._current.pop(key_arn, None)
        self._public.pop(key_arn, None)
        for arn, version in list(self._open):
            if arn == key_arn:
                self._open.pop((arn, version), None)


def find_material(key: Key, version: int | None, reading: Reading) -> Material | None:
    """Find a version of a key's material."""
    return next((each for each in reading.materials(key.arn) if each.version == version), None)


def _current(key: Key, reading: Reading) -> Material:
    material = find_material(key, key.material, reading)
    if material is not None:
        return material
    if reading.key(key.arn) is None:  # its end came since it was found
        raise KmsError("NotFoundException", f"Key '{key.arn}' does not exist")
    raise faults.damaged()
