"""Aliases made, moved, deleted and listed, and on what each is asked (KMS 15, K4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from policyeval.kms import Caller, Settings
from tests.kms.estate import (
    ADMIN_A,
    ADMIN_B,
    APP_A,
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

DENIED = "AccessDeniedException"
HMAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
ECC = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
PREFIX = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)


def arn_of(name: str, account: str = A, region: str = "us-east-1") -> str:
    return f"arn:aws:kms:{region}:{account}:{name}"


def names(estate: Estate, **params: Any) -> list[str]:
    return [alias["AliasName"] for alias in estate.call("ListAliases", **params)["Aliases"]]


def target(estate: Estate, name: str) -> str:
    arn: str = estate.call("DescribeKey", KeyId=name)["KeyMetadata"]["Arn"]
    return arn


def test_an_alias_is_made_moved_and_deleted() -> None:
    estate = Estate()
    first, second = estate.key(), estate.key()
    assert estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=first) == {}
    assert target(estate, "alias/app") == first
    estate.clock.pass_(hours=1)
    assert estate.call("UpdateAlias", AliasName="alias/app", TargetKeyId=second.rpartition("/")[2]) == {}
    assert target(estate, arn_of("alias/app")) == second
    assert estate.call("ListAliases")["Aliases"] == [
        {
            "AliasName": "alias/app",
            "AliasArn": arn_of("alias/app"),
            "TargetKeyId": second.rpartition("/")[2],
            "CreationDate": START,
            "LastUpdatedDate": estate.clock.now,
        }
    ]
    assert estate.call("DeleteAlias", AliasName="alias/app") == {}
    assert names(estate) == []
    assert estate.state(second) == "Enabled"


def test_what_an_alias_encrypted_is_decrypted_after_it_moved() -> None:
    estate = Estate()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=estate.key())
    blob = estate.call("Encrypt", KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
    estate.call("UpdateAlias", AliasName="alias/app", TargetKeyId=estate.key())
    assert estate.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == b"x"
    assert estate.refused("Decrypt", CiphertextBlob=blob, KeyId="alias/app")[0] == "IncorrectKeyException"


def test_moving_an_alias_to_its_own_key_is_no_fault() -> None:
    estate = Estate(settings=Settings(aliases=1))
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    estate.call("UpdateAlias", AliasName="alias/app", TargetKeyId=key)
    assert target(estate, "alias/app") == key


# Names.

NAMES = [
    ("no prefix", "app", "ValidationException", PREFIX),
    ("a prefix in capitals", "ALIAS/app", "ValidationException", PREFIX),
    ("a key's", "key/app", "ValidationException", PREFIX),
    ("AWS's own", "alias/aws/app", "NotAuthorizedException", "The prefix alias/aws/ is reserved for AWS managed keys"),
    ("AWS's own, of a service", "alias/aws/s3", "NotAuthorizedException", "The prefix alias/aws/ is reserved for AWS managed keys"),
    ("nothing but a prefix", "alias/", "ValidationException", "alias/ contains invalid characters for an alias"),
    ("a colon", "alias/a:b", "ValidationException", "alias/a:b contains invalid characters for an alias"),
    ("a space", "alias/a b", "ValidationException", None),
    ("a dot", "alias/a.b", "ValidationException", None),
    ("257 characters", "alias/" + "a" * 251, "ValidationException", None),
]  # fmt: skip


@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias", "DeleteAlias"])
@pytest.mark.parametrize(("name", "code", "message"), [pytest.param(*row[1:], id=row[0]) for row in NAMES])
def test_names_that_an_alias_cannot_have(operation: str, name: str, code: str, message: str | None) -> None:
    estate = Estate()
    key = estate.key()
    more = {} if operation == "DeleteAlias" else {"TargetKeyId": key}
    found = estate.refused(operation, AliasName=name, **more)
    assert found[0] == code
    if message is not None:
        assert found[1] == message
    assert names(estate) == []


@pytest.mark.parametrize("name", ["alias/a", "alias/A-b_c/1", "alias/aws", "alias/awsome/x", "alias/" + "a" * 250])
def test_names_that_an_alias_can_have(name: str) -> None:
    estate = Estate()
    key = estate.key()
    estate.call("CreateAlias", AliasName=name, TargetKeyId=key)
    assert target(estate, name) == key


# What else is refused.


def test_a_name_is_one_keys_in_an_account_and_region() -> None:
    estate = Estate()
    key, other = estate.key(), estate.key()
    there = Caller(ADMIN_A, region="eu-west-1")
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    for again in (key, other):
        assert estate.refused("CreateAlias", AliasName="alias/app", TargetKeyId=again) == (
            "AlreadyExistsException",
            f"An alias with the name {arn_of('alias/app')} already exists",
        )
    estate.call("CreateAlias", there, AliasName="alias/app", TargetKeyId=estate.key(there))
    estate.call("CreateAlias", ADMIN_B, AliasName="alias/app", TargetKeyId=estate.key(ADMIN_B))
    assert target(estate, "alias/app") == key
    estate.call("CreateAlias", AliasName="alias/App", TargetKeyId=other)  # the case of a name counts
    assert target(estate, "alias/App") == other


@pytest.mark.parametrize("operation", ["UpdateAlias", "DeleteAlias"])
def test_an_alias_that_is_not_there_is_neither_moved_nor_deleted(operation: str) -> None:
    estate = Estate()
    more = {} if operation == "DeleteAlias" else {"TargetKeyId": estate.key()}
    assert estate.refused(operation, AliasName="alias/no", **more) == (
        "NotFoundException",
        f"Alias {arn_of('alias/no')} is not found.",
    )


@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias"])
def test_an_alias_is_for_a_key_and_no_alias(operation: str) -> None:
    estate = Estate()
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    for alias in ("alias/app", arn_of("alias/app")):
        refusal = estate.refused(operation, AliasName="alias/app", TargetKeyId=alias)
        assert refusal == ("InvalidArnException", "Key Aliases are not supported for this operation.")


KINDS: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("one symmetric key for another", {}, {}, True),
    ("one curve for another", ECC, {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"}, True),
    ("one HMAC key for another", HMAC, {**HMAC, "KeySpec": "HMAC_512"}, True),
    ("a curve for an RSA key that signs", ECC, {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, True),
    ("a symmetric key for one that signs", {}, ECC, False),
    ("a symmetric key for an RSA key that encrypts", {}, {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, False),
    ("an HMAC key for a symmetric one", HMAC, {}, False),
    ("a curve that signs for one that agrees", ECC, {**ECC, "KeyUsage": "KEY_AGREEMENT"}, False),
]


@pytest.fixture(scope="module")
def keys() -> tuple[Estate, Callable[[dict[str, Any]], str]]:
    """Give an estate and its keys by what they are, each made once."""
    estate, made = Estate(), {}

    def key(params: dict[str, Any]) -> str:
        name = json.dumps(params)
        if name not in made:
            made[name] = estate.key(**params)
        return made[name]

    return estate, key


@pytest.mark.parametrize(("old", "new", "same"), [pytest.param(*row[1:], id=row[0]) for row in KINDS])
def test_both_keys_of_an_alias_are_of_one_type_and_usage(
    keys: tuple[Estate, Callable[[dict[str, Any]], str]], old: dict[str, Any], new: dict[str, Any], *, same: bool
) -> None:
    estate, key = keys
    estate.call("CreateAlias", AliasName="alias/kind", TargetKeyId=key(old))
    if same:
        estate.call("UpdateAlias", AliasName="alias/kind", TargetKeyId=key(new))
    else:
        code, _ = estate.refused("UpdateAlias", AliasName="alias/kind", TargetKeyId=key(new))
        assert code == "ValidationException"
    assert target(estate, "alias/kind") == key(new if same else old)
    estate.call("DeleteAlias", AliasName="alias/kind")


def test_a_key_has_a_quota_of_aliases() -> None:
    estate = Estate(settings=Settings(aliases=2))
    key, other = estate.key(), estate.key()
    for name in ("alias/1", "alias/2"):
        estate.call("CreateAlias", AliasName=name, TargetKeyId=key)
    estate.call("CreateAlias", AliasName="alias/3", TargetKeyId=other)
    quota = "Aliases per key quota for this account in this region is 2, current usage is 2."
    full = ("LimitExceededException", quota)
    assert estate.refused("CreateAlias", AliasName="alias/4", TargetKeyId=key) == full
    assert estate.refused("UpdateAlias", AliasName="alias/3", TargetKeyId=key) == full
    estate.call("DeleteAlias", AliasName="alias/1")
    estate.call("UpdateAlias", AliasName="alias/3", TargetKeyId=key)
    assert names(estate, KeyId=key) == ["alias/2", "alias/3"]
    assert Settings().aliases == 50


def test_an_alias_leaves_a_key_that_is_pending_deletion_and_none_comes() -> None:  # KMS 3
    estate = Estate()
    ending, key = estate.key(), estate.key()
    for name in ("alias/moved", "alias/deleted"):
        estate.call("CreateAlias", AliasName=name, TargetKeyId=ending)
    estate.call("CreateAlias", AliasName="alias/other", TargetKeyId=key)
    estate.call("ScheduleKeyDeletion", KeyId=ending)
    pending = ("KMSInvalidStateException", f"{ending} is pending deletion.")
    assert estate.refused("CreateAlias", AliasName="alias/new", TargetKeyId=ending) == pending
    assert estate.refused("UpdateAlias", AliasName="alias/other", TargetKeyId=ending) == pending
    estate.call("UpdateAlias", AliasName="alias/moved", TargetKeyId=key)
    estate.call("DeleteAlias", AliasName="alias/deleted")
    assert names(estate, KeyId=ending) == []
    assert names(estate, KeyId=key) == ["alias/moved", "alias/other"]


# What is asked: the alias and each key (K4).

ON_ALIAS = [allow("kms:*Alias", resource=arn_of("alias/app"))]
ASKED: list[tuple[str, str, list[dict[str, Any]], str | None]] = [
    ("creating needs both", "CreateAlias", [*ON_ALIAS, allow("kms:CreateAlias", resource=arn_of("key/*"))], None),
    ("creating needs the alias", "CreateAlias", [allow("kms:CreateAlias", resource=arn_of("key/*"))], "alias"),
    ("creating needs the key", "CreateAlias", ON_ALIAS, "new"),
    ("deleting needs both", "DeleteAlias", [*ON_ALIAS, allow("kms:DeleteAlias", resource=arn_of("key/*"))], None),
    ("deleting needs the alias", "DeleteAlias", [allow("kms:DeleteAlias", resource=arn_of("key/*"))], "alias"),
    ("deleting needs the key", "DeleteAlias", ON_ALIAS, "old"),
    ("moving needs all three", "UpdateAlias", [*ON_ALIAS, allow("kms:UpdateAlias", resource=arn_of("key/*"))], None),
    ("moving needs the alias", "UpdateAlias", [allow("kms:UpdateAlias", resource=arn_of("key/*"))], "alias"),
    ("moving needs the old key", "UpdateAlias", [*ON_ALIAS, allow("kms:UpdateAlias", Condition={"StringEquals": {"aws:ResourceTag/age": "new"}})], "old"),
    ("moving needs the new key", "UpdateAlias", [*ON_ALIAS, allow("kms:UpdateAlias", Condition={"StringEquals": {"aws:ResourceTag/age": "old"}})], "new"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "own", "lacking"), [pytest.param(*row[1:], id=row[0]) for row in ASKED])
def test_the_alias_and_every_key_are_asked(operation: str, own: list[dict[str, Any]], lacking: str | None) -> None:
    estate = Estate(app_a=own)
    resources = {age: estate.key(Tags=[{"TagKey": "age", "TagValue": age}]) for age in ("old", "new")}
    resources["alias"] = arn_of("alias/app")
    if operation != "CreateAlias":
        estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=resources["old"])
    params = {"AliasName": "alias/app"} | ({} if operation == "DeleteAlias" else {"TargetKeyId": resources["new"]})
    before = estate.kms.store.revision
    if lacking is None:
        assert estate.call(operation, APP_A, **params) == {}
        return
    assert estate.refused(operation, APP_A, **params) == (
        DENIED,
        f"User: {APP_A} is not authorized to perform: kms:{operation} on resource: {resources[lacking]} because no "
        f"identity-based policy allows the kms:{operation} action",
    )
    assert estate.kms.store.revision is before


def test_a_key_policy_has_no_say_on_an_alias() -> None:
    estate = Estate()
    document = policy(allow("kms:*", Principal={"AWS": A}), allow("kms:*", Principal={"AWS": NOBODY_A}))
    key = estate.key(Policy=json.dumps(document))
    code, message = estate.refused("CreateAlias", NOBODY_A, AliasName="alias/app", TargetKeyId=key)
    assert (code, arn_of("alias/app") in message) == (DENIED, True)


def test_a_deny_on_the_alias_protects_it() -> None:
    estate = Estate(app_a=[allow("kms:*"), deny("kms:DeleteAlias", resource=arn_of("alias/prod/*"))])
    key = estate.key()
    for name in ("alias/prod/x", "alias/test/x"):
        estate.call("CreateAlias", APP_A, AliasName=name, TargetKeyId=key)
    assert estate.refused("DeleteAlias", APP_A, AliasName="alias/prod/x")[0] == DENIED
    estate.call("DeleteAlias", APP_A, AliasName="alias/test/x")


def test_aliases_open_and_close_a_key() -> None:
    """A new alias decides at once, where policies look at kms:ResourceAliases."""
    named = {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/app*"}}
    estate = Estate(app_a=[allow("kms:Encrypt", Condition=named)])
    key = estate.key()
    encrypt = {"KeyId": key, "Plaintext": b"x"}
    assert estate.refused("Encrypt", APP_A, **encrypt)[0] == DENIED
    estate.call("CreateAlias", AliasName="alias/app-1", TargetKeyId=key)
    assert estate.call("Encrypt", APP_A, **encrypt)
    estate.call("UpdateAlias", AliasName="alias/app-1", TargetKeyId=estate.key())
    assert estate.refused("Encrypt", APP_A, **encrypt)[0] == DENIED


# Across accounts nothing works, and nothing is learnt.


def test_a_service_makes_no_alias_in_its_own_name() -> None:
    """It has no account, which every alias is of; the key is as open to it as can be."""
    estate = Estate()
    shared = allow("kms:*", Principal={"Service": "s3.amazonaws.com"})
    key = estate.key(Policy=json.dumps(policy(allow("kms:*", Principal={"AWS": A}), shared)))
    code, message = estate.refused("CreateAlias", "s3.amazonaws.com", AliasName="alias/app", TargetKeyId=key)
    assert code == DENIED
    assert message.startswith("User: s3.amazonaws.com is not authorized to perform: kms:CreateAlias on this resource")
    assert names(estate) == []


@pytest.mark.parametrize("caller", [ADMIN_B, NOBODY_B])
def test_another_accounts_key_gets_no_alias(caller: str) -> None:  # K3
    """Who may not even make aliases learns no more: the alias is asked before the key is."""
    estate = Estate()
    document = policy(allow("kms:*", Principal={"AWS": A}), allow("kms:*", Principal={"AWS": B}))
    key = estate.key(Policy=json.dumps(document))
    none = f"arn:aws:kms:us-east-1:{A}:key/none"
    estate.call("CreateAlias", ADMIN_B, AliasName="alias/app", TargetKeyId=estate.key(ADMIN_B))
    for operation, name in (("CreateAlias", "alias/new"), ("UpdateAlias", "alias/app")):
        refused = estate.refused(operation, caller, AliasName=name, TargetKeyId=key)
        assert refused[0] == DENIED
        assert refused == estate.refused(operation, caller, AliasName=name, TargetKeyId=none)
    listed = estate.refused("ListAliases", caller, KeyId=key)
    assert listed[0] == DENIED
    assert listed == estate.refused("ListAliases", caller, KeyId=none)


# ListAliases.


def test_aliases_are_listed_by_name_and_by_key() -> None:
    estate = Estate()
    key, other = estate.key(), estate.key()
    for name, of in (("alias/c", key), ("alias/a", other), ("alias/b", key)):
        estate.call("CreateAlias", AliasName=name, TargetKeyId=of)
    assert names(estate) == ["alias/a", "alias/b", "alias/c"]
    assert names(estate, KeyId=key) == ["alias/b", "alias/c"]
    assert names(estate, KeyId=other.rpartition("/")[2]) == ["alias/a"]
    assert estate.refused("ListAliases", KeyId="alias/a")[0] == "InvalidArnException"
    assert estate.call("ListAliases", ADMIN_B)["Aliases"] == []


@pytest.mark.parametrize("by_key", [True, False])
def test_aliases_are_listed_in_pages(*, by_key: bool) -> None:  # KMS 14
    estate = Estate(settings=Settings(aliases=100))
    key = estate.key()
    made = [f"alias/{number:02}" for number in range(60)]
    for name in made:
        estate.call("CreateAlias", AliasName=name, TargetKeyId=key)
    of = {"KeyId": key} if by_key else {}
    first = estate.call("ListAliases", **of)
    assert (len(first["Aliases"]), first["Truncated"]) == (50, True)
    assert names(estate, Marker=first["NextMarker"], **of) == made[50:]
    other = {} if by_key else {"KeyId": key}
    assert estate.refused("ListAliases", Marker=first["NextMarker"], **other)[0] == "InvalidMarkerException"
    code, message = estate.refused("ListAliases", Limit=101)
    assert (code, message.rpartition(": ")[2]) == (
        "ValidationException",
        "Member must have value less than or equal to 100",
    )


def test_the_aliases_of_a_key_whose_end_has_come_are_listed_no_more() -> None:
    estate = Estate()
    ending, key = estate.key(), estate.key()
    for name, of in (("alias/a", ending), ("alias/b", key)):
        estate.call("CreateAlias", AliasName=name, TargetKeyId=of)
    estate.call("ScheduleKeyDeletion", KeyId=ending, PendingWindowInDays=7)
    assert names(estate) == ["alias/a", "alias/b"]
    estate.clock.pass_(days=7)
    assert names(estate, Limit=1) == ["alias/b"]


def test_listing_aliases_is_a_permission_of_identity_policies() -> None:
    estate = Estate(app_a=[allow("kms:ListAliases")])
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    assert names(estate, caller=APP_A, KeyId=key) == ["alias/app"]
    assert estate.refused("ListAliases", NOBODY_A, KeyId=key)[1].endswith(
        "kms:ListAliases because no identity-based policy allows the kms:ListAliases action"
    )
