"""Key policies read and put: what is taken, what is refused, and that the next decision goes by them (KMS 17)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from policyeval.kms import Caller, Settings, StorageError
from tests.kms.estate import (
    ADMIN_A,
    ADMIN_B,
    APP_A,
    APP_B,
    NOBODY_A,
    ROOT_A,
    A,
    B,
    C,
    Estate,
    allow,
    deny,
    policy,
)

DENIED = "AccessDeniedException"
MALFORMED = "MalformedPolicyDocumentException"
LOCKED_OUT = (MALFORMED, "The new key policy will not allow you to update the key policy in the future.")
BAD_PRINCIPAL = (MALFORMED, "Policy contains a statement with one or more invalid principals.")
OWN = allow("kms:*", Principal={"AWS": A})


def text(*statements: Any) -> str:
    return json.dumps(policy(*statements))


def put(estate: Estate, key: str, *statements: Any, by: Any = ADMIN_A, **more: Any) -> dict[str, Any]:
    return estate.call("PutKeyPolicy", by, KeyId=key, Policy=text(*statements), **more)


def test_the_very_next_decision_goes_by_a_new_policy() -> None:
    estate = Estate()
    key = estate.key()
    encrypt = {"KeyId": key, "Plaintext": b"x"}
    assert estate.refused("Encrypt", NOBODY_A, **encrypt)[0] == DENIED
    assert put(estate, key, OWN, allow("kms:Encrypt", Principal={"AWS": NOBODY_A})) == {}
    assert estate.call("Encrypt", NOBODY_A, **encrypt)
    put(estate, key, OWN, deny("kms:Encrypt", Principal="*"))
    assert estate.refused("Encrypt", ADMIN_A, **encrypt)[0] == DENIED
    put(estate, key, OWN)
    assert estate.call("Encrypt", ADMIN_A, **encrypt)


def test_a_policy_is_kept_as_it_was_put() -> None:
    estate = Estate()
    key = estate.key()
    spaced = json.dumps(policy(OWN), indent=7)
    estate.call("PutKeyPolicy", KeyId=key, Policy=spaced, PolicyName="default")
    assert estate.call("GetKeyPolicy", KeyId=key) == {"Policy": spaced, "PolicyName": "default"}
    assert estate.call("GetKeyPolicy", KeyId=key, PolicyName="default")["Policy"] == spaced


def test_a_key_has_one_policy() -> None:  # KMS 14
    estate = Estate()
    key = estate.key()
    assert estate.call("ListKeyPolicies", KeyId=key) == {"PolicyNames": ["default"], "Truncated": False}
    assert estate.call("ListKeyPolicies", KeyId=key, Limit=1)["Truncated"] is False
    assert estate.refused("ListKeyPolicies", KeyId=key, Marker="x")[0] == "InvalidMarkerException"


NAMES: list[tuple[str, str, str, str, str]] = [
    (
        "the policy of resource shares is not put",
        "PutKeyPolicy",
        "AWS_RAM",
        "ValidationException",
        "The AWS_RAM policy can only be managed by the RAM service",
    ),
    (
        "the policy of resource shares is not there",
        "GetKeyPolicy",
        "AWS_RAM",
        "NotFoundException",
        "No such policy exists",
    ),
    ("no other is there", "GetKeyPolicy", "other", "NotFoundException", "No such policy exists"),
    ("no other can be put", "PutKeyPolicy", "other", "NotFoundException", "No such policy exists"),
]


@pytest.mark.parametrize(("operation", "name", "code", "message"), [pytest.param(*row[1:], id=row[0]) for row in NAMES])
def test_policies_of_other_names(operation: str, name: str, code: str, message: str) -> None:
    estate = Estate()
    more = {"Policy": text(OWN)} if operation == "PutKeyPolicy" else {}
    key = estate.key()
    assert estate.refused(operation, KeyId=key, PolicyName=name, **more) == (code, message)
    assert estate.refused(operation, NOBODY_A, KeyId=key, PolicyName=name, **more)[0] == DENIED


# What is refused whoever puts it.

NOT_PERMITTED = (
    "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases"
)
REFUSED: list[tuple[str, str, str, str]] = [
    ("a user who is not there", text(OWN, allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{A}:user/no"})), *BAD_PRINCIPAL),
    ("a group", text(OWN, allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{A}:group/g"})), *BAD_PRINCIPAL),
    ("a role of a described account that is not there", text(OWN, allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{B}:role/no"})), *BAD_PRINCIPAL),
    ("a session of a role that is not there", text(OWN, allow("kms:Encrypt", Principal={"AWS": f"arn:aws:sts::{A}:assumed-role/no/s"})), *BAD_PRINCIPAL),
    ("the unique id of a role that was deleted", text(OWN, allow("kms:Encrypt", Principal={"AWS": "AROAEXAMPLEAPP0000001"})), *BAD_PRINCIPAL),
    ("an account's ARN with more after it", text(OWN, allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{A}:root/"})), *BAD_PRINCIPAL),
    ("a list of no principals", text(OWN, allow("kms:Encrypt", Principal={"AWS": []})), MALFORMED, "Policy contains a statement with no principal."),
    ("a bucket", text(OWN, allow("kms:Encrypt", Principal={"AWS": "arn:aws:s3:::bucket"})), *BAD_PRINCIPAL),
    ("an account of another partition", text(OWN, allow("kms:Encrypt", Principal={"AWS": f"arn:aws-cn:iam::{A}:root"})), *BAD_PRINCIPAL),
    (
        "ForAllValues on the encryption context",  # K12
        text(OWN, allow("kms:Encrypt", Principal={"AWS": APP_A}, Condition={"ForAllValues:StringEquals": {"kms:EncryptionContext:a": "b"}})),
        MALFORMED,
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        "requests without the specified encryption context or with an unspecified encryption context. To fix, remove "
        "ForAllValues.",
    ),
    (
        "ForAllValues on a request's tag",
        text(OWN, allow("kms:TagResource", Principal={"AWS": APP_A}, Condition={"ForAllValues:StringEquals": {"aws:RequestTag/a": "b"}})),
        MALFORMED,
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        "requests without the specified tag or with an unspecified tag. To fix, remove ForAllValues.",
    ),
    (
        "a tag of the key",  # K6
        text(OWN, deny("kms:Encrypt", Principal="*", Condition={"StringNotEquals": {"AWS:resourcetag/team": "x"}})),
        MALFORMED,
        NOT_PERMITTED,
    ),
    (
        "an alias of the key",
        text(OWN, allow("kms:Encrypt", Principal={"AWS": APP_A}, Condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/a*"}})),
        MALFORMED,
        NOT_PERMITTED,
    ),
    (
        "an operator that there is not",
        text(OWN, allow("kms:Encrypt", Principal={"AWS": APP_A}, Condition={"StringMatches": {"kms:ViaService": "b"}})),
        MALFORMED,
        "Invalid Condition type : StringMatches.",
    ),
    (
        "Null with IfExists",
        text(OWN, allow("kms:Encrypt", Principal={"AWS": APP_A}, Condition={"NullIfExists": {"kms:ViaService": "true"}})),
        MALFORMED,
        "Invalid Condition type : NullIfExists.",
    ),
    (
        "more than the quota in two bytes a letter",
        json.dumps(policy(OWN, {"Sid": "\u00e9" * 16_384, **OWN}), ensure_ascii=False),
        "LimitExceededException",
        "The key policy exceeds the limit of 32768 bytes.",
    ),
    ("more than the quota", text(OWN, {"Sid": "x" * 32_768, **OWN}), "LimitExceededException", "The key policy exceeds the limit of 32768 bytes."),
]  # fmt: skip


@pytest.mark.parametrize(("document", "code", "message"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
@pytest.mark.parametrize("bypass", [True, False], ids=["bypassing the lockout check", "with the lockout check"])
def test_policies_that_are_not_taken(document: str, code: str, message: str, *, bypass: bool) -> None:
    estate = Estate()
    key = estate.key()
    before = estate.kms.store.revision
    params = {"Policy": document, "BypassPolicyLockoutSafetyCheck": bypass}
    assert estate.refused("PutKeyPolicy", KeyId=key, **params) == (code, message)
    assert estate.refused("CreateKey", **params) == (code, message)
    assert estate.kms.store.revision is before


@pytest.mark.parametrize(
    "operator", ["Null", "bool", "StringEqualsIfExists", "ForAnyValue:StringLike", "ForAllValues:ArnLikeIfExists"]
)
def test_every_operator_there_is_is_taken(operator: str) -> None:
    estate = Estate()
    guarded = allow("kms:Encrypt", Principal={"AWS": APP_A}, Condition={operator: {"aws:PrincipalArn": "true"}})
    assert estate.call("PutKeyPolicy", KeyId=estate.key(), Policy=text(OWN, guarded)) == {}


NO_POLICIES = [
    ("nothing that is JSON", "{"),
    ("a list", "[]"),
    ("an unknown element", json.dumps({**policy(OWN), "Extra": 1})),
    ("a statement without a principal", text(allow("kms:*"))),
    ("an effect that is none", text({**OWN, "Effect": "Maybe"})),
    ("a principal with a wildcard in it", text({**OWN, "Principal": {"AWS": f"arn:aws:iam::{A}:user/*"}})),
]


@pytest.mark.parametrize("document", [pytest.param(row[1], id=row[0]) for row in NO_POLICIES])
def test_what_is_no_policy_is_malformed(document: str) -> None:
    estate = Estate()
    key = estate.key()
    code, message = estate.refused("PutKeyPolicy", KeyId=key, Policy=document, BypassPolicyLockoutSafetyCheck=True)
    assert code == MALFORMED
    assert message


def test_how_long_a_policy_may_be_is_a_setting() -> None:
    estate = Estate(settings=Settings(policy=len(text(OWN))))
    key = estate.key(Policy=text(OWN))
    code, message = estate.refused("PutKeyPolicy", KeyId=key, Policy=text(OWN) + " ")
    assert (code, message) == ("LimitExceededException", f"The key policy exceeds the limit of {len(text(OWN))} bytes.")


def test_a_policy_that_is_longer_than_any_is_against_the_model() -> None:
    estate = Estate()
    code, message = estate.refused("PutKeyPolicy", KeyId=estate.key(), Policy=" " * 131_073)
    assert code == "ValidationException"
    assert message.endswith("Member must have length less than or equal to 131072")


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("a principal of an account that nothing describes", allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{C}:role/r"})),
    ("an account that nothing describes", allow("kms:Encrypt", Principal={"AWS": C})),
    ("everybody", allow("kms:Encrypt", Principal="*")),
    ("a service", allow("kms:Encrypt", Principal={"Service": "logs.us-east-1.amazonaws.com"})),
    ("a session", allow("kms:Encrypt", Principal={"AWS": f"arn:aws:sts::{A}:assumed-role/app/s"})),
    ("a statement without an action", {"Effect": "Allow", "Principal": {"AWS": APP_A}, "Resource": "*"}),
    ("a statement without a resource", {"Effect": "Allow", "Principal": {"AWS": APP_A}, "Action": "kms:Encrypt"}),
]  # fmt: skip


@pytest.mark.parametrize("statement", [pytest.param(row[1], id=row[0]) for row in TAKEN])
def test_policies_that_are_taken(statement: dict[str, Any]) -> None:
    estate = Estate()
    key = estate.key()
    put(estate, key, OWN, statement)
    assert json.loads(estate.call("GetKeyPolicy", KeyId=key)["Policy"])["Statement"][1] == statement


def test_a_unique_id_is_shown_as_the_arn_of_who_has_it() -> None:
    """S12: it is transformed back when the policy is displayed."""
    estate = Estate()
    key = estate.key()
    put(estate, key, OWN, allow("kms:Encrypt", Principal={"AWS": f"AROAAPPOF{B}"}))
    shown = json.loads(estate.call("GetKeyPolicy", KeyId=key)["Policy"])["Statement"][1]
    assert shown == allow("kms:Encrypt", Principal={"AWS": APP_B})


def test_the_text_of_a_policy_comes_back_as_it_was_put() -> None:
    condition = {"ArnLike": {"aws:PrincipalArn": [APP_A, APP_B]}}
    statement = allow("kms:Encrypt", Sid=APP_A, Principal={"AWS": [APP_A, APP_B, B]}, Condition=condition)
    put_so = "\r\n\t" + json.dumps(policy(OWN, statement), indent=3, separators=(" , ", " :  ")) + "\n"
    estate = Estate()
    key = estate.key(Policy=put_so)
    assert estate.call("GetKeyPolicy", KeyId=key)["Policy"] == put_so
    assert estate.kms.store.key(key).policy.count(APP_A) == 2  # type: ignore[union-attr]  # not as a principal


@pytest.mark.parametrize("operation", ["DescribeKey", "GetKeyPolicy"])
def test_a_policy_that_nobody_put_is_damage(operation: str) -> None:
    estate = Estate()
    key = estate.key()
    with estate.kms.store.transaction() as transaction:
        stored = transaction.key(key)
        assert stored is not None
        transaction.put_key(replace(stored, policy=stored.policy.replace("Version", "Versjon")))
    with pytest.raises(StorageError, match=r"it is damaged\n.*hint: put a backup in its place"):
        estate.call(operation, KeyId=key)


def test_the_name_of_a_unique_id_that_is_no_text_is_damage() -> None:
    estate = Estate()
    key = estate.key(Policy=text(OWN, deny("kms:Encrypt", Principal={"AWS": APP_B})))
    with estate.kms.store.transaction() as transaction:
        transaction.put_setting(f"name of AROAAPPOF{B}", b"\xff")
    with pytest.raises(StorageError, match="it is damaged"):
        estate.call("DescribeKey", KeyId=key)


def test_statements_without_action_or_resource_do_nothing() -> None:
    estate = Estate()
    key = estate.key()
    put(estate, key, OWN, {"Effect": "Allow", "Principal": {"AWS": NOBODY_A}, "Action": "kms:Encrypt"})
    assert estate.refused("Encrypt", NOBODY_A, KeyId=key, Plaintext=b"x")[0] == DENIED


# The lockout check: PutKeyPolicy, asked under the new policy for the caller as it calls.

OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
LOCKOUT: list[tuple[str, list[Any], bool]] = [
    ("the account is let in", [OWN], True),
    ("the caller is named", [allow("kms:PutKeyPolicy", Principal={"AWS": ADMIN_A})], True),
    ("another is named", [allow("kms:*", Principal={"AWS": APP_A})], False),
    ("another account is", [allow("kms:*", Principal={"AWS": B})], False),
    ("only reading is allowed", [allow("kms:Get*", Principal={"AWS": A})], False),
    ("nobody is let in", [deny("kms:Encrypt", Principal="*")], False),
    ("everybody is", [allow("kms:*", Principal="*")], True),
    ("the caller is denied", [OWN, deny("kms:PutKeyPolicy", Principal={"AWS": ADMIN_A})], False),
    ("another is denied", [OWN, deny("kms:PutKeyPolicy", Principal={"AWS": APP_A})], True),
    ("everybody but the caller is denied", [OWN, deny("kms:Put*", Principal="*", Condition={"ArnNotEquals": {"aws:PrincipalArn": ADMIN_A}})], True),
    ("from where the caller is", [allow("kms:*", Principal={"AWS": A}, Condition=OFFICE)], True),
    ("from elsewhere", [allow("kms:*", Principal={"AWS": A}, Condition={"NotIpAddress": OFFICE["IpAddress"]})], False),
    ("a statement without a resource lets nobody in", [{"Effect": "Allow", "Principal": {"AWS": A}, "Action": "kms:*"}], False),
    ("another key's resource lets nobody in", [allow("kms:*", resource=f"arn:aws:kms:us-east-1:{A}:key/x", Principal={"AWS": A})], False),
    (
        "bypassing is denied, and the next one need not bypass",
        [OWN, deny("kms:PutKeyPolicy", Principal="*", Condition={"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}})],
        True,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "open_"), [pytest.param(*row[1:], id=row[0]) for row in LOCKOUT])
def test_nobody_locks_himself_out(statements: list[Any], *, open_: bool) -> None:
    estate = Estate()
    caller = Caller(ADMIN_A, source_ip="10.1.2.3")
    key = estate.key()
    if open_:
        put(estate, key, *statements, by=caller)
        put(estate, key, OWN, by=caller)
        return
    before = estate.kms.store.revision
    assert estate.refused("PutKeyPolicy", caller, KeyId=key, Policy=text(*statements)) == LOCKED_OUT
    assert estate.kms.store.revision is before
    put(estate, key, *statements, by=caller, BypassPolicyLockoutSafetyCheck=True)
    assert estate.refused("PutKeyPolicy", caller, KeyId=key, Policy=text(OWN))[0] == DENIED


def test_the_callers_own_policies_count_too() -> None:
    with_tag = {"StringEquals": {"aws:ResourceTag/team": "x"}}
    estate = Estate(app_a=[allow("kms:PutKeyPolicy", Condition=with_tag)])
    key = estate.key(Tags=[{"TagKey": "team", "TagValue": "x"}])
    put(estate, key, OWN, by=APP_A)
    named = allow("kms:*", Principal={"AWS": ADMIN_A})
    assert estate.refused("PutKeyPolicy", APP_A, KeyId=key, Policy=text(named)) == LOCKED_OUT


def test_a_grant_of_the_key_unlocks_nothing() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("CreateGrant", KeyId=key, GranteePrincipal=ADMIN_A, Operations=["CreateGrant", "DescribeKey"])
    assert estate.refused("PutKeyPolicy", KeyId=key, Policy=text(deny("kms:Encrypt", Principal="*"))) == LOCKED_OUT


def test_the_root_user_is_locked_out_by_a_key_policy_only() -> None:
    estate = Estate()
    key = estate.key()
    put(estate, key, OWN, by=ROOT_A)
    assert estate.refused("PutKeyPolicy", ROOT_A, KeyId=key, Policy=text(deny("kms:Get*", Principal="*"))) == LOCKED_OUT


# Condition keys (K9).

CONDITIONS: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("kms:PolicyName when it is left out", "GetKeyPolicy", {"StringEquals": {"kms:PolicyName": "default"}}, {}, {"PolicyName": "AWS_RAM"}),
    ("kms:PolicyName", "PutKeyPolicy", {"StringEquals": {"kms:PolicyName": "default"}}, {"PolicyName": "default"}, {"PolicyName": "AWS_RAM"}),
    (
        "kms:BypassPolicyLockoutSafetyCheck",
        "PutKeyPolicy",
        {"BoolIfExists": {"kms:BypassPolicyLockoutSafetyCheck": "false"}},
        {"BypassPolicyLockoutSafetyCheck": False},
        {"BypassPolicyLockoutSafetyCheck": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "condition", "good", "bad"), [pytest.param(*row[1:], id=row[0]) for row in CONDITIONS]
)
def test_a_condition_decides(
    operation: str, condition: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    estate = Estate(app_a=[allow(f"kms:{operation}", Condition=condition)])
    key = estate.key()
    more = {"Policy": text(OWN)} if operation == "PutKeyPolicy" else {}
    estate.call(operation, APP_A, KeyId=key, **more, **good)
    assert estate.refused(operation, APP_A, KeyId=key, **more, **bad)[0] == DENIED


def test_only_the_keys_own_account_puts_and_reads_policies() -> None:  # K3
    estate = Estate(app_b=[allow("kms:*")])
    key = estate.key()
    put(estate, key, OWN, allow("kms:*", Principal={"AWS": B}))
    for caller in (ADMIN_B, APP_B):
        assert estate.refused("PutKeyPolicy", caller, KeyId=key, Policy=text(OWN))[0] == DENIED
        assert estate.refused("GetKeyPolicy", caller, KeyId=key)[0] == DENIED
        assert estate.refused("ListKeyPolicies", caller, KeyId=key)[0] == DENIED
