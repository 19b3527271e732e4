"""Multi-Region keys: one key in several Regions, with a policy, tags, grants and a state in each (KMS 22)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from policyeval.kms import Caller, Settings
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, NOBODY_A, ROOT_A, START, A, Estate, allow, deny, policy
from tests.kms.importing import EXISTING, NEW, Importer

HOME, THERE, THIRD = "us-east-1", "eu-west-1", "ap-southeast-2"
IN_THERE = Caller(ADMIN_A, region=THERE)
IN_THIRD = Caller(ADMIN_A, region=THIRD)
DAY = timedelta(days=1)
DENIED = "AccessDeniedException"
UNSUPPORTED = "UnsupportedOperationException"
INVALID_STATE = "KMSInvalidStateException"
DEFAULT_POLICY = {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": ROOT_A}}
DEFAULT_POLICY |= {"Action": "kms:*", "Resource": "*"}
Params = Mapping[str, Any]


def moved(arn: str, region: str) -> str:
    """Name a key's replica in a Region."""
    return arn.replace(f":{HOME}:", f":{region}:")


def primary_and_replica(estate: Estate, **params: Any) -> tuple[str, str]:
    key = estate.key(MultiRegion=True, **params)
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THERE)
    return key, moved(key, THERE)


def encrypted(estate: Estate, key: str, caller: Any = ADMIN_A) -> dict[str, Any]:
    return {"CiphertextBlob": estate.call("Encrypt", caller, KeyId=key, Plaintext=b"x")["CiphertextBlob"]}


def configuration(estate: Estate, key: str, caller: Any = ADMIN_A) -> dict[str, Any]:
    told: dict[str, Any] = estate.call("DescribeKey", caller, KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
    return told


MEMBERS = [
    ("a key of one Region", {"Bool": {"kms:MultiRegion": "false"}}, ["single"]),
    ("any member", {"Bool": {"kms:MultiRegion": "true"}}, ["primary", "replica"]),
    ("a primary", {"StringEquals": {"kms:MultiRegionKeyType": "PRIMARY"}}, ["primary"]),
    ("a replica", {"StringEquals": {"kms:MultiRegionKeyType": "REPLICA"}}, ["replica"]),
    ("none of a set", {"Null": {"kms:MultiRegionKeyType": "true"}}, ["single"]),
]


@pytest.mark.parametrize(("condition", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in MEMBERS])
def test_policies_see_what_a_key_is_of(condition: dict[str, Any], allowed: list[str]) -> None:
    estate = Estate(app_a=[allow("kms:Encrypt", Condition=condition)])
    primary, replica = primary_and_replica(estate)
    keys = {"single": (estate.key(), HOME), "primary": (primary, HOME), "replica": (replica, THERE)}
    for name, (key, region) in keys.items():
        app, plaintext = Caller(APP_A, region=region), {"KeyId": key, "Plaintext": b"x"}
        if name in allowed:
            assert estate.call("Encrypt", app, **plaintext)
        else:
            assert estate.refused("Encrypt", app, **plaintext)[0] == DENIED


# Creating.

ROLE = (
    f"arn:aws:iam::{A}:role/aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
)
MAKES_ROLE = "iam:CreateServiceLinkedRole"
FOR_KMS = {"StringEquals": {"iam:AWSServiceName": "mrk.kms.amazonaws.com"}}
CREATES = [
    ("the role may be made", [allow(MAKES_ROLE, resource=ROLE, Condition=FOR_KMS)], True),
    ("KMS makes it on the caller's behalf", [
        allow(MAKES_ROLE, Condition={"ForAnyValue:StringEquals": {"aws:CalledVia": "kms.amazonaws.com"}}),
    ], True),
    ("its making goes by the Region of IAM", [
        allow(MAKES_ROLE, Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
    ], True),
    ("nobody allowed to make the role", [], False),
    ("another service's role alone", [
        allow(MAKES_ROLE, Condition={"StringEquals": {"iam:AWSServiceName": "rds.amazonaws.com"}}),
    ], False),
    ("a Deny of it", [allow("*"), deny(MAKES_ROLE)], False),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CREATES])
def test_who_creates_a_primary_makes_the_role_that_synchronizes_it(
    statements: list[dict[str, Any]], *, allowed: bool
) -> None:
    estate = Estate(app_a=[allow("kms:CreateKey", "kms:ReplicateKey"), *statements])
    app = Caller(APP_A, region=THERE, source_ip="10.0.0.1")
    assert estate.call("CreateKey", app, MultiRegion=False)
    if allowed:
        assert estate.call("CreateKey", app, MultiRegion=True)
    else:
        code, message = estate.refused("CreateKey", app, MultiRegion=True)
        assert code == DENIED
        assert f"is not authorized to perform: {MAKES_ROLE} on resource: {ROLE} " in message
    assert estate.call("ReplicateKey", APP_A, KeyId=estate.key(MultiRegion=True), ReplicaRegion=THERE)


CFN, ATHENA, KMS = "cloudformation.amazonaws.com", "athena.amazonaws.com", "kms.amazonaws.com"
CHAINS: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("KMS is the last", {}, {"StringEquals": {"aws:CalledViaLast": KMS}}, True),
    ("who calls KMS is not the last", {}, {"StringEquals": {"aws:CalledViaLast": CFN}}, False),
    ("who calls KMS is the first", {}, {"StringEquals": {"aws:CalledViaFirst": CFN}}, True),
    ("who calls KMS is one of them", {}, {"ForAnyValue:StringEquals": {"aws:CalledVia": CFN}}, True),
    ("a chain that is told begins as it is told", {"aws:calledvia": [ATHENA, CFN]}, {
        "StringEquals": {"aws:CalledViaFirst": ATHENA, "aws:CalledViaLast": KMS},
    }, True),
    ("its end is told as well", {"aws:CalledVia": CFN, "aws:CalledViaLast": CFN}, {
        "StringEquals": {"aws:CalledViaFirst": CFN, "aws:CalledViaLast": KMS},
    }, True),
]  # fmt: skip


