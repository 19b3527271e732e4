"""KeyMetadata, as DescribeKey, CreateKey and ReplicateKey answer it."""

from __future__ import annotations

from typing import Any

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.records import Key, MultiRegion
from policyeval.model.arn import split_arn

_ALGORITHMS = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}


def algorithms_of(key: Key) -> dict[str, list[str]]:
    """Give the one member that tells which algorithms a key is used with."""
    return {_ALGORITHMS[key.usage]: list(KEY_SPECS[key.spec].algorithms(key.usage))}


def key_metadata(key: Key) -> dict[str, Any]:
    """Give what the API tells of a key; members that do not apply are left out."""
    optional = {
        "CurrentKeyMaterialId": key.material_id if key.spec == "SYMMETRIC_DEFAULT" else None,
        "DeletionDate": key.deletion_date if key.state == "PendingDeletion" else None,
        "PendingDeletionWindowInDays": key.deletion_window if key.state == "PendingReplicaDeletion" else None,
        "ValidTo": key.valid_to if key.expiration_model == "KEY_MATERIAL_EXPIRES" else None,
        "ExpirationModel": key.expiration_model,
        "CustomKeyStoreId": key.custom_key_store,
        "MultiRegionConfiguration": _configuration(key, key.multi_region) if key.multi_region else None,
    }
    return {
        "AWSAccountId": key.account,
        "KeyId": key.key_id,
        "Arn": key.arn,
        "CreationDate": key.created,
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "Origin": key.origin,
        "KeyManager": key.manager,
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        **algorithms_of(key),
        "MultiRegion": key.multi_region is not None,
        **{member: value for member, value in optional.items() if value is not None},
    }


def _configuration(key: Key, group: MultiRegion) -> dict[str, Any]:
    return {
        "MultiRegionKeyType": key.multi_region_type,
        "PrimaryKey": _member(group.primary),
        "ReplicaKeys": [_member(replica) for replica in group.replicas],
    }


def _member(arn: str) -> dict[str, str]:
    parts = split_arn(arn)
    return {"Arn": arn, "Region": parts.region if parts is not None else ""}
