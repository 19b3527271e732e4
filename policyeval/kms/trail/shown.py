"""What of a request and of its response the trail shows: a table by operation; what is not in it is left out.

Sources, read 2026-11-25: "Logging AWS KMS API calls with AWS CloudTrail" and the examples beside it
(kms/latest/developerguide/logging-using-cloudtrail.html, ct-*.html). No row names a plaintext, a
ciphertext, a message, a digest, a signature, a MAC, a secret, a token, a password or any other blob.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from policyeval.kms.trail.members import MAP, VALUE, VALUES, Shape, Shapes

__all__ = ["ACTS", "KMS", "NOTHING", "SHOWN", "STS", "Shown"]

KMS: Final = "kms.amazonaws.com"
STS: Final = "sts.amazonaws.com"


class Shown(NamedTuple):
    """What is shown of one operation.

    Attributes:
        request: members of `requestParameters`.
        response: members of `responseElements`; none: null.
        extra: members of the response that go into `additionalEventData`.
        read_only: CloudTrail's `readOnly`.
        names_key: whether `responseElements` has the key's ARN, which the API does not answer.
        key: which of the keys concerned that is.
        material: whether `additionalEventData` has the id of the key's current material.
        source: the service that was called, CloudTrail's `eventSource`.

    """

    request: Shapes
    response: Shapes = MappingProxyType({})
    extra: tuple[str, ...] = ()
    read_only: bool = False
    names_key: bool = False
    key: int = 0
    material: bool = False
    source: str = KMS


def _values(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, VALUE)


_TAGS: Final = ({"TagKey": VALUE, "TagValue": VALUE},)
_REGION_KEY: Final = {"Arn": VALUE, "Region": VALUE}
_METADATA: Final[Shapes] = {
    **_values("AWSAccountId", "KeyId", "Arn", "CreationDate", "Enabled", "Description", "KeyUsage", "KeyState"),
    **_values("DeletionDate", "ValidTo", "Origin", "CustomKeyStoreId", "CloudHsmClusterId", "ExpirationModel"),
    **_values("KeyManager", "CustomerMasterKeySpec", "KeySpec", "MultiRegion", "PendingDeletionWindowInDays"),
    **_values("CurrentKeyMaterialId"),
    **dict.fromkeys(("EncryptionAlgorithms", "SigningAlgorithms", "MacAlgorithms"), VALUES),
    **dict.fromkeys(("KeyAgreementAlgorithms", "EncapsulationAlgorithms"), VALUES),
    "MultiRegionConfiguration": {
        "MultiRegionKeyType": VALUE,
        "PrimaryKey": _REGION_KEY,
        "ReplicaKeys": (_REGION_KEY,),
    },
    "XksKeyConfiguration": {"Id": VALUE},
}
_CREATES: Final = _values("Policy", "Description", "BypassPolicyLockoutSafetyCheck")
_STORE: Final = _values(
    *("CloudHsmClusterId", "XksProxyUriEndpoint", "XksProxyUriPath", "XksProxyVpcEndpointServiceName"),
    *("XksProxyConnectivity", "XksProxyVpcEndpointServiceOwner"),
)
_KEY: Final = _values("KeyId")
# Neither the secret nor the token.
_CREDENTIALS: Final[dict[str, Shape]] = {"Credentials": _values("AccessKeyId", "Expiration")}
_LIFE: Final = _values("DurationSeconds", "MinimumSessionTokenSize")
_LIMITS: Final[Shapes] = {
    "PolicyArns": ({"arn": VALUE},),
    "Policy": VALUE,
    "Tags": ({"Key": VALUE, "Value": VALUE},),
}
_ISSUED: Final[Shapes] = _CREDENTIALS | _values("SessionTokenSize", "SessionTokenUtilization")


def _reads(*names: str, **more: Shape) -> Shown:
    return Shown(_values(*names) | more, read_only=True)


def _uses(*names: str, extra: tuple[str, ...] = (), material: bool = False, **more: Shape) -> Shown:
    return Shown(_values("KeyId", *names, "DryRun") | more, extra=extra, read_only=True, material=material)


def _changes(*names: str, response: tuple[str, ...] = (), **more: Shape) -> Shown:
    """Give the row of an operation that changes a key; the trail adds the key's ARN to its response."""
    return Shown(_values("KeyId", *names) | more, _values(*response), names_key=True)