@pytest.mark.parametrize(("context", "condition", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CHAINS])
def test_who_calls_kms_by_a_service_makes_the_role_through_both(
    context: dict[str, Any], condition: dict[str, Any], *, allowed: bool
) -> None:
    estate = Estate(app_a=[allow("kms:CreateKey"), allow(MAKES_ROLE, Condition=condition)])
    app = Caller(APP_A, via_service="cloudformation.us-east-1.amazonaws.com", context=context)
    if allowed:
        assert estate.call("CreateKey", app, MultiRegion=True)
    else:
        assert estate.refused("CreateKey", app, MultiRegion=True)[0] == DENIED


def test_who_tells_that_no_service_calls_kms_makes_the_role_through_kms() -> None:
    condition = {"Bool": {"aws:ViaAWSService": "true"}}
    estate = Estate(app_a=[allow("kms:CreateKey"), allow(MAKES_ROLE, Condition=condition)])
    assert estate.call("CreateKey", Caller(APP_A, context={"aws:ViaAWSService": "false"}), MultiRegion=True)


# Replicating.


def test_a_replica_is_answered_as_it_is_created() -> None:
    estate = Estate()
    key = estate.key(MultiRegion=True, Description="the primary's", Tags=[{"TagKey": "a", "TagValue": "b"}])
    answer = estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THERE)
    metadata = answer["ReplicaKeyMetadata"]
    assert json.loads(answer["ReplicaPolicy"])["Statement"] == [DEFAULT_POLICY]
    assert answer["ReplicaTags"] == []
    assert metadata["Arn"] == moved(key, THERE)
    assert metadata["KeyId"] == key.rpartition("/")[2]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Creating", False)
    assert metadata["Description"] == ""
    assert metadata["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": key, "Region": HOME},
        "ReplicaKeys": [{"Arn": moved(key, THERE), "Region": THERE}],
    }
    assert configuration(estate, key)["ReplicaKeys"] == [{"Arn": moved(key, THERE), "Region": THERE}]
    assert configuration(estate, key)["MultiRegionKeyType"] == "PRIMARY"
    assert estate.state(moved(key, THERE), IN_THERE) == "Enabled"


def test_what_is_encrypted_in_one_region_is_decrypted_in_the_other() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    opened = estate.call("Decrypt", IN_THERE, **encrypted(estate, key))
    assert (opened["Plaintext"], opened["KeyId"]) == (b"x", replica)
    back = estate.call("Decrypt", **encrypted(estate, replica, IN_THERE))
    assert (back["Plaintext"], back["KeyId"]) == (b"x", key)
    assert back["KeyMaterialId"] == opened["KeyMaterialId"]
    assert estate.refused("Decrypt", IN_THIRD, **encrypted(estate, key))[0] == DENIED


