"""What a grant can allow on a key, by the key's spec and usage, and how large its constraints may be (KMS 19).

Source, read 2026-11-25: "Grants in AWS KMS" (kms/latest/developerguide/grants.html) and CreateGrant in the API
reference. As a grant can allow every cryptographic operation, this also tells which of them a key has.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from policyeval.catalog.kms_specs import KEY_SPECS

__all__ = ["MAX_CONSTRAINT_PAIRS", "MAX_CONSTRAINT_VALUE", "grant_operations"]

MAX_CONSTRAINT_PAIRS: Final = 8
"""How many pairs an encryption context constraint may have."""

MAX_CONSTRAINT_VALUE: Final = 384
"""How many characters each of their values may have."""

_EVERY: Final = frozenset({"CreateGrant", "DescribeKey", "RetireGrant"})
_BY_USAGE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ENCRYPT_DECRYPT": frozenset({"Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"}),
        "SIGN_VERIFY": frozenset({"Sign", "Verify"}),
        "GENERATE_VERIFY_MAC": frozenset({"GenerateMac", "VerifyMac"}),
        "KEY_AGREEMENT": frozenset({"DeriveSharedSecret"}),
        "ENCAPSULATE_DECAPSULATE": frozenset({"Decapsulate", "Encapsulate"}),
    }
)
_SYMMETRIC: Final = frozenset(
    {
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
    }
)


def grant_operations(spec: str, usage: str | None) -> frozenset[str]:
    """Give the operations that a grant on such a key can name; without a usage, those of any that the spec can have.

    Raises `KeyError` for a spec or usage that KMS does not have.
    """
    row = KEY_SPECS[spec]
    usages = row.usages if usage is None else (usage,)
    found = _EVERY.union(*(_BY_USAGE[each] for each in usages))
    if spec == "SYMMETRIC_DEFAULT":
        found |= _SYMMETRIC
    elif row.public_key is not None:
        found |= {"GetPublicKey"}
    return found
