"""What callers carry about for the KMS, sealed and opaque: grant tokens, paging markers, import tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from policyeval.kms.crypto.handles import KeyPair
from policyeval.kms.crypto.importing import ImportParameters, import_parameters, open_import
from policyeval.kms.crypto.sealing import SealError, open_sealed, seal
from policyeval.kms.errors import KmsError

_GRANT = "grant"


class NamedGrant(NamedTuple):
    """The grant that a token stands for."""

    key_arn: str
    grant_id: str


class Tokens:
    """Makes and reads them.

    Args:
        key: 32 bytes of its own, derived from the root key.
        entropy: gives random bytes.

    """

    def __init__(self, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._key = key
        self._entropy = entropy

    def __repr__(self) -> str:
        """Name it; it holds a key."""
        return "Tokens()"

    def grant_token(self, key_arn: str, grant_id: str) -> str:
        """Make a token for a grant; every token is new, and all of them stay good (KMS 19)."""
        return seal(self._key, _GRANT, f"{key_arn} {grant_id}".encode(), self._entropy)

    def grant(self, token: str) -> NamedGrant:
        """Read a grant's token.

        Raises:
            KmsError: `InvalidGrantTokenException`.

        """
        try:
            key_arn, _, grant_id = open_sealed(self._key, _GRANT, token).decode().partition(" ")
        except SealError:
            raise KmsError("InvalidGrantTokenException", "The grant token is not valid") from None
        return NamedGrant(key_arn, grant_id)

    def marker(self, listing: str, after: str) -> str:
        """Make the marker with which a listing goes on; `listing` tells which one it is."""
        return seal(self._key, f"marker {listing}", after.encode(), self._entropy)

    def after(self, listing: str, marker: str | None) -> str:
        """Read where a listing goes on, "" without a marker.

        Raises:
            KmsError: `InvalidMarkerException` for a marker of another listing, or none of ours (KMS 14).

        """
        if marker is None:
            return ""
        try:
            return open_sealed(self._key, f"marker {listing}", marker).decode()
        except SealError:
            raise KmsError("InvalidMarkerException", "The marker is not valid") from None

    def import_parameters(  # noqa: PLR0913, PLR0917 - the request's and the key's
        self, key_arn: str, spec: str, algorithm: str, wrapping_spec: str, now: datetime, life: timedelta
    ) -> ImportParameters:
        """Make a wrapping key and the token that remembers it (KMS 21).

        Raises:
            KmsError: `UnsupportedOperationException` for material that cannot come in this way.

        """
        return import_parameters(self._key, key_arn, spec, algorithm, wrapping_spec, now, self._entropy, life)

    def open_import(self, key_arn: str, spec: str, token: bytes, encrypted: bytes, now: datetime) -> KeyPair:
        """Unwrap material that came back with a token.

        Raises:
            KmsError: `InvalidImportTokenException`, `ExpiredImportTokenException`, `InvalidCiphertextException` or
                `IncorrectKeyMaterialException`.

        """
        return open_import(self._key, key_arn, spec, token, encrypted, now)