def test_a_replica_gets_what_the_request_says() -> None:
    estate = Estate()
    key = estate.key(MultiRegion=True)
    own = json.dumps(policy(allow("kms:*", Principal={"AWS": A}, Sid="the replica's")))
    tags = [{"TagKey": "team", "TagValue": "blue"}]
    answer = estate.call(
        "ReplicateKey", KeyId=key, ReplicaRegion=THERE, Policy=own, Tags=tags, Description="the replica's"
    )
    assert (answer["ReplicaPolicy"], answer["ReplicaTags"]) == (own, tags)
    replica = moved(key, THERE)
    assert estate.call("GetKeyPolicy", IN_THERE, KeyId=replica)["Policy"] == own
    assert estate.call("ListResourceTags", IN_THERE, KeyId=replica)["Tags"] == tags
    assert estate.call("DescribeKey", IN_THERE, KeyId=replica)["KeyMetadata"]["Description"] == "the replica's"
    assert estate.call("ListResourceTags", KeyId=key)["Tags"] == []


def test_what_is_the_replicas_own_stays_its_own() -> None:
    """K11, KMS 22: policy, tags, aliases, grants, description and state."""
    estate = Estate()
    key, replica = primary_and_replica(estate)
    blob = encrypted(estate, key)
    estate.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_A, Operations=["Decrypt"])
    assert estate.call("Decrypt", NOBODY_A, **blob)["Plaintext"] == b"x"
    assert estate.refused("Decrypt", Caller(NOBODY_A, region=THERE), **blob)[0] == DENIED
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    assert estate.refused("DescribeKey", IN_THERE, KeyId="alias/app")[0] == "NotFoundException"
    estate.call("TagResource", KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert estate.call("ListResourceTags", IN_THERE, KeyId=replica)["Tags"] == []
    estate.call("DisableKey", KeyId=key)
    assert estate.state(replica, IN_THERE) == "Enabled"
    assert estate.call("Decrypt", IN_THERE, **blob)["Plaintext"] == b"x"
    closed = json.dumps(policy(allow("kms:*", Principal={"AWS": A}), deny("kms:Decrypt", Principal="*")))
    estate.call("PutKeyPolicy", IN_THERE, KeyId=replica, Policy=closed)
    assert estate.refused("Decrypt", IN_THERE, **blob)[0] == DENIED
    estate.call("EnableKey", KeyId=key)
    assert estate.call("Decrypt", **blob)["Plaintext"] == b"x"


def test_a_replica_has_every_version_of_the_material() -> None:
    estate = Estate()
    key = estate.key(MultiRegion=True)
    blobs = [encrypted(estate, key)]
    for _ in range(2):
        estate.call("RotateKeyOnDemand", KeyId=key)
        blobs.append(encrypted(estate, key))
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THERE)
    assert [estate.call("Decrypt", IN_THERE, **blob)["Plaintext"] for blob in blobs] == [b"x"] * 3
    listed = estate.call("ListKeyRotations", IN_THERE, KeyId=moved(key, THERE))["Rotations"]
    ours = estate.call("ListKeyRotations", KeyId=key)["Rotations"]
    assert [each["KeyMaterialId"] for each in listed] == [each["KeyMaterialId"] for each in ours]


def test_an_asymmetric_key_is_replicated() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    message = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = estate.call("Sign", KeyId=key, **message)["Signature"]
    assert estate.call("Verify", IN_THERE, KeyId=replica, Signature=signature, **message)["SignatureValid"]


LOCKED = json.dumps(policy(allow("kms:Decrypt", Principal={"AWS": A})))
REFUSED = [
    ("no policy at all", {"Policy": "{"}, "MalformedPolicyDocumentException"),
    ("a policy that locks the caller out", {"Policy": LOCKED}, "MalformedPolicyDocumentException"),
    ("a reserved tag", {"Tags": [{"TagKey": "aws:x", "TagValue": ""}]}, "TagException"),
    ("the same Region", {"ReplicaRegion": HOME}, "AlreadyExistsException"),
    ("a Region of another partition", {"ReplicaRegion": "cn-north-1"}, UNSUPPORTED),
    ("a Region that does not exist", {"ReplicaRegion": "eu-west-99"}, UNSUPPORTED),
]


