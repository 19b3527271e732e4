"""Operations of the API for a generated request: their parameters, and the condition keys that those set (K9).

Written from AWS's page of condition keys, once more and not from the code of the KMS.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from policyeval.model.request import ContextValue

Params = Mapping[str, Any]


class Row(NamedTuple):
    """One operation: its parameters beside `KeyId`, and the condition keys that they set.

    `pairs` tells whether it takes an encryption context, `tokens` grant tokens, `aliases` an alias for the key,
    `on_key` whether it is about a key.
    """

    params: Params = MappingProxyType({})
    facts: Mapping[str, ContextValue] = MappingProxyType({})
    pairs: bool = False
    tokens: bool = False
    aliases: bool = False
    on_key: bool = True


def _crypto(params: Params, facts: Mapping[str, ContextValue], *, pairs: bool = False) -> Row:
    return Row(params, facts, pairs=pairs, tokens=True, aliases=True)


_SYMMETRIC: Mapping[str, ContextValue] = {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
_RE_ENCRYPT = _crypto({"CiphertextBlob": b"no ciphertext"}, {**_SYMMETRIC, "kms:ReEncryptOnSameKey": True}, pairs=True)
_OAEP = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
_POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}'
)
_GRANTEE = "arn:aws:iam::111122223333:root"

ANY_KEY: Mapping[str, Row] = {
    "DescribeKey": Row(tokens=True, aliases=True),
    "CreateGrant": Row(
        {"GranteePrincipal": _GRANTEE, "Operations": ["DescribeKey", "CreateGrant"]},
        {"kms:GranteePrincipal": _GRANTEE, "kms:GrantOperations": ["DescribeKey", "CreateGrant"]},
        tokens=True,
    ),
    "ListGrants": Row(),
    "RevokeGrant": Row({"GrantId": "m9"}),
    "GetKeyPolicy": Row({"PolicyName": "default"}, {"kms:PolicyName": "default"}),
    "PutKeyPolicy": Row(
        {"PolicyName": "default", "Policy": _POLICY, "BypassPolicyLockoutSafetyCheck": True},
        {"kms:PolicyName": "default", "kms:BypassPolicyLockoutSafetyCheck": True},
    ),
    "ListKeyPolicies": Row(),
    "ListResourceTags": Row(),
    "TagResource": Row(
        {"Tags": [{"TagKey": "team", "TagValue": "blue"}]}, {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}
    ),
    "UntagResource": Row({"TagKeys": ["team"]}, {"aws:TagKeys": ["team"]}),
    "EnableKey": Row(),
    "DisableKey": Row(),
    "UpdateKeyDescription": Row({"Description": "x"}),
    "ScheduleKeyDeletion": Row({"PendingWindowInDays": 7}, {"kms:ScheduleKeyDeletionPendingWindowInDays": 7}),
    "CancelKeyDeletion": Row(),
    "GetKeyRotationStatus": Row(),
    "EnableKeyRotation": Row({"RotationPeriodInDays": 90}, {"kms:RotationPeriodInDays": 90}),
    "DisableKeyRotation": Row(),
    "RotateKeyOnDemand": Row(),
    "ListKeyRotations": Row(),
    "ReplicateKey": Row({"ReplicaRegion": "eu-west-1"}, {"kms:ReplicaRegion": "eu-west-1"}),
    "UpdatePrimaryRegion": Row({"PrimaryRegion": "eu-west-1"}, {"kms:PrimaryRegion": "eu-west-1"}),
    "GetKeyLastUsage": Row(),
    "GetParametersForImport": Row(
        {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256", "kms:WrappingKeySpec": "RSA_2048"},
    ),
    "DeleteImportedKeyMaterial": Row(),
    "RetireGrant": Row(),
}
OF_NO_KEY: Mapping[str, Row] = {
    "CreateKey": Row(
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {
            "kms:KeySpec": "HMAC_256",
            "kms:KeyUsage": "GENERATE_VERIFY_MAC",
            "kms:CustomerMasterKeySpec": "HMAC_256",
            "kms:CustomerMasterKeyUsage": "GENERATE_VERIFY_MAC",
            "kms:KeyOrigin": "AWS_KMS",
            "kms:MultiRegion": False,
        },
        on_key=False,
    ),
    "GenerateRandom": Row({"NumberOfBytes": 8}, on_key=False),
    "ListKeys": Row(on_key=False),
    "ListAliases": Row(on_key=False),
}
OF_SPECS: Mapping[tuple[str, str], Mapping[str, Row]] = {
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"): {
        "Encrypt": _crypto({"Plaintext": b"secret"}, _SYMMETRIC, pairs=True),
        "Decrypt": _crypto({"CiphertextBlob": b"no ciphertext"}, _SYMMETRIC, pairs=True),
        "ReEncryptFrom": _RE_ENCRYPT,
        "ReEncryptTo": _RE_ENCRYPT,
        "GenerateDataKey": _crypto({"KeySpec": "AES_256"}, _SYMMETRIC, pairs=True),
        "GenerateDataKeyWithoutPlaintext": _crypto({"NumberOfBytes": 16}, _SYMMETRIC, pairs=True),
        "GenerateDataKeyPair": _crypto(
            {"KeyPairSpec": "ECC_NIST_P256"}, {**_SYMMETRIC, "kms:DataKeyPairSpec": "ECC_NIST_P256"}, pairs=True
        ),
        "GenerateDataKeyPairWithoutPlaintext": _crypto(
            {"KeyPairSpec": "ECC_NIST_P256"}, {**_SYMMETRIC, "kms:DataKeyPairSpec": "ECC_NIST_P256"}, pairs=True
        ),
    },
    ("RSA_2048", "ENCRYPT_DECRYPT"): {
        "Encrypt": _crypto({"Plaintext": b"secret", **_OAEP}, {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}),
        "Decrypt": _crypto(
            {"CiphertextBlob": b"no ciphertext", **_OAEP}, {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
        ),
        "GetPublicKey": _crypto({}, {}),
    },
    ("RSA_2048", "SIGN_VERIFY"): {
        "Sign": _crypto(
            {"Message": b"m", "SigningAlgorithm": "RSASSA_PSS_SHA_256"},
            {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256", "kms:MessageType": "RAW"},
        ),
        "Verify": _crypto(
            {"Message": b"m", "Signature": b"s", "SigningAlgorithm": "RSASSA_PSS_SHA_256", "MessageType": "RAW"},
            {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256", "kms:MessageType": "RAW"},
        ),
        "GetPublicKey": _crypto({}, {}),
    },
    ("HMAC_256", "GENERATE_VERIFY_MAC"): {
        "GenerateMac": _crypto({"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}, {"kms:MacAlgorithm": "HMAC_SHA_256"}),
        "VerifyMac": _crypto(
            {"Message": b"m", "Mac": b"x", "MacAlgorithm": "HMAC_SHA_256"}, {"kms:MacAlgorithm": "HMAC_SHA_256"}
        ),
    },
    ("ECC_NIST_P256", "KEY_AGREEMENT"): {
        "DeriveSharedSecret": _crypto(
            {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"no key"}, {"kms:KeyAgreementAlgorithm": "ECDH"}
        ),
        "GetPublicKey": _crypto({}, {}),
    },
}
# What a call says once it is past the question: of the key, of what it was given, of what is not there.
AFTERWARDS = frozenset(
    {
        "InvalidCiphertextException",
        "InvalidGrantIdException",
        "KMSInvalidMacException",
        "KMSInvalidSignatureException",
        "KMSInvalidStateException",
        "NotFoundException",
        "UnsupportedOperationException",
        "ValidationException",
    }
)
