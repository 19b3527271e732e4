"""Keys made, described, listed and told about (KMS 9, 14, 17, 18, 23, 24)."""

from __future__ import annotations

import json
import os
import threading
from typing import Any

import pytest

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms import Caller, RootKey, Settings, StorageError
from tests.kms.estate import (
    ADMIN_A,
    ADMIN_B,
    APP_A,
    APP_B,
    NOBODY_A,
    NOBODY_B,
    START,
    A,
    B,
    Estate,
    allow,
    deny,
    policy,
)
from tests.kms.using import FULL, FailingStore

DENIED = "AccessDeniedException"
S3 = Caller(ADMIN_A, via_service="s3.us-east-1.amazonaws.com")
# RSA keys take long to make; one size is enough here.
MADE = [
    (spec.name, usage)
    for spec in KEY_SPECS.values()
    for usage in spec.usages
    if spec.supported
    and spec.name not in {"RSA_3072", "RSA_4096"}
    and (spec.name, usage) != ("RSA_2048", "SIGN_VERIFY")
]


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in pairs.items()]


# CreateKey.


def test_a_key_that_nothing_is_said_of_is_symmetric() -> None:
    estate = Estate()
    metadata = estate.call("CreateKey")["KeyMetadata"]
    arn = metadata["Arn"]
    assert arn == f"arn:aws:kms:us-east-1:{A}:key/{metadata['KeyId']}"
    material = metadata.pop("CurrentKeyMaterialId")
    assert len(material) == 64
    assert metadata == {
        "AWSAccountId": A,
        "KeyId": arn.rpartition("/")[2],
        "Arn": arn,
        "CreationDate": START,
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }


def test_while_the_material_of_a_key_is_made_others_write() -> None:
    """An RSA key takes seconds; here entropy waits for somebody else's change, which would wait for the key."""
    changes: list[threading.Thread] = []

    def entropy(size: int) -> bytes:
        for change in changes:
            change.start()
            change.join(60)
            assert not change.is_alive()
        changes.clear()
        return os.urandom(size)

    estate = Estate(entropy=entropy)
    key = estate.key()
    changes.append(threading.Thread(target=lambda: estate.call("DisableKey", KeyId=key)))
    estate.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    assert estate.state(key) == "Disabled"