@pytest.mark.parametrize(("changes", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_cannot_be_replicated_so(changes: Params, code: str) -> None:
    estate = Estate()
    key = estate.key(MultiRegion=True)
    before = estate.kms.store.revision
    assert estate.refused("ReplicateKey", **{"KeyId": key, "ReplicaRegion": THERE, **changes})[0] == code
    assert estate.kms.store.revision is before


def test_the_lockout_check_is_bypassed_on_request() -> None:
    estate = Estate()
    key = estate.key(MultiRegion=True)
    request = {"KeyId": key, "ReplicaRegion": THERE, "Policy": LOCKED, "BypassPolicyLockoutSafetyCheck": True}
    assert estate.call("ReplicateKey", **request)["ReplicaPolicy"] == LOCKED


def test_a_region_has_one_replica_whatever_its_state() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    estate.call("ScheduleKeyDeletion", IN_THERE, KeyId=replica, PendingWindowInDays=7)
    assert estate.refused("ReplicateKey", KeyId=key, ReplicaRegion=THERE)[0] == "AlreadyExistsException"
    estate.clock.pass_(days=7)
    assert estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THERE)
    assert estate.state(replica, IN_THERE) == "Enabled"


def test_only_a_primary_is_replicated() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    single = estate.key()
    for caller, arn in ((ADMIN_A, single), (IN_THERE, replica)):
        refusal = estate.refused("ReplicateKey", caller, KeyId=arn, ReplicaRegion=THIRD)
        assert refusal == (UNSUPPORTED, f"{arn} is not a multi-region primary key.")
    estate.call("DisableKey", KeyId=key)
    refusal = estate.refused("ReplicateKey", KeyId=key, ReplicaRegion=THIRD)
    assert refusal == ("DisabledException", f"{key} is disabled.")


def test_a_replica_counts_as_a_key() -> None:
    estate = Estate(settings=Settings(keys=1))
    key = estate.key(MultiRegion=True)
    estate.key(IN_THERE)
    assert estate.refused("ReplicateKey", KeyId=key, ReplicaRegion=THERE)[0] == "LimitExceededException"


IN_REGION = {"StringEquals": {"aws:RequestedRegion": THERE}}
CREATE, REPLICATE = allow("kms:CreateKey"), allow("kms:ReplicateKey")
PERMISSIONS = [
    ("both", [REPLICATE, CREATE], {}, True),
    ("no kms:ReplicateKey", [CREATE], {}, False),
    ("no kms:CreateKey", [REPLICATE], {}, False),
    ("kms:CreateKey in the replica's Region", [REPLICATE, allow("kms:CreateKey", Condition=IN_REGION)], {}, True),
    (
        "kms:CreateKey in the primary's Region alone",
        [REPLICATE, allow("kms:CreateKey", Condition={"StringEquals": {"aws:RequestedRegion": HOME}})],
        {},
        False,
    ),
    (
        "kms:ReplicateKey into this Region",
        [allow("kms:ReplicateKey", Condition={"StringEquals": {"kms:ReplicaRegion": THERE}}), CREATE],
        {},
        True,
    ),
    (
        "kms:ReplicateKey into another",
        [allow("kms:ReplicateKey", Condition={"StringEquals": {"kms:ReplicaRegion": THIRD}}), CREATE],
        {},
        False,
    ),
    (
        "kms:CreateKey of replicas",
        [REPLICATE, allow("kms:CreateKey", Condition={"StringEquals": {"kms:MultiRegionKeyType": "REPLICA"}})],
        {},
        True,
    ),
    ("tags without kms:TagResource", [REPLICATE, CREATE], {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, False),
    (
        "tags with it in the replica's Region",
        [REPLICATE, CREATE, allow("kms:TagResource", Condition=IN_REGION)],
        {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
        True,
    ),
    (
        "a tag that is asked for",
        [
            REPLICATE,
            allow("kms:CreateKey", Condition={"StringEquals": {"aws:RequestTag/a": "b"}}),
            allow("kms:TagResource"),
        ],
        {"Tags": [{"TagKey": "a", "TagValue": "c"}]},
        False,
    ),
]


@pytest.mark.parametrize(("statements", "more", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in PERMISSIONS])
def test_replicating_needs_permissions_in_both_regions(
    statements: list[dict[str, Any]], more: Params, *, allowed: bool
) -> None:
    """K5."""
    estate = Estate(app_a=statements)
    key = estate.key(MultiRegion=True)
    request = {"KeyId": key, "ReplicaRegion": THERE, **more}
    if allowed:
        assert estate.call("ReplicateKey", APP_A, **request)
    else:
        assert estate.refused("ReplicateKey", APP_A, **request)[0] == DENIED
        assert estate.kms.store.key(moved(key, THERE)) is None


@pytest.mark.parametrize("operation", ["ReplicateKey", "UpdatePrimaryRegion"])
def test_not_from_another_account(operation: str) -> None:
    """K3."""
    estate = Estate()
    key, _ = primary_and_replica(estate)
    params = {"ReplicaRegion": THIRD} if operation == "ReplicateKey" else {"PrimaryRegion": THERE}
    assert estate.refused(operation, ADMIN_B, KeyId=key, **params)[0] == DENIED


# Rotation is shared.


def test_a_set_rotates_as_one() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    old = encrypted(estate, key)
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    there = estate.call("GetKeyRotationStatus", IN_THERE, KeyId=replica)
    assert there == {**estate.call("GetKeyRotationStatus", KeyId=key), "KeyId": replica}
    estate.clock.pass_(days=91)
    new = encrypted(estate, replica, IN_THERE)  # the replica is looked at first
    opened = [estate.call("Decrypt", caller, **new)["KeyMaterialId"] for caller in (ADMIN_A, IN_THERE)]
    assert opened[0] == opened[1] != estate.call("Decrypt", **old)["KeyMaterialId"]
    assert estate.call("Decrypt", IN_THERE, **old)["Plaintext"] == b"x"
    dates = [
        estate.call("GetKeyRotationStatus", caller, KeyId=arn)["NextRotationDate"]
        for caller, arn in ((ADMIN_A, key), (IN_THERE, replica))
    ]
    assert dates == [START + 180 * DAY] * 2


def test_rotation_is_the_primarys_to_set() -> None:
    estate = Estate()
    _, replica = primary_and_replica(estate)
    for operation in ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"):
        refusal = estate.refused(operation, IN_THERE, KeyId=replica)
        assert refusal == (UNSUPPORTED, f"{replica} is not a multi-region primary key.")


@pytest.mark.parametrize(("disabled", "turns"), [("primary", False), ("replica", True)])
def test_the_primarys_state_counts_for_rotation(disabled: str, *, turns: bool) -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    if disabled == "primary":
        estate.call("DisableKey", KeyId=key)
    else:
        estate.call("DisableKey", IN_THERE, KeyId=replica)
    estate.clock.pass_(days=90)
    listed = [
        len(estate.call("ListKeyRotations", caller, KeyId=arn)["Rotations"])
        for caller, arn in ((IN_THERE, replica), (ADMIN_A, key))
    ]
    assert listed == [turns, turns]


def test_a_replica_that_is_enabled_leaves_the_primarys_date_alone() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.call("DisableKey", KeyId=key)
    estate.call("DisableKey", IN_THERE, KeyId=replica)
    estate.clock.pass_(days=100)
    estate.call("EnableKey", IN_THERE, KeyId=replica)
    status = estate.call("GetKeyRotationStatus", IN_THERE, KeyId=replica)
    assert status["NextRotationDate"] == START + 90 * DAY


def test_a_new_replica_rotates_with_the_others() -> None:
    estate = Estate()
    key = estate.key(MultiRegion=True)
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.clock.pass_(days=50)
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THERE)
    status = estate.call("GetKeyRotationStatus", IN_THERE, KeyId=moved(key, THERE))
    assert status["NextRotationDate"] == START + 90 * DAY


# Another primary.


def test_primary_and_replica_swap_roles() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THIRD)
    estate.call("RotateKeyOnDemand", KeyId=key)
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    blob = encrypted(estate, key)
    assert estate.call("UpdatePrimaryRegion", KeyId=key, PrimaryRegion=THERE) == {}
    for caller, arn in ((ADMIN_A, key), (IN_THERE, replica), (IN_THIRD, moved(key, THIRD))):
        told = configuration(estate, arn, caller)
        assert told["PrimaryKey"] == {"Arn": replica, "Region": THERE}
        assert [each["Region"] for each in told["ReplicaKeys"]] == [HOME, THIRD]
        assert told["MultiRegionKeyType"] == ("PRIMARY" if arn == replica else "REPLICA")
        assert estate.state(arn, caller) == "Enabled"
        assert estate.call("Decrypt", caller, **blob)["Plaintext"] == b"x"
        assert estate.call("GetKeyRotationStatus", caller, KeyId=arn)["RotationPeriodInDays"] == 90
    assert estate.refused("RotateKeyOnDemand", KeyId=key)[0] == UNSUPPORTED
    for _ in range(24):  # the count goes with the key
        estate.call("RotateKeyOnDemand", IN_THERE, KeyId=replica)
    assert estate.refused("RotateKeyOnDemand", IN_THERE, KeyId=replica)[0] == "LimitExceededException"
    assert estate.call("Decrypt", **encrypted(estate, replica, IN_THERE))["Plaintext"] == b"x"
    estate.call("UpdatePrimaryRegion", IN_THERE, KeyId=replica, PrimaryRegion=HOME)
    assert configuration(estate, key)["MultiRegionKeyType"] == "PRIMARY"


def test_the_permission_is_asked_on_both_keys() -> None:
    """K5: the replica's policy has its own say."""
    estate = Estate()
    key, replica = primary_and_replica(estate)
    own = [allow("kms:*", Principal={"AWS": A}), deny("kms:UpdatePrimaryRegion", Principal={"AWS": "*"})]
    estate.call("PutKeyPolicy", IN_THERE, KeyId=replica, Policy=json.dumps(policy(*own)))
    before = estate.kms.store.revision
    assert estate.refused("UpdatePrimaryRegion", KeyId=key, PrimaryRegion=THERE)[0] == DENIED
    assert estate.kms.store.revision is before


def test_a_policy_decides_by_the_new_primarys_region() -> None:
    into = allow("kms:UpdatePrimaryRegion", Condition={"StringEquals": {"kms:PrimaryRegion": THERE}})
    estate = Estate(app_a=[into])
    key, _ = primary_and_replica(estate)
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THIRD)
    assert estate.refused("UpdatePrimaryRegion", APP_A, KeyId=key, PrimaryRegion=THIRD)[0] == DENIED
    assert estate.call("UpdatePrimaryRegion", APP_A, KeyId=key, PrimaryRegion=THERE) == {}


