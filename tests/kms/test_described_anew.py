"""A KMS that is told anew who there is: one step, and the store keeps what it owns."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import Entities
from policyeval.errors import EntitiesError
from policyeval.kms.trail.trail import MemoryTrail
from tests.kms.estate import ADMIN_A, APP_A, A, Estate, allow, entities

KEY = {"id": "1234abcd-12ab-34cd-56ef-1234567890ab", "region": "us-east-1", "aliases": ["alias/new"]}


def described(**account: Any) -> Entities:
    everything = {"Version": "2012-10-17", "Statement": [allow("*")]}
    roles = [{"name": "admin", "identity_policies": [{"name": "everything", "document": everything}]}]
    return Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "roles": roles, **account}]})


def test_the_next_call_is_decided_by_the_new_policies() -> None:
    estate = Estate()
    key = estate.key()
    assert estate.refused("DescribeKey", APP_A, KeyId=key)[0] == "AccessDeniedException"
    estate.kms.describe(entities(app_a=[allow("kms:DescribeKey")]))
    assert estate.call("DescribeKey", APP_A, KeyId=key)
    estate.kms.describe(entities())
    assert estate.refused("DescribeKey", APP_A, KeyId=key)[0] == "AccessDeniedException"


def test_keys_that_are_new_are_created_and_the_others_stay() -> None:
    estate = Estate()
    kept = estate.key()
    blob = estate.call("Encrypt", KeyId=kept, Plaintext=b"x")["CiphertextBlob"]
    estate.kms.describe(described(keys=[KEY]))
    assert estate.call("Encrypt", KeyId="alias/new", Plaintext=b"x")
    assert estate.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == b"x"
    estate.call("DeleteAlias", AliasName="alias/new")
    estate.kms.describe(described(keys=[KEY]))
    assert estate.refused("DescribeKey", KeyId="alias/new")[0] == "NotFoundException"


def test_a_new_key_takes_no_alias_from_another() -> None:
    estate = Estate()
    owner = estate.key()
    estate.call("CreateAlias", AliasName="alias/new", TargetKeyId=owner)
    with pytest.raises(EntitiesError, match=f"has alias/new, which is an alias of `{owner}` already"):
        estate.kms.describe(described(keys=[KEY]))
    assert estate.call("DescribeKey", KeyId="alias/new")["KeyMetadata"]["Arn"] == owner
    assert estate.refused("DescribeKey", KeyId=KEY["id"])[0] == "NotFoundException"
    estate.call("UpdateAlias", AliasName="alias/new", TargetKeyId=estate.key())
    estate.call("DeleteAlias", AliasName="alias/new")
    estate.kms.describe(described(keys=[KEY]))
    assert estate.call("DescribeKey", KeyId="alias/new")["KeyMetadata"]["KeyId"] == KEY["id"]


def test_an_aws_managed_key_rotates_whoever_described_it() -> None:
    """K10: every year, and nobody can change that."""
    estate = Estate()
    ebs = {**KEY, "manager": "AWS", "aliases": ["alias/aws/ebs"]}
    estate.kms.describe(described(keys=[ebs, {**KEY, "id": "theirs", "aliases": []}]))
    status = estate.call("GetKeyRotationStatus", KeyId=KEY["id"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    words = "Default key that protects my EBS data when no other key is defined"
    assert estate.call("DescribeKey", KeyId="alias/aws/ebs")["KeyMetadata"]["Description"] == words
    assert estate.call("GetKeyRotationStatus", KeyId="theirs")["KeyRotationEnabled"] is False
    estate.clock.pass_(days=366)
    assert len(estate.call("ListKeyRotations", KeyId=KEY["id"])["Rotations"]) == 1


def test_a_description_that_cannot_be_used_changes_nothing() -> None:
    estate = Estate(app_a=[allow("kms:DescribeKey")])
    key = estate.key()
    with pytest.raises(EntitiesError, match="AWS_CLOUDHSM"):
        estate.kms.describe(described(keys=[KEY, {**KEY, "id": "k", "aliases": [], "origin": "AWS_CLOUDHSM"}]))
    assert estate.call("DescribeKey", APP_A, KeyId=key)
    assert estate.refused("DescribeKey", KeyId="alias/new")[0] == "NotFoundException"


def test_the_trail_tells_who_called_as_the_new_description_knows_them() -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    estate.call("ListKeys")
    assert trail.records[-1]["userIdentity"]["arn"] == ADMIN_A
    before = trail.records[-1]["userIdentity"]
    roles = [
        {
            "name": "admin",
            "unique_id": "AROAANOTHER",
            "identity_policies": [
                {"name": "e", "document": {"Version": "2012-10-17", "Statement": [allow("*")]}},
            ],
        }
    ]
    estate.kms.describe(described(roles=roles))
    estate.call("ListKeys")
    assert trail.records[-1]["userIdentity"] != before


def test_a_call_can_be_given_the_id_that_its_caller_is_told() -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    estate.kms.call(ADMIN_A, "ListKeys", request_id="7a6e9b6c-0000-4000-8000-00000000000a")
    assert trail.records[-1]["requestID"] == "7a6e9b6c-0000-4000-8000-00000000000a"