_ANSWERS_MATERIAL: Final = ("KeyMaterialId",)

SHOWN: Final[Mapping[str, Shown]] = MappingProxyType(
    {
        # Cryptographic operations; nothing of their responses but the id of the material.
        "Decapsulate": _uses("EncapsulationAlgorithm"),
        "Decrypt": _uses("EncryptionAlgorithm", extra=_ANSWERS_MATERIAL, EncryptionContext=MAP, DryRunModifiers=VALUES),
        "DeriveSharedSecret": _uses("KeyAgreementAlgorithm"),
        "Encapsulate": _uses("EncapsulationAlgorithm"),
        "Encrypt": _uses("EncryptionAlgorithm", material=True, EncryptionContext=MAP),
        "GenerateDataKey": _uses("KeySpec", "NumberOfBytes", extra=_ANSWERS_MATERIAL, EncryptionContext=MAP),
        "GenerateDataKeyPair": _uses("KeyPairSpec", extra=_ANSWERS_MATERIAL, EncryptionContext=MAP),
        "GenerateDataKeyPairWithoutPlaintext": _uses("KeyPairSpec", extra=_ANSWERS_MATERIAL, EncryptionContext=MAP),
        "GenerateDataKeyWithoutPlaintext": _uses(
            "KeySpec", "NumberOfBytes", extra=_ANSWERS_MATERIAL, EncryptionContext=MAP
        ),
        "GenerateMac": _uses("MacAlgorithm"),
        "GenerateRandom": _reads("NumberOfBytes", "CustomKeyStoreId"),
        "ReEncrypt": Shown(
            _values("SourceKeyId", "DestinationKeyId", "SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm")
            | {"SourceEncryptionContext": MAP, "DestinationEncryptionContext": MAP}
            | {"DryRun": VALUE, "DryRunModifiers": VALUES},
            extra=("SourceKeyMaterialId", "DestinationKeyMaterialId"),
            read_only=True,
        ),
        "Sign": _uses("MessageType", "SigningAlgorithm"),
        "Verify": _uses("MessageType", "SigningAlgorithm"),
        "VerifyMac": _uses("MacAlgorithm"),
        # Reading; their responses are not shown.
        "DescribeCustomKeyStores": _reads("CustomKeyStoreId", "CustomKeyStoreName", "Limit"),
        "DescribeKey": _reads("KeyId"),
        "GetKeyLastUsage": _reads("KeyId"),
        "GetKeyPolicy": _reads("KeyId", "PolicyName"),
        "GetKeyRotationStatus": _reads("KeyId"),
        "GetParametersForImport": _reads("KeyId", "WrappingAlgorithm", "WrappingKeySpec"),
        "GetPublicKey": _reads("KeyId"),
        "ListAliases": _reads("KeyId", "Limit"),
        "ListGrants": _reads("KeyId", "GrantId", "GranteePrincipal", "GranteeServicePrincipal", "Limit"),
        "ListKeyPolicies": _reads("KeyId", "Limit"),
        "ListKeyRotations": _reads("KeyId", "IncludeKeyMaterial", "Limit"),
        "ListKeys": _reads("Limit", ResourceOwners=VALUES),
        "ListResourceTags": _reads("KeyId", "Limit"),
        "ListRetirableGrants": _reads("RetiringPrincipal", "RetiringServicePrincipal", "Limit"),
        # Changing one key.
        "CancelKeyDeletion": _changes(),
        "CreateAlias": Shown(_values("AliasName", "TargetKeyId"), names_key=True),
        "CreateGrant": Shown(
            _values("KeyId", "GranteePrincipal", "RetiringPrincipal", "GranteeServicePrincipal")
            | _values("RetiringServicePrincipal", "Name", "DryRun")
            | {
                "Operations": VALUES,
                "Constraints": {"EncryptionContextSubset": MAP, "EncryptionContextEquals": MAP, "SourceArn": VALUE},
            },
            _values("GrantId"),
            names_key=True,
        ),
        "CreateKey": Shown(
            _CREATES
            | _values("KeyUsage", "CustomerMasterKeySpec", "KeySpec", "Origin", "CustomKeyStoreId", "MultiRegion")
            | _values("XksKeyId")
            | {"Tags": _TAGS},
            {"KeyMetadata": _METADATA},
        ),
        "DeleteAlias": Shown(_values("AliasName"), names_key=True),
        "DeleteImportedKeyMaterial": _changes("KeyMaterialId", response=("KeyMaterialId",)),
        "DisableKey": _changes(),
        "DisableKeyRotation": _changes(),
        "EnableKey": _changes(),
        "EnableKeyRotation": _changes("RotationPeriodInDays"),
        "ImportKeyMaterial": _changes(
            *("ValidTo", "ExpirationModel", "ImportType", "KeyMaterialDescription", "KeyMaterialId"),
            response=("KeyMaterialId",),
        ),
        "PutKeyPolicy": _changes("PolicyName", "Policy", "BypassPolicyLockoutSafetyCheck"),
        "ReplicateKey": Shown(
            _KEY | _CREATES | _values("ReplicaRegion") | {"Tags": _TAGS},
            {"ReplicaKeyMetadata": _METADATA, "ReplicaPolicy": VALUE, "ReplicaTags": _TAGS},
            names_key=True,
        ),
        # AWS shows the grant's id alone, in `additionalEventData`: a token may have named the grant.
        "RetireGrant": Shown(_values("KeyId", "GrantId", "DryRun"), extra=("GrantId",)),
        "RevokeGrant": Shown(_values("KeyId", "GrantId", "DryRun")),
        "RotateKeyOnDemand": _changes(),
        "ScheduleKeyDeletion": _changes(
            "PendingWindowInDays", response=("DeletionDate", "KeyState", "PendingWindowInDays")
        ),
        "TagResource": _changes(Tags=_TAGS),
        "UntagResource": _changes(TagKeys=VALUES),
        # Before the key that the alias is for by now comes the one that it was for.
        "UpdateAlias": Shown(_values("AliasName", "TargetKeyId"), names_key=True, key=-1),
        "UpdateKeyDescription": _changes("Description"),
        "UpdatePrimaryRegion": _changes("PrimaryRegion"),
        # Custom key stores, without their passwords and credentials.
        "ConnectCustomKeyStore": Shown(_values("CustomKeyStoreId")),
        "CreateCustomKeyStore": Shown(
            _values("CustomKeyStoreName", "CustomKeyStoreType") | _STORE, _values("CustomKeyStoreId")
        ),
        "DeleteCustomKeyStore": Shown(_values("CustomKeyStoreId")),
        "DisconnectCustomKeyStore": Shown(_values("CustomKeyStoreId")),
        "UpdateCustomKeyStore": Shown(_values("CustomKeyStoreId", "NewCustomKeyStoreName") | _STORE),
        # STS; CloudTrail calls all of it reading.
        "AssumeRole": Shown(
            _values("RoleArn", "RoleSessionName", "ExternalId", "SourceIdentity", "SerialNumber")
            | {**_LIFE, **_LIMITS, "TransitiveTagKeys": VALUES},
            _values("SourceIdentity", "PackedPolicySize")
            | {**_ISSUED, "AssumedRoleUser": _values("AssumedRoleId", "Arn")},
            read_only=True,
            source=STS,
        ),
        "GetCallerIdentity": Shown({}, read_only=True, source=STS),
        "GetFederationToken": Shown(
            _values("Name") | {**_LIFE, **_LIMITS},
            _values("PackedPolicySize") | {**_ISSUED, "FederatedUser": _values("FederatedUserId", "Arn")},
            read_only=True,
            source=STS,
        ),
        "GetSessionToken": Shown(_values("SerialNumber") | _LIFE, _ISSUED, read_only=True, source=STS),
    }
)
"""What is shown, by operation; of one that is not known `NOTHING` is."""

NOTHING: Final = Shown({})
"""What is shown of an operation that is not in the table, and of what KMS does by itself."""

ACTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "DeleteExpiredKeyMaterial": ("keyMaterialId",),
        "DeleteKey": ("keyState",),
        "RecoverTrail": ("bytes", "fragment"),
        "RotateKey": ("rotationType", "keyOrigin", "previousKeyMaterialId", "currentKeyMaterialId", "keyId"),
        "SynchronizeMultiRegionKey": ("keyId",),
    }
)
"""What KMS does by itself, and the details of each that are shown; RecoverTrail is this trail's own."""