def test_what_cannot_become_the_primary() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    single, arn = estate.key(), moved(key, THIRD)
    refused = estate.refused
    assert refused("UpdatePrimaryRegion", KeyId=key, PrimaryRegion=THIRD) == (
        "NotFoundException",
        f"Key '{arn}' does not exist",
    )
    assert refused("UpdatePrimaryRegion", KeyId=key, PrimaryRegion=HOME)[0] == UNSUPPORTED
    for caller, other in ((ADMIN_A, single), (IN_THERE, replica)):
        refusal = refused("UpdatePrimaryRegion", caller, KeyId=other, PrimaryRegion=HOME)
        assert refusal == (UNSUPPORTED, f"{other} is not a multi-region primary key.")
    estate.call("ScheduleKeyDeletion", IN_THERE, KeyId=replica)
    refusal = refused("UpdatePrimaryRegion", KeyId=key, PrimaryRegion=THERE)
    assert refusal == (INVALID_STATE, f"{replica} is pending deletion.")


# The end.


@pytest.mark.parametrize("swept", [False, True], ids=["when somebody looks", "by the sweep"])
def test_a_primary_waits_for_its_replicas(*, swept: bool) -> None:
    """KMS 4: its clock starts when the last replica is gone."""
    estate = Estate()
    key, replica = primary_and_replica(estate)
    blob = encrypted(estate, key)
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=10)
    metadata = estate.call("DescribeKey", KeyId=key)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingReplicaDeletion"
    assert metadata["PendingDeletionWindowInDays"] == 10
    assert "DeletionDate" not in metadata
    assert estate.refused("Decrypt", **blob) == (INVALID_STATE, f"{key} is pending replica deletion.")
    estate.clock.pass_(days=300)
    assert estate.call("Decrypt", IN_THERE, **blob)["Plaintext"] == b"x"
    estate.call("ScheduleKeyDeletion", IN_THERE, KeyId=replica, PendingWindowInDays=7)
    estate.clock.pass_(days=8)
    if swept:
        assert estate.kms.sweep() == 1
        assert estate.kms.store.materials(replica) == ()
    metadata = estate.call("DescribeKey", KeyId=key)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion"
    assert metadata["DeletionDate"] == START + (300 + 7 + 10) * DAY
    assert configuration(estate, key)["ReplicaKeys"] == []
    assert estate.refused("DescribeKey", IN_THERE, KeyId=replica)[0] == "NotFoundException"
    estate.clock.pass_(days=9)
    if swept:
        assert estate.kms.sweep() == 1
    assert estate.refused("DescribeKey", KeyId=key) == ("NotFoundException", f"Key '{key}' does not exist")