@pytest.mark.parametrize(("spec", "usage"), MADE)
def test_keys_of_every_spec_are_made_for_every_usage(spec: str, usage: str) -> None:
    estate = Estate()
    made = estate.call("CreateKey", KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    assert (made["KeySpec"], made["CustomerMasterKeySpec"], made["KeyUsage"]) == (spec, spec, usage)
    assert [value for name, value in made.items() if name.endswith("Algorithms")] == [
        list(KEY_SPECS[spec].algorithms(usage))
    ]
    assert ("CurrentKeyMaterialId" in made) == (spec == "SYMMETRIC_DEFAULT")  # KMS 5
    assert estate.call("DescribeKey", KeyId=made["KeyId"])["KeyMetadata"] == made


def test_the_old_name_of_the_spec_does() -> None:
    made = Estate().call("CreateKey", CustomerMasterKeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    assert made["KeySpec"] == "HMAC_256"


def test_what_is_said_of_a_key_is_kept() -> None:
    estate = Estate()
    text = json.dumps(policy(allow("kms:*", Principal={"AWS": A})))
    key = estate.key(Description="for figures", Policy=text, Tags=tags(team="x", stage=""))
    assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["Description"] == "for figures"
    assert estate.call("GetKeyPolicy", KeyId=key)["Policy"] == text
    assert estate.call("ListResourceTags", KeyId=key)["Tags"] == tags(stage="", team="x")


def test_a_key_without_a_policy_gets_the_default_one() -> None:  # KMS 18
    estate = Estate()
    document = json.loads(estate.call("GetKeyPolicy", KeyId=estate.key())["Policy"])
    statement = document.pop("Statement")
    assert document == {"Version": "2012-10-17", "Id": "key-default-1"}
    assert statement == [
        {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]


def test_a_key_is_made_in_the_region_called() -> None:
    estate = Estate()
    there = Caller(ADMIN_A, region="eu-west-1")
    key = estate.key(there)
    assert key.startswith(f"arn:aws:kms:eu-west-1:{A}:key/")
    assert estate.refused("DescribeKey", KeyId=key) == ("NotFoundException", "Invalid arn eu-west-1")
    assert estate.call("ListKeys")["Keys"] == []
    assert len(estate.call("ListKeys", there)["Keys"]) == 1


def test_a_multi_region_key_is_the_primary_of_none_yet() -> None:  # KMS 22
    estate = Estate()
    made = estate.call("CreateKey", MultiRegion=True)["KeyMetadata"]
    prefix, _, digits = made["KeyId"].partition("-")
    assert (prefix, len(digits), set(digits) <= set("0123456789abcdef")) == ("mrk", 32, True)
    assert made["MultiRegion"]
    assert made["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": made["Arn"], "Region": "us-east-1"},
        "ReplicaKeys": [],
    }


def test_a_key_for_imported_material_waits_for_it() -> None:  # KMS 21
    estate = Estate()
    made = estate.call("CreateKey", Origin="EXTERNAL")["KeyMetadata"]
    assert (made["KeyState"], made["Enabled"], made["Origin"]) == ("PendingImport", False, "EXTERNAL")
    assert "CurrentKeyMaterialId" not in made
    code, message = estate.refused("Encrypt", KeyId=made["KeyId"], Plaintext=b"x")
    assert (code, message) == ("KMSInvalidStateException", f"{made['Arn']} is pending import.")


USAGE_NEEDED = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
BOTH_SPECS = (
    "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
)
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("an RSA key without a usage", {"KeySpec": "RSA_2048"}, "ValidationException", USAGE_NEEDED),  # KMS 9
    ("an HMAC key without a usage", {"KeySpec": "HMAC_256"}, "ValidationException", USAGE_NEEDED),
    (
        "a symmetric key to sign with",
        {"KeyUsage": "SIGN_VERIFY"},
        "ValidationException",
        "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT",
    ),
    (
        "a curve of cryptocurrencies to agree with",
        {"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "KEY_AGREEMENT"},
        "ValidationException",
        "KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_SECG_P256K1",
    ),
    (
        "the spec by both of its names",
        {"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"},
        "ValidationException",
        BOTH_SPECS,
    ),
    (
        "SM2, which no library here has",  # KMS 24
        {"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"},
        "UnsupportedOperationException",
        "KeySpec SM2 is not supported.",
    ),
    (
        "ML-KEM-512, which no library here has",
        {"KeySpec": "ML_KEM_512", "KeyUsage": "ENCAPSULATE_DECAPSULATE"},
        "UnsupportedOperationException",
        "KeySpec ML_KEM_512 is not supported.",
    ),
    (
        "a key in a CloudHSM cluster",  # KMS 23
        {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1"},
        "UnsupportedOperationException",
        "Custom key stores are not supported.",
    ),
    (
        "a key in an external key store",
        {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": "cks-1", "XksKeyId": "k"},
        "UnsupportedOperationException",
        "Custom key stores are not supported.",
    ),
    (
        "a key of KMS's own in a custom key store",
        {"CustomKeyStoreId": "cks-1"},
        "ValidationException",
        "Origin AWS_KMS is not compatible with CustomKeyStoreId",
    ),
    (
        "a key of KMS's own under an external key",
        {"XksKeyId": "k"},
        "ValidationException",
        "Origin AWS_KMS is not compatible with XksKeyId",
    ),
    (
        "ML-DSA material from elsewhere",
        {"Origin": "EXTERNAL", "KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY"},
        "UnsupportedOperationException",
        "Key material for KeySpec ML_DSA_44 cannot be imported.",
    ),
    ("one tag twice", {"Tags": tags(a="1") + tags(a="2")}, "TagException", "Duplicate tag keys"),  # KMS 16
    ("a tag of AWS's", {"Tags": tags(**{"AWS:x": "1"})}, "TagException", "Tags beginning with aws: are reserved"),
    ("51 tags", {"Tags": tags(**{f"t{n}": "" for n in range(51)})}, "TagException", "Too many tags"),
]


@pytest.mark.parametrize(("params", "code", "message"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_keys_that_are_not_made(params: dict[str, Any], code: str, message: str) -> None:
    estate = Estate()
    before = estate.kms.store.revision
    assert estate.refused("CreateKey", **params) == (code, message)
    assert estate.kms.store.revision is before


def test_what_cannot_be_made_is_said_to_those_who_may_make_keys() -> None:
    code, _ = Estate().refused("CreateKey", NOBODY_A, KeySpec="SM2", KeyUsage="SIGN_VERIFY")
    assert code == DENIED


def test_an_account_has_a_quota_of_keys_in_a_region() -> None:
    estate = Estate(settings=Settings(keys=2))
    estate.call("DescribeKey", S3, KeyId="alias/aws/s3")  # AWS managed keys do not count
    keys = [estate.key(), estate.key()]
    quota = "Key quota for this account in this region is 2 but the current usage is 2."
    assert estate.refused("CreateKey") == ("LimitExceededException", quota)
    estate.key(Caller(ADMIN_A, region="eu-west-1"))
    estate.key(ADMIN_B)
    estate.call("ScheduleKeyDeletion", KeyId=keys[0], PendingWindowInDays=7)
    assert estate.refused("CreateKey")[0] == "LimitExceededException"
    estate.clock.pass_(days=7)
    estate.kms.sweep()
    estate.key()


# Condition keys of CreateKey (K9).

HMAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
CONDITIONS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("kms:KeySpec", {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}, {}, HMAC),
    (
        "the old name of kms:KeySpec",
        {"StringEquals": {"kms:CustomerMasterKeySpec": "HMAC_256"}},
        HMAC,
        {**HMAC, "KeySpec": "HMAC_384"},
    ),
    ("kms:KeyUsage", {"StringEquals": {"kms:KeyUsage": "ENCRYPT_DECRYPT"}}, {}, HMAC),
    (
        "the old name of kms:KeyUsage",
        {"StringEquals": {"kms:CustomerMasterKeyUsage": "ENCRYPT_DECRYPT"}},
        {},
        HMAC,
    ),
    ("kms:KeyOrigin", {"StringEquals": {"kms:KeyOrigin": "AWS_KMS"}}, {}, {"Origin": "EXTERNAL"}),
    ("kms:MultiRegion", {"Bool": {"kms:MultiRegion": "false"}}, {}, {"MultiRegion": True}),
    (
        "kms:MultiRegionKeyType",
        {"StringNotEquals": {"kms:MultiRegionKeyType": "PRIMARY"}},
        {"MultiRegion": False},
        {"MultiRegion": True},
    ),
    (
        "kms:BypassPolicyLockoutSafetyCheck",
        {"Null": {"kms:BypassPolicyLockoutSafetyCheck": "true"}},
        {},
        {"BypassPolicyLockoutSafetyCheck": True},
    ),
    (
        "aws:RequestTag",
        {"StringEquals": {"aws:RequestTag/team": "x"}},
        {"Tags": tags(team="x")},
        {"Tags": tags(team="y")},
    ),
    (
        "aws:TagKeys",
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        {"Tags": tags(team="x")},
        {"Tags": tags(team="x", stage="y")},
    ),
]


@pytest.mark.parametrize(("condition", "good", "bad"), [pytest.param(*row[1:], id=row[0]) for row in CONDITIONS])
def test_a_condition_on_the_key_to_be_made_decides(
    condition: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    estate = Estate(app_a=[allow("kms:CreateKey", Condition=condition), allow("kms:TagResource")])
    assert estate.key(APP_A, **good)
    assert estate.refused("CreateKey", APP_A, **bad)[0] == DENIED


def test_the_region_called_decides() -> None:
    here = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    estate = Estate(app_a=[allow("kms:CreateKey", "kms:TagResource", Condition=here)])
    there = Caller(APP_A, region="eu-west-1")
    assert estate.key(APP_A, Tags=tags(team="x"))
    assert estate.refused("CreateKey", there)[0] == DENIED


# Tags need a permission of their own, which is asked on all keys of the account and Region.

TAGGING: list[tuple[str, list[dict[str, Any]], bool]] = [
    ("none", [], False),
    ("for everything", [allow("kms:TagResource")], True),
    ("for all keys", [allow("kms:TagResource", resource=f"arn:aws:kms:*:{A}:key/*")], True),
    ("for all keys of the Region", [allow("kms:TagResource", resource=f"arn:aws:kms:us-east-1:{A}:key/*")], True),
    ("for those of another Region", [allow("kms:TagResource", resource=f"arn:aws:kms:eu-west-1:{A}:key/*")], False),
    ("for one key", [allow("kms:TagResource", resource=f"arn:aws:kms:us-east-1:{A}:key/x")], False),
    (
        "for the tag",
        [allow("kms:TagResource", Condition={"StringEquals": {"aws:RequestTag/team": "x"}})],
        True,
    ),
    ("for another tag", [allow("kms:TagResource", Condition={"StringEquals": {"aws:RequestTag/team": "y"}})], False),
    (
        # The key has no tags while it is made: who asks for them waits in vain, on AWS too.
        "for keys that have the tag",
        [allow("kms:TagResource", Condition={"StringEquals": {"aws:ResourceTag/team": "x"}})],
        False,
    ),
]


@pytest.mark.parametrize(("more", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in TAGGING])
def test_a_key_with_tags_needs_the_permission_to_tag(more: list[dict[str, Any]], *, allowed: bool) -> None:
    estate = Estate(app_a=[allow("kms:CreateKey"), *more])
    assert estate.key(APP_A)
    if allowed:
        assert estate.key(APP_A, Tags=tags(team="x"))
        return
    before = estate.kms.store.revision
    assert estate.refused("CreateKey", APP_A, Tags=tags(team="x")) == (
        DENIED,
        f"User: {APP_A} is not authorized to perform: kms:TagResource because no identity-based policy allows the "
        "kms:TagResource action",
    )
    assert estate.kms.store.revision is before


def test_a_deny_of_tagging_all_keys_reaches_those_that_are_created() -> None:
    everything = allow("kms:CreateKey", "kms:TagResource")
    estate = Estate(app_a=[everything, deny("kms:TagResource", resource=f"arn:aws:kms:*:{A}:key/*")])
    code, message = estate.refused("CreateKey", APP_A, Tags=tags(team="x"))
    assert (code, message.endswith("kms:TagResource with an explicit deny in an identity-based policy")) == (
        DENIED,
        True,
    )


def test_tag_keys_that_differ_in_case_alone_are_one() -> None:
    code, message = Estate().refused("CreateKey", Tags=tags(team="x", TEAM="y"))
    assert (code, message) == ("TagException", "Duplicate tag keys")


# The lockout check: KMS 17. What PutKeyPolicy refuses is tested with it.


def key_policy(*actions: str, principal: str = ADMIN_A) -> str:
    return json.dumps(policy(allow(*actions, Principal={"AWS": principal})))


def test_a_key_cannot_be_made_that_locks_its_maker_out() -> None:
    estate = Estate()
    locked = key_policy("kms:*", principal=NOBODY_A)
    assert estate.refused("CreateKey", Policy=locked) == (
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )
    assert estate.call("ListKeys")["Keys"] == []
    assert estate.key(Policy=locked, BypassPolicyLockoutSafetyCheck=True)
    assert estate.key(Policy=key_policy("kms:PutKeyPolicy"))


def test_under_the_default_policy_nobody_is_locked_out() -> None:
    estate = Estate(app_a=[allow("kms:CreateKey")])
    assert estate.key(APP_A)  # who may make keys and nothing else; the account's administrators are let in
    delegating = json.dumps(policy(allow("kms:*", Principal={"AWS": A})))
    assert estate.refused("CreateKey", APP_A, Policy=delegating)[0] == "MalformedPolicyDocumentException"


# DescribeKey.


def test_across_accounts_a_key_is_described_to_those_let_in() -> None:
    estate = Estate(app_b=[allow("kms:DescribeKey")])
    shared = json.dumps(policy(allow("kms:*", Principal={"AWS": A}), allow("kms:DescribeKey", Principal={"AWS": B})))
    open_, closed = estate.key(Policy=shared), estate.key()
    assert estate.call("DescribeKey", APP_B, KeyId=open_)["KeyMetadata"]["Arn"] == open_
    assert estate.refused("DescribeKey", NOBODY_B, KeyId=open_)[0] == DENIED
    hidden = estate.refused("DescribeKey", APP_B, KeyId=closed)
    assert hidden == estate.refused("DescribeKey", APP_B, KeyId=f"arn:aws:kms:us-east-1:{A}:key/none")
    assert "does not exist in this Region" in hidden[1]


def test_a_grant_describes_a_key_too() -> None:
    estate = Estate()
    key = estate.key()
    made = estate.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_A, Operations=["DescribeKey"])
    named = estate.call("DescribeKey", NOBODY_A, KeyId=key, GrantTokens=[made["GrantToken"]])
    assert named["KeyMetadata"]["Arn"] == key


# ListKeys: KMS 14.


def test_keys_are_listed_in_pages() -> None:
    estate = Estate()
    keys = {estate.key() for _ in range(5)}
    estate.key(ADMIN_B)
    seen: list[str] = []
    page = estate.call("ListKeys", Limit=2)
    while True:
        seen += [item["KeyArn"] for item in page["Keys"]]
        assert [item["KeyId"] for item in page["Keys"]] == [
            arn.rpartition("/")[2] for arn in seen[-len(page["Keys"]) :]
        ]
        if not page["Truncated"]:
            break
        page = estate.call("ListKeys", Limit=2, Marker=page["NextMarker"])
    assert "NextMarker" not in page
    assert (len(seen), set(seen)) == (5, keys)


def test_100_keys_are_listed_when_no_limit_is_given() -> None:
    estate = Estate()
    for _ in range(101):
        estate.key()
    first = estate.call("ListKeys")
    assert (len(first["Keys"]), first["Truncated"]) == (100, True)
    assert len(estate.call("ListKeys", Limit=1000)["Keys"]) == 101


def test_a_key_whose_end_has_come_is_listed_no_more() -> None:
    estate = Estate()
    gone, kept = estate.key(), estate.key()
    estate.call("ScheduleKeyDeletion", KeyId=gone, PendingWindowInDays=7)
    assert len(estate.call("ListKeys")["Keys"]) == 2
    estate.clock.pass_(days=7)
    assert [item["KeyArn"] for item in estate.call("ListKeys", Limit=1)["Keys"]] == [kept]


@pytest.mark.parametrize(
    ("owners", "count"), [(["SELF"], 1), (["OTHER_ACCOUNTS_VIA_RAM"], 0), (["OTHER_ACCOUNTS_VIA_RAM", "SELF"], 1)]
)
def test_nobody_shares_keys_through_resource_shares(owners: list[str], count: int) -> None:  # KMS 24
    estate = Estate()
    estate.key()
    assert len(estate.call("ListKeys", ResourceOwners=owners)["Keys"]) == count


MARKERS = [
    ("no marker of ours", {}, "nonsense"),
    ("for other owners", {"ResourceOwners": ["OTHER_ACCOUNTS_VIA_RAM", "SELF"]}, None),
]


@pytest.mark.parametrize(("more", "marker"), [pytest.param(*row[1:], id=row[0]) for row in MARKERS])
def test_a_marker_is_good_for_its_own_listing(more: dict[str, Any], marker: str | None) -> None:  # KMS 14
    estate = Estate()
    estate.key(), estate.key()
    given = marker or estate.call("ListKeys", Limit=1)["NextMarker"]
    assert estate.refused("ListKeys", Marker=given, **more)[0] == "InvalidMarkerException"


def test_a_marker_is_no_use_to_another_account() -> None:
    estate = Estate()
    estate.key(), estate.key()
    marker = estate.call("ListKeys", Limit=1)["NextMarker"]
    assert estate.refused("ListKeys", ADMIN_B, Marker=marker)[0] == "InvalidMarkerException"


def test_keys_are_listed_by_identity_policies_alone() -> None:
    estate = Estate(app_a=[allow("kms:ListKeys")])
    key = estate.key()
    assert [item["KeyArn"] for item in estate.call("ListKeys", APP_A)["Keys"]] == [key]
    assert estate.refused("ListKeys", NOBODY_A) == (
        DENIED,
        f"User: {NOBODY_A} is not authorized to perform: kms:ListKeys because no identity-based policy allows the "
        "kms:ListKeys action",
    )


# UpdateKeyDescription.


def test_a_description_is_changed_and_emptied() -> None:
    estate = Estate()
    key = estate.key(Description="old")
    assert estate.call("UpdateKeyDescription", KeyId=key, Description="new") == {}
    assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["Description"] == "new"
    estate.call("UpdateKeyDescription", KeyId=key, Description="")
    assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["Description"] == ""
    assert estate.refused("UpdateKeyDescription", NOBODY_A, KeyId=key, Description="x")[0] == DENIED


# GetKeyLastUsage: KMS 24.


def test_a_use_is_told_whether_it_is_in_the_store_yet_or_not() -> None:
    estate = Estate()
    key = estate.key()
    never = estate.call("GetKeyLastUsage", KeyId=key)
    assert never == {
        "KeyId": key.rpartition("/")[2],
        "KeyLastUsage": {},
        "KeyCreationDate": START,
        "TrackingStartDate": START,
    }
    estate.clock.pass_(hours=1)
    estate.call("Encrypt", KeyId=key, Plaintext=b"x")
    told = estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]
    assert (told["Operation"], told["Timestamp"]) == ("Encrypt", estate.clock.now)
    assert set(told) == {"Operation", "Timestamp", "CloudTrailEventId", "KmsRequestId"}
    estate.kms.sweep()
    assert estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"] == told
    estate.clock.pass_(hours=1)
    estate.call("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    assert estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]["Operation"] == "GenerateDataKey"


@pytest.mark.parametrize("noted", [False, True])
def test_a_replica_that_is_made_anew_was_never_used(*, noted: bool) -> None:
    estate = Estate()
    primary = estate.key(MultiRegion=True)
    replica, there = primary.replace("us-east-1", "eu-west-1"), Caller(ADMIN_A, region="eu-west-1")
    estate.call("ReplicateKey", KeyId=primary, ReplicaRegion="eu-west-1")
    estate.call("Encrypt", there, KeyId=replica, Plaintext=b"x")
    assert estate.call("GetKeyLastUsage", there, KeyId=replica)["KeyLastUsage"]
    estate.call("ScheduleKeyDeletion", there, KeyId=replica, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    estate.call("ReplicateKey", KeyId=primary, ReplicaRegion="eu-west-1")
    if noted:
        estate.kms.sweep()
    assert estate.call("GetKeyLastUsage", there, KeyId=replica)["KeyLastUsage"] == {}


def test_a_use_that_could_not_be_noted_is_not_forgotten() -> None:
    store = FailingStore()
    estate = Estate(store=store, root_key=RootKey.of(bytes(32)))
    key = estate.key()
    estate.call("Encrypt", KeyId=key, Plaintext=b"x")
    told = estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]
    store.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.kms.sweep()
    store.full = False
    assert estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"] == told
    estate.kms.sweep()
    noted = store.last_use(key)
    assert noted is not None
    assert noted.event_id == told["CloudTrailEventId"]


def test_a_flush_notes_the_first_use_within_an_hour() -> None:
    estate = Estate()
    key = estate.key()

    def noted(**later: int) -> bool:
        estate.clock.pass_(**later)
        estate.call("Encrypt", KeyId=key, Plaintext=b"x")
        estate.kms.flush()
        use = estate.kms.store.last_use(key)
        return use is not None and use.at == estate.clock.now

    assert [noted(), noted(minutes=59), noted(minutes=1), noted(days=90)] == [True, False, True, True]


NO_USES: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("refused", "Encrypt", NOBODY_A, {"Plaintext": b"x"}),
    ("a dry run", "Encrypt", ADMIN_A, {"Plaintext": b"x", "DryRun": True}),
    ("of another kind", "Sign", ADMIN_A, {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}),
]


@pytest.mark.parametrize(("operation", "caller", "params"), [pytest.param(*row[1:], id=row[0]) for row in NO_USES])
def test_what_did_not_succeed_was_no_use(operation: str, caller: Any, params: dict[str, Any]) -> None:
    estate = Estate()
    key = estate.key()
    estate.refused(operation, caller, KeyId=key, **params)
    estate.call("DescribeKey", KeyId=key)
    assert estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"] == {}


# What of a key is only its own account's.

OWN: list[tuple[str, dict[str, Any]]] = [
    ("UpdateKeyDescription", {"Description": "x"}),
    ("GetKeyLastUsage", {}),
    ("GetKeyPolicy", {}),
    ("PutKeyPolicy", {"Policy": key_policy("kms:*", principal="*")}),
    ("ListKeyPolicies", {}),
    ("EnableKey", {}),
    ("DisableKey", {}),
    ("ScheduleKeyDeletion", {}),
    ("CancelKeyDeletion", {}),
    ("TagResource", {"Tags": tags(a="b")}),
    ("UntagResource", {"TagKeys": ["a"]}),
    ("ListResourceTags", {}),
]


@pytest.mark.parametrize(("operation", "params"), OWN)
def test_another_account_does_nothing_to_a_key_and_learns_nothing(operation: str, params: dict[str, Any]) -> None:
    estate = Estate()
    key = estate.key(Policy=key_policy("kms:*", principal="*"), BypassPolicyLockoutSafetyCheck=True)
    before = estate.kms.store.revision
    refused = estate.refused(operation, ADMIN_B, KeyId=key, **params)
    assert refused[0] == DENIED
    assert refused == estate.refused(operation, ADMIN_B, KeyId=f"arn:aws:kms:us-east-1:{A}:key/none", **params)
    assert estate.kms.store.revision is before
