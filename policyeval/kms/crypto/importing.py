"""Importing key material: the wrapping key, the token that remembers it, and what comes back (KMS 21).

The token carries the private wrapping key, sealed for the one key it is for: nothing about an import
is stored, and a restart loses none. Rules: "Select a wrapping algorithm" and "Requirements for imported
key material" (KMS guide).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto.families import admit, generate
from policyeval.kms.crypto.handles import Entropy, KeyPair
from policyeval.kms.crypto.refusals import expired_import_token, invalid_ciphertext, invalid_import_token, unsupported
from policyeval.kms.crypto.rsa import OAEPS
from policyeval.kms.crypto.sealing import SealError, open_bytes, seal_bytes
from policyeval.kms.crypto.serialized import read_own

TOKEN_LIFE: Final = timedelta(hours=24)
"""How long AWS's tokens are good."""

_WRAPPING_SPECS: Final = frozenset({"RSA_2048", "RSA_3072", "RSA_4096"})
_DIRECT: Final = frozenset({"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"})
# An AES key travels in OAEP, and the material under that key.
_IN_TWO_STEPS: Final = MappingProxyType(
    {"RSA_AES_KEY_WRAP_SHA_1": "RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256": "RSAES_OAEP_SHA_256"}
)
_AES_KEYS: Final = frozenset({16, 24, 32})
_EXPIRY: Final = 8


class ImportParameters(NamedTuple):
    """What GetParametersForImport gives: a public key (SubjectPublicKeyInfo, DER), its token, and their end."""

    public_key: bytes
    token: bytes
    valid_to: datetime


def import_parameters(  # noqa: PLR0913, PLR0917 - what the request and the server bring
    sealing_key: bytes,
    key_arn: str,
    spec: str,
    algorithm: str,
    wrapping_spec: str,
    now: datetime,
    entropy: Entropy,
    life: timedelta = TOKEN_LIFE,
) -> ImportParameters:
    """Make a wrapping key, and the token with which material comes back under it.

    Args:
        sealing_key: 32 bytes that only the server has.
        key_arn: the key to import into; the token is good for no other.
        spec: that key's spec.
        algorithm: the request's WrappingAlgorithm.
        wrapping_spec: the request's WrappingKeySpec.
        now: when the token begins to be good.
        entropy: gives random bytes.
        life: how long it is good.

    Raises:
        KmsError: `UnsupportedOperationException` when such material cannot come in this way.

    """
    if not wraps(spec, algorithm, wrapping_spec):
        raise unsupported()
    pair = generate(wrapping_spec, entropy)
    # Whole seconds, so that what is told is what is held to.
    end = int((now + life).timestamp())
    name = algorithm.encode()
    payload = end.to_bytes(_EXPIRY, "big") + len(name).to_bytes(1, "big") + name + pair.secret
    token = seal_bytes(sealing_key, _purpose(key_arn), payload, entropy)
    return ImportParameters(cast("bytes", pair.public), token, datetime.fromtimestamp(end, UTC))


def wraps(spec: str, algorithm: str, wrapping_spec: str) -> bool:
    """Tell whether material of a key spec can be imported by an algorithm under a wrapping key."""
    row = KEY_SPECS[spec]
    if not (row.importable and row.supported and wrapping_spec in _WRAPPING_SPECS):
        return False
    if algorithm in _IN_TWO_STEPS:
        # Made for private keys, which are long; AWS takes no symmetric or HMAC key this way.
        return row.public_key is not None
    # An RSA key fits into no RSA block, nor does one of P-521 into the smallest.
    fits = not spec.startswith("RSA_") and (spec, wrapping_spec) != ("ECC_NIST_P521", "RSA_2048")
    return algorithm in _DIRECT and fits


def open_import(  # noqa: PLR0913, PLR0917 - what the request and the server bring
    sealing_key: bytes, key_arn: str, spec: str, token: bytes, encrypted: bytes, now: datetime
) -> KeyPair:
    """Unwrap imported material, and check that it is a key of its spec.

    Raises:
        KmsError: `InvalidImportTokenException` for a token of another key or of nobody's,
            `ExpiredImportTokenException`, `InvalidCiphertextException` when the material does not unwrap,
            `IncorrectKeyMaterialException` when it does and is none for this spec.

    """
    algorithm, wrapping_key = _open_token(sealing_key, key_arn, token, now)
    return admit(spec, _unwrap(wrapping_key, algorithm, encrypted))


def _open_token(sealing_key: bytes, key_arn: str, token: bytes, now: datetime) -> tuple[str, RSAPrivateKey]:
    try:
        payload = open_bytes(sealing_key, _purpose(key_arn), token)
    except SealError:
        raise invalid_import_token() from None
    if now.timestamp() >= int.from_bytes(payload[:_EXPIRY], "big"):
        raise expired_import_token()
    start = _EXPIRY + 1
    end = start + payload[_EXPIRY]
    return payload[start:end].decode(), cast("RSAPrivateKey", read_own(payload[end:]))


def _unwrap(key: RSAPrivateKey, algorithm: str, encrypted: bytes) -> bytes:
    """Unwrap in one step or two; which step failed is not told."""
    try:
        if algorithm in _DIRECT:
            return key.decrypt(encrypted, OAEPS[algorithm])
        block = key.key_size // 8
        aes_key = key.decrypt(encrypted[:block], OAEPS[_IN_TWO_STEPS[algorithm]])
        if len(aes_key) not in _AES_KEYS:
            raise invalid_ciphertext()
        return aes_key_unwrap_with_padding(aes_key, encrypted[block:])
    except (ValueError, InvalidUnwrap):
        raise invalid_ciphertext() from None


def _purpose(key_arn: str) -> str:
    return f"import into {key_arn}"