@pytest.mark.parametrize(("there", "third"), [(7, 30), (30, 7)], ids=["the second ends last", "the first ends last"])
def test_its_clock_starts_with_the_last_replica_though_nobody_looked_in_between(there: int, third: int) -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion=THIRD)
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=10)
    estate.call("ScheduleKeyDeletion", IN_THERE, KeyId=replica, PendingWindowInDays=there)
    estate.call("ScheduleKeyDeletion", IN_THIRD, KeyId=moved(key, THIRD), PendingWindowInDays=third)
    estate.clock.pass_(days=31)
    assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["DeletionDate"] == START + (30 + 10) * DAY


def test_a_primary_that_waited_is_kept_after_all() -> None:
    estate = Estate()
    key, _ = primary_and_replica(estate)
    estate.call("ScheduleKeyDeletion", KeyId=key)
    estate.call("CancelKeyDeletion", KeyId=key)
    assert estate.state(key) == "Disabled"
    metadata = estate.call("DescribeKey", KeyId=key)["KeyMetadata"]
    assert "PendingDeletionWindowInDays" not in metadata


def test_a_replica_is_deleted_by_itself() -> None:
    estate = Estate()
    key, replica = primary_and_replica(estate)
    blob = encrypted(estate, replica, IN_THERE)
    estate.call("ScheduleKeyDeletion", IN_THERE, KeyId=replica, PendingWindowInDays=7)
    assert estate.state(key) == "Enabled"
    estate.clock.pass_(days=7)
    assert estate.refused("DescribeKey", IN_THERE, KeyId=replica)[0] == "NotFoundException"
    assert configuration(estate, key)["ReplicaKeys"] == []
    assert estate.call("Decrypt", **blob)["Plaintext"] == b"x"


