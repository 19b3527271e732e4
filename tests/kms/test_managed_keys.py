"""AWS managed keys: they appear when their service asks, and nobody in the account changes them (K10)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from policyeval.catalog.policies import aws_managed_key_policy
from policyeval.kms import Caller
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, NOBODY_A, NOBODY_B, ROOT_A, A, B, Estate, allow, deny, policy

DENIED = "AccessDeniedException"
S3 = "s3.us-east-1.amazonaws.com"
EC2 = "ec2.us-east-1.amazonaws.com"
ALIAS = "alias/aws/s3"
ALIAS_ARN = f"arn:aws:kms:us-east-1:{A}:{ALIAS}"


def through(service: str, principal: str = NOBODY_A, region: str | None = None) -> Caller:
    """Be somebody on whose behalf a service calls."""
    return Caller(principal, region=region, via_service=service)


def appear(estate: Estate, alias: str = ALIAS, service: str = S3) -> str:
    arn: str = estate.call("DescribeKey", through(service), KeyId=alias)["KeyMetadata"]["Arn"]
    return arn


# How they appear.

FIRST: list[tuple[str, dict[str, Any]]] = [
    ("DescribeKey", {}),
    ("Encrypt", {"Plaintext": b"x"}),
    ("GenerateDataKey", {"KeySpec": "AES_256"}),
    ("GenerateDataKeyWithoutPlaintext", {"KeySpec": "AES_256"}),
]


@pytest.mark.parametrize(("operation", "params"), FIRST)
@pytest.mark.parametrize("name", [ALIAS, ALIAS_ARN])
def test_a_key_appears_when_its_service_asks(operation: str, params: dict[str, Any], name: str) -> None:
    estate = Estate()
    assert estate.call(operation, through(S3), KeyId=name, **params)
    metadata = estate.call("DescribeKey", KeyId=ALIAS)["KeyMetadata"]
    assert (metadata["KeyManager"], metadata["KeyState"], metadata["KeySpec"]) == (
        "AWS",
        "Enabled",
        "SYMMETRIC_DEFAULT",
    )
    assert metadata["Description"] == "Default key that protects my S3 data when no other key is defined"
    assert [alias["AliasName"] for alias in estate.call("ListAliases")["Aliases"]] == [ALIAS]
    assert [key["KeyArn"] for key in estate.call("ListKeys")["Keys"]] == [metadata["Arn"]]


def test_it_appears_once_for_each_account_and_region() -> None:
    estate = Estate()
    key = appear(estate)
    assert appear(estate) == key
    there = through("s3.eu-west-1.amazonaws.com", region="eu-west-1")
    elsewhere = estate.call("DescribeKey", there, KeyId=ALIAS)["KeyMetadata"]["Arn"]
    theirs = estate.call("DescribeKey", through(S3, NOBODY_B), KeyId=ALIAS)["KeyMetadata"]["Arn"]
    assert len({key, elsewhere, theirs}) == 3
    assert theirs.startswith(f"arn:aws:kms:us-east-1:{B}:")


def test_it_appears_once_when_many_ask_at_the_same_time() -> None:
    estate = Estate()
    start = Barrier(8)

    def ask(_: int) -> str:
        start.wait()
        return appear(estate)

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(ask, range(8)))
    assert len(found) == 1
    assert len(estate.call("ListKeys")["Keys"]) == 1


NOT: list[tuple[str, Any, str, str]] = [
    ("nobody asks on the service's behalf", ADMIN_A, ALIAS, "NotFoundException"),
    ("another service asks", through(EC2, ADMIN_A), ALIAS, "NotFoundException"),
    ("the service asks in another Region", through("s3.eu-west-1.amazonaws.com", ADMIN_A), ALIAS, "NotFoundException"),
    ("the service asks for another service's", through(S3, ADMIN_A), "alias/aws/ebs", "NotFoundException"),
    ("the service asks for a name that is not AWS's", through(S3, ADMIN_A), "alias/s3", "NotFoundException"),
    ("another account asks", through(S3, ADMIN_B), ALIAS_ARN, DENIED),
]


@pytest.mark.parametrize(("caller", "name", "code"), [pytest.param(*row[1:], id=row[0]) for row in NOT])
def test_a_key_does_not_appear_when(caller: Any, name: str, code: str) -> None:
    estate = Estate()
    before = estate.kms.store.revision
    assert estate.refused("Encrypt", caller, KeyId=name, Plaintext=b"x")[0] == code
    assert estate.kms.store.revision is before


@pytest.mark.parametrize("name", [ALIAS, ALIAS_ARN])
def test_it_appears_also_when_it_is_described(name: str) -> None:
    """AWS has predefined the alias: describing it gives it its key (DescribeKey of the API reference)."""
    estate = Estate()
    metadata = estate.call("DescribeKey", KeyId=name)["KeyMetadata"]
    assert (metadata["KeyManager"], metadata["Arn"]) == ("AWS", appear(estate))
    assert estate.refused("Encrypt", KeyId=name, Plaintext=b"x")[0] == DENIED


@pytest.mark.parametrize(
    ("caller", "name", "code"),
    [
        pytest.param(ADMIN_A, "alias/aws/s4", "NotFoundException", id="an alias that AWS has not predefined"),
        pytest.param(ADMIN_A, "alias/s3", "NotFoundException", id="an alias that is not AWS's"),
        pytest.param(ADMIN_B, ALIAS_ARN, DENIED, id="another account's"),
        pytest.param(ADMIN_A, ALIAS_ARN.replace("aws", "aws-cn", 1), "NotFoundException", id="another partition's"),
        pytest.param(through(EC2, ADMIN_A), ALIAS, "NotFoundException", id="through another service"),
        pytest.param("s3.amazonaws.com", ALIAS, "NotFoundException", id="its service in its own name, of no account"),
        pytest.param("anonymous", ALIAS, "NotFoundException", id="who is anonymous, and of no account"),
        pytest.param("s3.amazonaws.com", ALIAS_ARN, DENIED, id="an account's, for its service in its own name"),
    ],
)
def test_what_describing_does_not_make(caller: Any, name: str, code: str) -> None:
    estate = Estate()
    before = estate.kms.store.revision
    assert estate.refused("DescribeKey", caller, KeyId=name)[0] == code
    assert estate.kms.store.revision is before


def test_a_services_name_may_differ_from_its_keys() -> None:
    assert appear(Estate(), "alias/aws/ebs", EC2)


# Its policy is fixed: anyone in the account, through the service.


def test_its_policy_is_aws_s_and_can_be_read() -> None:
    estate = Estate(app_a=[allow("kms:GetKeyPolicy")])
    key = appear(estate)
    text = estate.call("GetKeyPolicy", APP_A, KeyId=key)["Policy"]
    assert json.loads(text) == aws_managed_key_policy("aws", "s3", "us-east-1", A)
    assert estate.refused("GetKeyPolicy", NOBODY_A, KeyId=key)[0] == DENIED


def test_it_is_used_through_its_service_alone() -> None:
    estate = Estate()
    key = appear(estate)
    blob = estate.call("Encrypt", through(S3), KeyId=ALIAS, Plaintext=b"x")["CiphertextBlob"]
    assert estate.call("Decrypt", through(S3), CiphertextBlob=blob)["Plaintext"] == b"x"
    others = (NOBODY_A, ADMIN_A, ROOT_A, through(EC2), through(EC2, ADMIN_A), ADMIN_B, through(S3, ADMIN_B))
    for caller in others:
        assert estate.refused("Decrypt", caller, CiphertextBlob=blob)[0] == DENIED
        assert estate.refused("Encrypt", caller, KeyId=key, Plaintext=b"x")[0] == DENIED


def test_a_deny_keeps_it_from_being_used_through_its_service() -> None:
    estate = Estate(app_a=[deny("kms:Encrypt")])
    key = appear(estate)
    assert estate.refused("Encrypt", through(S3, APP_A), KeyId=key, Plaintext=b"x")[0] == DENIED


def test_where_its_service_works_with_grants_it_makes_them() -> None:
    estate = Estate()
    disks = appear(estate, "alias/aws/ebs", EC2)
    grant = {"GranteePrincipal": NOBODY_A, "Operations": ["Decrypt"]}
    made = estate.call("CreateGrant", through(EC2), KeyId=disks, **grant)["GrantId"]
    blob = estate.call("Encrypt", through(EC2), KeyId=disks, Plaintext=b"x")["CiphertextBlob"]
    assert estate.call("Decrypt", NOBODY_A, CiphertextBlob=blob)["Plaintext"] == b"x"
    assert len(estate.call("ListGrants", KeyId=disks)["Grants"]) == 1
    estate.call("RevokeGrant", KeyId=disks, GrantId=made)
    assert estate.refused("Decrypt", NOBODY_A, CiphertextBlob=blob)[0] == DENIED
    assert estate.refused("CreateGrant", ADMIN_A, KeyId=disks, **grant)[0] == DENIED
    assert estate.refused("CreateGrant", through(S3), KeyId=appear(estate), **grant)[0] == DENIED  # S3 needs none


# Nobody edits it, and nobody deletes it.

OPEN = json.dumps(policy(allow("kms:*", Principal={"AWS": A})))
EDITS: list[tuple[str, dict[str, Any]]] = [
    ("PutKeyPolicy", {"Policy": OPEN}),
    ("PutKeyPolicy", {"Policy": OPEN, "BypassPolicyLockoutSafetyCheck": True}),
    ("DisableKey", {}),
    ("EnableKey", {}),
    ("ScheduleKeyDeletion", {}),
    ("CancelKeyDeletion", {}),
    ("UpdateKeyDescription", {"Description": "mine"}),
    ("TagResource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    ("UntagResource", {"TagKeys": ["a"]}),
    ("EnableKeyRotation", {}),
    ("DisableKeyRotation", {}),
    ("RotateKeyOnDemand", {}),
    ("ReplicateKey", {"ReplicaRegion": "eu-west-1"}),
    ("UpdatePrimaryRegion", {"PrimaryRegion": "eu-west-1"}),
    ("DeleteImportedKeyMaterial", {}),
    ("ImportKeyMaterial", {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"}),
]


@pytest.mark.parametrize("caller", [ADMIN_A, ROOT_A, through(S3, ADMIN_A)], ids=["an administrator", "root", "S3"])
@pytest.mark.parametrize(("operation", "params"), EDITS)
def test_nobody_edits_it(operation: str, params: dict[str, Any], caller: Any) -> None:
    estate = Estate()
    key = appear(estate)
    before = estate.kms.store.revision
    assert estate.refused(operation, caller, KeyId=key, **params)[0] == DENIED
    assert estate.kms.store.revision is before


@pytest.mark.parametrize("caller", [ADMIN_A, ROOT_A, through(S3, ADMIN_A)], ids=["an administrator", "root", "S3"])
def test_its_alias_is_aws_s(caller: Any) -> None:
    estate = Estate()
    key, other = appear(estate), estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=other)
    assert estate.refused("DeleteAlias", caller, AliasName=ALIAS)[0] == "NotAuthorizedException"
    assert estate.refused("UpdateAlias", caller, AliasName=ALIAS, TargetKeyId=other)[0] == "NotAuthorizedException"
    assert estate.refused("CreateAlias", caller, AliasName="alias/mine", TargetKeyId=key)[0] == DENIED
    assert estate.refused("UpdateAlias", caller, AliasName="alias/app", TargetKeyId=key)[0] == DENIED


# It rotates every year.


def test_it_is_rotated_every_year_and_what_was_encrypted_before_stays_decryptable() -> None:
    estate = Estate()
    key = appear(estate)
    blob = estate.call("Encrypt", through(S3), KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    materials = []
    for _ in range(3):
        materials.append(estate.call("DescribeKey", KeyId=ALIAS)["KeyMetadata"]["CurrentKeyMaterialId"])
        estate.clock.pass_(days=364)
        assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"] == materials[-1]
        estate.clock.pass_(days=1)
    assert len(set(materials)) == 3
    assert appear(estate) == key
    assert estate.call("Decrypt", through(S3), CiphertextBlob=blob)["Plaintext"] == b"old"
    assert estate.call("GetKeyRotationStatus", KeyId=key)["KeyRotationEnabled"] is True