# Imported material.

FIRST, SECOND = bytes([1]) * 32, bytes([2]) * 32


class Pair:
    """A primary with imported material, and its replica."""

    def __init__(self) -> None:
        self.estate = Estate()
        self.importer = Importer(self.estate)
        self.key = self.estate.key(MultiRegion=True, Origin="EXTERNAL")
        self.importer.bring(self.key, FIRST)
        self.estate.call("ReplicateKey", KeyId=self.key, ReplicaRegion=THERE)
        self.replica = moved(self.key, THERE)

    def states(self) -> list[list[tuple[str, str]]]:
        """Give the states of the materials of both."""
        asked = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
        listed = [
            self.estate.call("ListKeyRotations", caller, KeyId=arn, **asked)["Rotations"]
            for caller, arn in ((ADMIN_A, self.key), (IN_THERE, self.replica))
        ]
        return [[(each["KeyMaterialState"], each["ImportState"]) for each in of_one] for of_one in listed]


def test_a_replica_waits_for_the_same_material() -> None:
    """KMS 21, 22."""
    pair = Pair()
    estate, replica = pair.estate, pair.replica
    blob = encrypted(estate, pair.key)
    assert estate.state(replica, IN_THERE) == "PendingImport"
    assert pair.states() == [[("CURRENT", "IMPORTED")], [("CURRENT", "PENDING_IMPORT")]]
    assert estate.refused("Decrypt", IN_THERE, **blob) == (INVALID_STATE, f"{replica} is pending import.")
    refusal = pair.importer.refused(replica, SECOND, IN_THERE)
    assert refusal[0] == "IncorrectKeyMaterialException"
    refusal = pair.importer.refused(replica, SECOND, IN_THERE, **NEW)
    assert refusal == (UNSUPPORTED, f"{replica} is not a multi-region primary key.")
    pair.importer.bring(replica, FIRST, IN_THERE)
    assert estate.state(replica, IN_THERE) == "Enabled"
    assert estate.call("Decrypt", IN_THERE, **blob)["Plaintext"] == b"x"


def test_a_set_rotates_when_all_of_it_has_the_material() -> None:
    pair = Pair()
    estate, importer = pair.estate, pair.importer
    importer.bring(pair.replica, FIRST, IN_THERE)
    old = encrypted(estate, pair.replica, IN_THERE)
    importer.bring(pair.key, SECOND, **NEW)
    assert pair.states()[0][1] == ("PENDING_MULTI_REGION_IMPORT_AND_ROTATION", "IMPORTED")
    refusal = estate.refused("RotateKeyOnDemand", KeyId=pair.key)
    assert refusal == (INVALID_STATE, f"No available key material pending rotation for the key: {pair.key}.")
    importer.bring(pair.replica, SECOND, IN_THERE, **EXISTING)
    waiting = [("CURRENT", "IMPORTED"), ("PENDING_ROTATION", "IMPORTED")]
    assert pair.states() == [waiting, waiting]
    estate.call("RotateKeyOnDemand", KeyId=pair.key)
    turned = [("NON_CURRENT", "IMPORTED"), ("CURRENT", "IMPORTED")]
    assert pair.states() == [turned, turned]
    new = encrypted(estate, pair.key)
    for caller in (ADMIN_A, IN_THERE):
        for blob in (old, new):
            assert estate.call("Decrypt", caller, **blob)["Plaintext"] == b"x"


def test_a_new_replica_lacks_what_waits() -> None:
    pair = Pair()
    estate, importer = pair.estate, pair.importer
    importer.bring(pair.replica, FIRST, IN_THERE)
    importer.bring(pair.key, SECOND, **NEW)
    importer.bring(pair.replica, SECOND, IN_THERE)
    estate.call("ReplicateKey", KeyId=pair.key, ReplicaRegion=THIRD)
    assert [state for (state, _) in pair.states()[0]] == ["CURRENT", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]
    third = moved(pair.key, THIRD)
    assert estate.refused("RotateKeyOnDemand", KeyId=pair.key)[0] == INVALID_STATE
    for material in (SECOND, FIRST):
        importer.bring(third, material, IN_THIRD)
    assert estate.state(third, IN_THIRD) == "Enabled"
    estate.call("RotateKeyOnDemand", KeyId=pair.key)
    blob = encrypted(estate, third, IN_THIRD)
    assert estate.call("Decrypt", **blob)["Plaintext"] == b"x"


def test_what_waits_is_deleted_with_the_primarys() -> None:
    """DeleteImportedKeyMaterial, API page; the replica's own goes alone."""
    pair = Pair()
    estate, importer = pair.estate, pair.importer
    importer.bring(pair.replica, FIRST, IN_THERE)
    second = importer.bring(pair.key, SECOND, **NEW)["KeyMaterialId"]
    importer.bring(pair.replica, SECOND, IN_THERE)
    estate.call("DeleteImportedKeyMaterial", IN_THERE, KeyId=pair.replica, KeyMaterialId=second)
    assert [len(of_one) for of_one in pair.states()] == [2, 1]
    importer.bring(pair.replica, SECOND, IN_THERE)
    estate.call("DeleteImportedKeyMaterial", KeyId=pair.key, KeyMaterialId=second)
    assert pair.states() == [[("CURRENT", "IMPORTED")], [("CURRENT", "IMPORTED")]]
    assert all(estate.kms.store.materials(arn)[1].wrapped is None for arn in (pair.key, pair.replica))


def test_the_primarys_own_material_goes_alone() -> None:
    pair = Pair()
    pair.importer.bring(pair.replica, FIRST, IN_THERE)
    pair.estate.call("DeleteImportedKeyMaterial", KeyId=pair.key)
    assert pair.estate.state(pair.key) == "PendingImport"
    assert pair.estate.state(pair.replica, IN_THERE) == "Enabled"


def test_a_new_primary_goes_on_with_what_the_former_began() -> None:
    """Versions never name two materials, whichever key was the primary."""
    pair = Pair()
    estate, importer = pair.estate, pair.importer
    importer.bring(pair.replica, FIRST, IN_THERE)
    importer.bring(pair.key, SECOND, **NEW)
    estate.call("UpdatePrimaryRegion", KeyId=pair.key, PrimaryRegion=THERE)
    refusal = importer.refused(pair.replica, bytes([3]) * 32, IN_THERE, **NEW)
    assert refusal[0] == INVALID_STATE
    importer.bring(pair.replica, SECOND, IN_THERE, **NEW)
    versions = {material.id: material.version for material in estate.kms.store.materials(pair.key)}
    assert versions == {material.id: material.version for material in estate.kms.store.materials(pair.replica)}
    estate.call("RotateKeyOnDemand", IN_THERE, KeyId=pair.replica)
    blob = encrypted(estate, pair.replica, IN_THERE)
    assert estate.call("Decrypt", **blob)["Plaintext"] == b"x"


def test_a_version_that_was_given_up_is_not_given_again() -> None:
    pair = Pair()
    estate, importer = pair.estate, pair.importer
    importer.bring(pair.replica, FIRST, IN_THERE)
    second = importer.bring(pair.key, SECOND, **NEW)["KeyMaterialId"]
    estate.call("DeleteImportedKeyMaterial", KeyId=pair.key, KeyMaterialId=second)
    estate.call("UpdatePrimaryRegion", KeyId=pair.key, PrimaryRegion=THERE)
    importer.bring(pair.replica, bytes([3]) * 32, IN_THERE, **NEW)
    assert [material.version for material in estate.kms.store.materials(pair.replica)] == [1, 3]
