"""Grants: what they say, who may make, list, retire and revoke them, and that the next decision knows (KMS 19, 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from policyeval.kms import Caller, KmsError, Settings
from policyeval.kms.trail.trail import MemoryTrail
from tests.kms.estate import (
    ADMIN_A,
    ADMIN_B,
    APP_A,
    APP_B,
    NOBODY_A,
    NOBODY_B,
    ROOT_A,
    START,
    A,
    B,
    Estate,
    allow,
    deny,
    policy,
)

ROOT_B = f"arn:aws:iam::{B}:root"
BLUE = {"tenant": "blue"}
DENIED = "AccessDeniedException"
DRY_RUN = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
Params = Mapping[str, Any]


def shared_with_b(*actions: str) -> str:
    """Write a key policy under which account B may do something too."""
    return json.dumps(policy(allow("kms:*", Principal={"AWS": A}), allow(*actions, Principal={"AWS": B})))


def encrypted(estate: Estate, key: str, context: Mapping[str, str] | None = None) -> dict[str, Any]:
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x", EncryptionContext=context or {})["CiphertextBlob"]
    return {"CiphertextBlob": blob, "EncryptionContext": context or {}}


def granted(estate: Estate, key: str, grantee: str, *operations: str, by: Any = ADMIN_A, **more: Any) -> str:
    """Create a grant and give its id."""
    params = {"KeyId": key, "GranteePrincipal": grantee, "Operations": list(operations), **more}
    grant_id: str = estate.call("CreateGrant", by, **params)["GrantId"]
    return grant_id


def may_decrypt(estate: Estate, caller: Any, blob: Params, **more: Any) -> bool:
    try:
        return bool(estate.call("Decrypt", caller, **blob, **more)["Plaintext"])
    except KmsError as error:
        assert error.code == DENIED, error
        return False


# The next decision knows.


@pytest.mark.parametrize("grantee", [NOBODY_A, NOBODY_B], ids=["of the key's account", "of another account"])
@pytest.mark.parametrize("end", ["RevokeGrant", "RetireGrant"])
def test_a_grant_lets_its_grantee_in_until_it_ends(grantee: str, end: str) -> None:
    estate = Estate()
    key = estate.key()
    blob = encrypted(estate, key)
    assert not may_decrypt(estate, grantee, blob)
    grant = granted(estate, key, grantee, "Decrypt")
    assert may_decrypt(estate, grantee, blob)
    assert estate.refused("Encrypt", grantee, KeyId=key, Plaintext=b"x")[0] == DENIED
    assert not may_decrypt(estate, APP_A, blob)
    estate.call(end, KeyId=key, GrantId=grant)
    assert not may_decrypt(estate, grantee, blob)


def test_a_grant_from_another_account_is_that_accounts_to_retire() -> None:
    estate = Estate()
    key = estate.key(Policy=shared_with_b("kms:CreateGrant"))
    blob = encrypted(estate, key)
    grant = granted(estate, key, NOBODY_B, "Decrypt", by=ADMIN_B)
    assert may_decrypt(estate, NOBODY_B, blob)
    [shown] = estate.call("ListGrants", KeyId=key)["Grants"]
    assert shown["IssuingAccount"] == ROOT_B
    assert estate.refused("RetireGrant", ADMIN_A, KeyId=key, GrantId=grant)[0] == DENIED  # G5: A did not create it
    assert estate.refused("RevokeGrant", ADMIN_B, KeyId=key, GrantId=grant)[0] == DENIED  # G5: policies say who revokes
    estate.call("RetireGrant", ADMIN_B, KeyId=key, GrantId=grant)
    assert not may_decrypt(estate, NOBODY_B, blob)


@pytest.mark.parametrize(
    ("constraint", "context", "allowed"),
    [
        pytest.param({"EncryptionContextEquals": BLUE}, BLUE, True, id="the same context"),
        pytest.param({"EncryptionContextEquals": BLUE}, {**BLUE, "x": "y"}, False, id="more than the same"),
        pytest.param({"EncryptionContextEquals": BLUE}, {"Tenant": "blue"}, False, id="another case (G3)"),
        pytest.param({"EncryptionContextEquals": {}}, BLUE, False, id="exactly none"),
        pytest.param({"EncryptionContextSubset": BLUE}, {**BLUE, "x": "y"}, True, id="a context with the subset"),
        pytest.param({"EncryptionContextSubset": BLUE}, {"x": "y"}, False, id="one without it"),
        pytest.param(
            {"EncryptionContextEquals": {}, "EncryptionContextSubset": BLUE},
            {**BLUE, "x": "y"},
            True,
            id="a context with the subset, and an empty equal beside it",
        ),
        pytest.param(
            {"EncryptionContextEquals": BLUE, "EncryptionContextSubset": {}},
            {**BLUE, "x": "y"},
            False,
            id="more than the same, and an empty subset beside it",
        ),
        pytest.param(
            {"EncryptionContextEquals": {}, "EncryptionContextSubset": {}}, BLUE, False, id="exactly none, said twice"
        ),
        pytest.param({}, {"x": "y"}, True, id="no constraint"),
    ],
)
def test_a_constraint_holds(constraint: Params, context: Mapping[str, str], *, allowed: bool) -> None:
    estate = Estate()
    key = estate.key()
    blob = encrypted(estate, key, context)
    granted(estate, key, NOBODY_A, "Decrypt", "DescribeKey", Constraints=constraint)
    assert may_decrypt(estate, NOBODY_A, blob) is allowed
    assert estate.call("DescribeKey", NOBODY_A, KeyId=key)  # G3: constraints do not bind it


def test_an_explicit_deny_wins_over_a_grant() -> None:
    estate = Estate(app_a=[deny("kms:Decrypt")])
    key = estate.key()
    granted(estate, key, APP_A, "Decrypt")
    assert not may_decrypt(estate, APP_A, encrypted(estate, key))


# Tokens.


def test_a_token_makes_a_new_grant_good_at_once_for_its_grantee_alone() -> None:
    """G6, KMS 19."""
    estate = Estate(settings=Settings(grant_delay=timedelta(minutes=5)))
    key = estate.key()
    blob = encrypted(estate, key)
    request = {"KeyId": key, "GranteePrincipal": NOBODY_B, "Operations": ["Decrypt"], "Name": "n"}
    tokens = [estate.call("CreateGrant", **request)["GrantToken"] for _ in range(2)]
    assert tokens[0] != tokens[1]
    assert not may_decrypt(estate, NOBODY_B, blob)
    assert all(may_decrypt(estate, NOBODY_B, blob, GrantTokens=[token]) for token in tokens)
    assert not may_decrypt(estate, NOBODY_A, blob, GrantTokens=tokens)
    estate.clock.pass_(minutes=5)
    assert may_decrypt(estate, NOBODY_B, blob)


@pytest.mark.parametrize("operation", ["Decrypt", "CreateGrant"])
def test_what_is_no_token_is_refused(operation: str) -> None:
    estate = Estate()
    key = estate.key()
    params = {
        "Decrypt": encrypted(estate, key),
        "CreateGrant": {"KeyId": key, "GranteePrincipal": APP_A, "Operations": ["Decrypt"]},
    }[operation]
    assert estate.refused(operation, **params, GrantTokens=["AQAA"])[0] == "InvalidGrantTokenException"


def test_a_paging_marker_is_no_token() -> None:
    estate = Estate()
    key = estate.key()
    for _ in range(2):
        granted(estate, key, APP_A, "Decrypt")
    marker = estate.call("ListGrants", KeyId=key, Limit=1)["NextMarker"]
    assert estate.refused("RetireGrant", GrantToken=marker)[0] == "InvalidGrantTokenException"


# Creating.


def test_a_name_makes_a_retry_find_the_grant() -> None:
    """KMS 19: the same Name and parameters, the same GrantId; anything else is another grant."""
    estate = Estate()
    key = estate.key()
    request = {"KeyId": key, "GranteePrincipal": APP_A, "Operations": ["Decrypt", "Encrypt"]}
    first = estate.call("CreateGrant", **request, Name="n")["GrantId"]
    estate.clock.pass_(hours=1)
    again = {**request, "Operations": ["Encrypt", "Decrypt"]}
    assert estate.call("CreateGrant", **again, Name="n")["GrantId"] == first
    others = [
        {**request, "Name": "other"},
        {**request, "Name": "n", "Operations": ["Decrypt"]},
        {**request, "Name": "n", "GranteePrincipal": NOBODY_A},
        {**request, "Name": "n", "Constraints": {"EncryptionContextEquals": BLUE}},
        {**request, "Name": "n", "RetiringPrincipal": APP_A},
        request,
        request,
    ]
    ids = {estate.call("CreateGrant", **other)["GrantId"] for other in others}
    assert len(ids | {first}) == len(others) + 1
    assert len(estate.call("ListGrants", KeyId=key)["Grants"]) == len(others) + 1


def test_grants_of_other_names_are_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = Estate()
    request = {"KeyId": estate.key(), "GranteePrincipal": NOBODY_A, "Operations": ["Decrypt"]}
    estate.call("CreateGrant", **request, Name="n")
    monkeypatch.setattr("policyeval.kms.operations.grants.replace", lambda *_, **__: pytest.fail("it has another name"))
    assert estate.call("CreateGrant", **request, Name="other")


def test_a_grant_is_shown_as_it_was_made() -> None:
    estate = Estate()
    key = estate.key()
    constraints = {"EncryptionContextSubset": BLUE, "SourceArn": f"arn:aws:s3:us-east-1:{A}:bucket"}
    made = estate.call(
        "CreateGrant",
        KeyId=key,
        GranteePrincipal=APP_B,
        RetiringPrincipal=NOBODY_A,
        Operations=["RetireGrant", "Decrypt", "Decrypt"],
        Constraints=constraints,
        Name="for-b",
    )
    assert len(made["GrantId"]) == 64
    assert estate.call("ListGrants", KeyId=key) == {
        "Grants": [
            {
                "KeyId": key,
                "GrantId": made["GrantId"],
                "Name": "for-b",
                "CreationDate": START,
                "GranteePrincipal": APP_B,
                "RetiringPrincipal": NOBODY_A,
                "IssuingAccount": ROOT_A,
                "Operations": ["Decrypt", "RetireGrant"],
                "Constraints": constraints,
            }
        ],
        "Truncated": False,
    }


@pytest.mark.parametrize("service", ["dynamodb.us-west-1.amazonaws.com", "healthlake.amazonaws.com"])
def test_a_service_may_stand_where_a_principal_does(service: str) -> None:
    """GrantListEntry of the API reference; the acceptance tests of the Terraform provider do it on AWS."""
    estate = Estate()
    key = estate.key()
    blob = encrypted(estate, key)
    grant = granted(estate, key, service, "Decrypt", RetiringPrincipal=service)
    [shown] = estate.call("ListGrants", KeyId=key, GranteePrincipal=service)["Grants"]
    assert (shown["GrantId"], shown["GranteePrincipal"], shown["RetiringPrincipal"]) == (grant, service, service)
    assert "GranteeServicePrincipal" not in shown
    assert may_decrypt(estate, service, blob)
    assert not may_decrypt(estate, "s3.amazonaws.com", blob)
    estate.call("RetireGrant", service, KeyId=key, GrantId=grant)
    assert not may_decrypt(estate, service, blob)


def test_a_grant_without_a_name_is_listed_with_an_empty_one() -> None:
    """KMS 20: what groups grants by their names, as Ansible does, finds one in each."""
    estate = Estate()
    key = estate.key()
    granted(estate, key, APP_A, "Decrypt", RetiringPrincipal=NOBODY_A)
    pages = estate.call("ListGrants", KeyId=key), estate.call("ListRetirableGrants", RetiringPrincipal=NOBODY_A)
    for listed in pages:
        assert [grant["Name"] for grant in listed["Grants"]] == [""]


TWO_CONSTRAINTS = {"EncryptionContextEquals": BLUE, "EncryptionContextSubset": BLUE}
SOURCE = f"arn:aws:s3:us-east-1:{A}:bucket"
SERVICE = "dynamodb.us-east-1.amazonaws.com"
VALIDATION = "ValidationException"
NO_GRANT = ("NotFoundException", f"Grant ID {'0' * 64} not found")
BAD_ARN = "InvalidArnException"

REFUSED = [
    ("no grantee", {"GranteePrincipal": None}, VALIDATION),
    ("two grantees", {"GranteeServicePrincipal": SERVICE}, VALIDATION),
    ("two retiring principals", {"RetiringPrincipal": APP_A, "RetiringServicePrincipal": SERVICE}, VALIDATION),
    (
        "a service without a SourceArn",
        {"GranteePrincipal": None, "GranteeServicePrincipal": SERVICE, "RetiringPrincipal": APP_A},
        VALIDATION,
    ),
    (
        "a service without one who retires",
        {"GranteePrincipal": None, "GranteeServicePrincipal": SERVICE, "Constraints": {"SourceArn": SOURCE}},
        VALIDATION,
    ),
    ("two context constraints", {"Constraints": TWO_CONSTRAINTS}, VALIDATION),
    (
        "nine pairs (KMS 19)",
        {"Constraints": {"EncryptionContextSubset": {str(number): "" for number in range(9)}}},
        VALIDATION,
    ),
    ("a value of 385 characters (KMS 19)", {"Constraints": {"EncryptionContextEquals": {"k": "v" * 385}}}, VALIDATION),
    ("an operation that the key lacks (KMS 19)", {"Operations": ["Decrypt", "Sign"]}, VALIDATION),
    ("CreateGrant alone", {"Operations": ["CreateGrant"]}, VALIDATION),
    ("CreateGrant alone, said twice", {"Operations": ["CreateGrant", "CreateGrant"]}, VALIDATION),
    ("a public key of a symmetric key", {"Operations": ["GetPublicKey"]}, VALIDATION),
    ("a role that is not there", {"GranteePrincipal": f"arn:aws:iam::{A}:role/no"}, BAD_ARN),
    ("a user that is not there retires", {"RetiringPrincipal": f"arn:aws:iam::{B}:user/no"}, BAD_ARN),
    ("a session of a role that is not there", {"GranteePrincipal": f"arn:aws:sts::{A}:assumed-role/no/s"}, BAD_ARN),
    ("a session without a name", {"GranteePrincipal": f"arn:aws:sts::{A}:assumed-role/app"}, BAD_ARN),
    ("a group (G2)", {"GranteePrincipal": f"arn:aws:iam::{A}:group/all"}, BAD_ARN),
    ("an account id, which is no ARN", {"GranteePrincipal": A}, BAD_ARN),
    ("a name that is neither an ARN nor a service's", {"GranteePrincipal": "s3.example.com"}, BAD_ARN),
    ("a service's name with more before it", {"RetiringPrincipal": "x/s3.amazonaws.com"}, BAD_ARN),
    ("another partition", {"GranteePrincipal": f"arn:aws-cn:iam::{A}:root"}, BAD_ARN),
    ("an account's ARN with more after it", {"GranteePrincipal": f"arn:aws:iam::{A}:root/"}, BAD_ARN),
    ("a bucket", {"GranteePrincipal": "arn:aws:s3:::bucket"}, BAD_ARN),
]


@pytest.mark.parametrize(("changes", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_a_grant_cannot_say(changes: Params, code: str) -> None:
    estate = Estate()
    key = estate.key()
    before = estate.kms.store.revision
    params = {"KeyId": key, "GranteePrincipal": APP_A, "Operations": ["Decrypt"], **changes}
    given = {name: value for name, value in params.items() if value is not None}
    assert estate.refused("CreateGrant", **given)[0] == code
    assert estate.kms.store.revision is before


def test_the_words_for_a_principal_that_is_not_there() -> None:
    estate = Estate()
    missing = f"arn:aws:iam::{A}:role/no"
    refusal = estate.refused("CreateGrant", KeyId=estate.key(), GranteePrincipal=missing, Operations=["Decrypt"])
    assert refusal == (BAD_ARN, f"ARN does not refer to a valid principal: {missing}")


@pytest.mark.parametrize(
    "grantee",
    [
        ROOT_B,
        f"arn:aws:sts::{A}:assumed-role/app/session",
        f"arn:aws:sts::{A}:federated-user/nobody",
        "arn:aws:iam::999999999999:role/path/of-an-account-that-nobody-describes",
        "arn:aws:sts::999999999999:assumed-role/of-nobody/session",
    ],
)
def test_who_can_be_a_grantee(grantee: str) -> None:
    estate = Estate()
    assert granted(estate, estate.key(), grantee, "Decrypt")


ASYMMETRIC = [
    ("ECC_NIST_P256", "SIGN_VERIFY", ["Sign", "Verify", "GetPublicKey", "DescribeKey", "CreateGrant", "RetireGrant"]),
    ("ECC_NIST_P256", "KEY_AGREEMENT", ["DeriveSharedSecret", "GetPublicKey"]),
    ("HMAC_256", "GENERATE_VERIFY_MAC", ["GenerateMac", "VerifyMac"]),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", ["Encapsulate", "Decapsulate", "GetPublicKey"]),
]


@pytest.mark.parametrize(("spec", "usage", "operations"), ASYMMETRIC)
def test_a_grant_allows_what_the_keys_type_has(spec: str, usage: str, operations: list[str]) -> None:
    """KMS 19."""
    estate = Estate()
    key = estate.key(KeySpec=spec, KeyUsage=usage)
    assert granted(estate, key, APP_A, *operations)
    params = {"KeyId": key, "GranteePrincipal": APP_A}
    for alien in ("Encrypt", "GenerateDataKey"):
        assert estate.refused("CreateGrant", **params, Operations=[alien])[0] == VALIDATION
    refusal = estate.refused(
        "CreateGrant", **params, Operations=operations, Constraints={"EncryptionContextEquals": BLUE}
    )
    assert refusal == (
        VALIDATION,
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
    )


def test_an_hmac_key_has_no_public_key_to_grant() -> None:
    estate = Estate()
    key = estate.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    params = {"KeyId": key, "GranteePrincipal": APP_A, "Operations": ["GetPublicKey"]}
    assert estate.refused("CreateGrant", **params)[0] == VALIDATION


def test_a_key_has_only_so_many_grants() -> None:
    """KMS 19; a retry makes no further one."""
    estate = Estate(settings=Settings(grants=2))
    key = estate.key()
    first = granted(estate, key, APP_A, "Decrypt", Name="n")
    granted(estate, key, APP_A, "Decrypt")
    request = {"KeyId": key, "GranteePrincipal": APP_A, "Operations": ["Decrypt"]}
    assert estate.refused("CreateGrant", **request)[0] == "LimitExceededException"
    assert granted(estate, key, APP_A, "Decrypt", Name="n") == first
    estate.call("RevokeGrant", KeyId=key, GrantId=first)
    assert granted(estate, key, APP_A, "Decrypt")


def test_no_grant_on_a_disabled_key() -> None:
    """KMS 1."""
    estate = Estate()
    key = estate.key()
    estate.call("DisableKey", KeyId=key)
    refusal = estate.refused("CreateGrant", KeyId=key, GranteePrincipal=APP_A, Operations=["Decrypt"])
    assert refusal == ("DisabledException", f"{key} is disabled.")


def test_who_may_not_create_grants_learns_nothing() -> None:
    """KMS 11: neither state nor type nor parameters of a key show before the caller is let in."""
    estate = Estate()
    key = estate.key()
    estate.call("DisableKey", KeyId=key)
    absent = key[:-12] + "0" * 12
    params = {"GranteePrincipal": f"arn:aws:iam::{A}:role/no", "Operations": ["Sign"]}
    for caller in (NOBODY_A, NOBODY_B):
        assert estate.refused("CreateGrant", caller, KeyId=key, **params)[0] == DENIED
    there = estate.refused("CreateGrant", NOBODY_B, KeyId=key, **params)
    assert estate.refused("CreateGrant", NOBODY_B, KeyId=absent, **params) == there


# A grant that came from a grant stays within its parent (G4).

CHILDREN = [
    ("the same", {"Operations": ["Decrypt"]}, True),
    ("fewer operations", {"Operations": ["Encrypt", "Decrypt"]}, True),
    ("an operation that the parent lacks", {"Operations": ["Decrypt", "GenerateDataKey"]}, False),
    ("no constraint", {"Operations": ["Decrypt"], "Constraints": {}}, False),
    ("the subset made equal", {"Constraints": {"EncryptionContextEquals": BLUE}}, True),
    ("a larger subset", {"Constraints": {"EncryptionContextSubset": {**BLUE, "x": "y"}}}, True),
    ("another subset", {"Constraints": {"EncryptionContextSubset": {"x": "y"}}}, False),
    ("another value", {"Constraints": {"EncryptionContextEquals": {"tenant": "red"}}}, False),
    ("an empty equal", {"Constraints": {"EncryptionContextEquals": {}}}, False),
]


@pytest.mark.parametrize(("changes", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CHILDREN])
@pytest.mark.parametrize("middle", [NOBODY_A, NOBODY_B], ids=["in the account", "in another"])
def test_a_child_stays_within_its_parent(middle: str, changes: Params, *, allowed: bool) -> None:
    estate = Estate()
    key = estate.key()
    granted(estate, key, middle, "CreateGrant", "Encrypt", "Decrypt", Constraints={"EncryptionContextSubset": BLUE})
    child = {
        "KeyId": key,
        "GranteePrincipal": APP_B,
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": BLUE},
        **changes,
    }
    if not allowed:
        assert estate.refused("CreateGrant", middle, **child)[0] == DENIED
        return
    estate.call("CreateGrant", middle, **child)
    constraints = child["Constraints"]
    context = {**BLUE, **constraints.get("EncryptionContextEquals", constraints.get("EncryptionContextSubset", {}))}
    assert may_decrypt(estate, APP_B, encrypted(estate, key, context))
    assert not may_decrypt(estate, APP_B, encrypted(estate, key, {"x": "y"}))


@pytest.mark.parametrize(
    ("source", "allowed"), [(SOURCE, True), (SOURCE + "/other", False), (None, False)], ids=["same", "other", "none"]
)
def test_a_child_keeps_its_parents_source(source: str | None, *, allowed: bool) -> None:
    estate = Estate()
    key = estate.key()
    granted(estate, key, NOBODY_A, "CreateGrant", "Decrypt", Constraints={"SourceArn": SOURCE})
    constraints = {"SourceArn": source} if source is not None else {}
    child = {"KeyId": key, "GranteePrincipal": APP_B, "Operations": ["Decrypt"], "Constraints": constraints}
    if allowed:
        assert estate.call("CreateGrant", NOBODY_A, **child)
    else:
        assert estate.refused("CreateGrant", NOBODY_A, **child)[0] == DENIED


# What policies look at (K9).

CONDITIONS = [
    ("kms:GranteePrincipal", APP_B, {"GranteePrincipal": NOBODY_B}),
    ("kms:RetiringPrincipal", APP_B, {"RetiringPrincipal": NOBODY_B}),
    ("kms:RetiringServicePrincipal", SERVICE, {"RetiringServicePrincipal": "s3.us-east-1.amazonaws.com"}),
    ("kms:GrantConstraintType", "EncryptionContextEquals", {"Constraints": {"EncryptionContextSubset": BLUE}}),
    ("kms:GrantConstraintSourceArn", SOURCE, {"Constraints": {"SourceArn": SOURCE + "s"}}),
    ("kms:EncryptionContext:tenant", "blue", {"Constraints": {"EncryptionContextEquals": {"tenant": "red"}}}),
]
ASKED = {
    "GranteePrincipal": APP_B,
    "RetiringPrincipal": APP_B,
    "Operations": ["Decrypt"],
    "Constraints": {"EncryptionContextEquals": BLUE, "SourceArn": SOURCE},
}


@pytest.mark.parametrize(("name", "value", "other"), CONDITIONS)
def test_a_policy_decides_by_what_the_grant_says(name: str, value: str, other: Params) -> None:
    estate = Estate(app_a=[allow("kms:CreateGrant", Condition={"StringEquals": {name: value}})])
    key = estate.key()
    asked = dict(ASKED)
    if name == "kms:RetiringServicePrincipal":
        del asked["RetiringPrincipal"]
        asked["RetiringServicePrincipal"] = SERVICE
    assert estate.call("CreateGrant", APP_A, KeyId=key, **asked)
    refused = estate.refused("CreateGrant", APP_A, KeyId=key, **{**asked, **other})
    assert refused[0] == DENIED


def test_a_policy_decides_by_the_operations_that_are_granted() -> None:
    some = {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]}}
    estate = Estate(app_a=[allow("kms:CreateGrant", Condition=some)])
    key = estate.key()
    granted(estate, key, APP_B, "Decrypt", by=APP_A)
    request = {"KeyId": key, "GranteePrincipal": APP_B, "Operations": ["Decrypt", "CreateGrant"]}
    assert estate.refused("CreateGrant", APP_A, **request)[0] == DENIED


def test_a_policy_decides_by_the_service_that_is_the_grantee() -> None:
    only = {"StringEquals": {"kms:GranteeServicePrincipal": SERVICE}}
    estate = Estate(app_a=[allow("kms:CreateGrant", Condition=only)])
    request = {"KeyId": estate.key(), "Operations": ["Decrypt"], "Constraints": {"SourceArn": SOURCE}}
    request["RetiringPrincipal"] = APP_A
    assert estate.call("CreateGrant", APP_A, **request, GranteeServicePrincipal=SERVICE)
    refused = estate.refused("CreateGrant", APP_A, **request, GranteeServicePrincipal="s3.us-east-1.amazonaws.com")
    assert refused[0] == DENIED


@pytest.mark.parametrize("operation", ["CreateGrant", "ListGrants", "RevokeGrant"])
def test_a_policy_lets_services_alone_manage_grants(operation: str) -> None:
    """K7."""
    service_only = {"Bool": {"kms:GrantIsForAWSResource": True}}
    estate = Estate(app_a=[allow(f"kms:{operation}", Condition=service_only)])
    key = estate.key()
    params = {
        "CreateGrant": {"GranteePrincipal": APP_B, "Operations": ["Decrypt"]},
        "ListGrants": {},
        "RevokeGrant": {"GrantId": granted(estate, key, APP_B, "Decrypt")},
    }[operation]
    assert estate.refused(operation, APP_A, KeyId=key, **params)[0] == DENIED
    estate.call(operation, Caller(APP_A, via_service=SERVICE), KeyId=key, **params)


def test_a_services_own_grant_lets_it_in_from_its_source() -> None:
    estate = Estate()
    key = estate.key()
    blob = encrypted(estate, key)
    made = {"GranteeServicePrincipal": "logs.amazonaws.com", "RetiringPrincipal": APP_A, "Operations": ["Decrypt"]}
    estate.call("CreateGrant", KeyId=key, **made, Constraints={"SourceArn": SOURCE})
    service = Caller("logs.amazonaws.com", context={"aws:SourceArn": SOURCE})
    assert may_decrypt(estate, service, blob, KeyId=key)
    elsewhere = Caller("logs.amazonaws.com", context={"aws:SourceArn": SOURCE + "s"})
    assert not may_decrypt(estate, elsewhere, blob, KeyId=key)


# Listing.


def test_grants_are_listed_in_pages() -> None:
    """KMS 14."""
    estate = Estate()
    key = estate.key()
    made = sorted(granted(estate, key, APP_A, "Decrypt") for _ in range(5))
    found, marker = [], {}
    while True:
        page = estate.call("ListGrants", KeyId=key, Limit=2, **marker)
        found += [grant["GrantId"] for grant in page["Grants"]]
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    assert found == made
    other = estate.key()
    assert estate.refused("ListGrants", KeyId=other, **marker)[0] == "InvalidMarkerException"


def test_a_page_has_fifty_grants() -> None:
    """KMS 14."""
    estate = Estate()
    key = estate.key()
    for _ in range(51):
        granted(estate, key, APP_A, "Decrypt")
    page = estate.call("ListGrants", KeyId=key)
    assert len(page["Grants"]) == 50
    assert page["Truncated"]
    assert len(estate.call("ListGrants", KeyId=key, Limit=100)["Grants"]) == 51
    assert estate.refused("ListGrants", KeyId=key, Limit=101)[0] == VALIDATION


def test_grants_are_filtered() -> None:
    estate = Estate()
    key = estate.key()
    of_app = granted(estate, key, APP_A, "Decrypt")
    of_b = granted(estate, key, APP_B, "Decrypt")

    def listed(**filters: str) -> list[str]:
        return [grant["GrantId"] for grant in estate.call("ListGrants", KeyId=key, **filters)["Grants"]]

    assert listed(GranteePrincipal=APP_A) == [of_app]
    assert listed(GrantId=of_b) == [of_b]
    assert listed(GrantId=of_b, GranteePrincipal=APP_B) == [of_b]
    assert listed(GrantId=of_b, GranteePrincipal=APP_A) == []
    assert listed(GranteePrincipal=NOBODY_A) == []
    assert estate.refused("ListGrants", KeyId=key, GrantId="0" * 64) == NO_GRANT
    for filters in ({}, {"GranteePrincipal": APP_A}):
        refusal = estate.refused("ListGrants", KeyId=key, GranteeServicePrincipal=SERVICE, **filters)
        assert refusal[0] == VALIDATION


def test_a_grant_never_lets_anybody_list_or_revoke() -> None:
    """G5."""
    estate = Estate()
    key = estate.key()
    grant = granted(estate, key, NOBODY_A, "Decrypt", "CreateGrant", "RetireGrant", "DescribeKey")
    assert estate.refused("ListGrants", NOBODY_A, KeyId=key)[0] == DENIED
    assert estate.refused("RevokeGrant", NOBODY_A, KeyId=key, GrantId=grant)[0] == DENIED


def test_grants_to_retire_are_listed_over_accounts() -> None:
    """KMS 20: asked on the principal's ARN in the caller's own account, in the Region called."""
    estate = Estate(app_b=[allow("kms:ListRetirableGrants", resource=NOBODY_B)])
    ours, theirs = estate.key(), estate.key(ADMIN_B)
    elsewhere = estate.key(Caller(ADMIN_A, region="eu-west-1"))
    made = [
        granted(estate, ours, APP_A, "Decrypt", RetiringPrincipal=NOBODY_B),
        granted(estate, theirs, APP_A, "Decrypt", by=ADMIN_B, RetiringPrincipal=NOBODY_B),
    ]
    granted(estate, ours, NOBODY_B, "Decrypt", "RetireGrant")  # the grantee is no retiring principal
    there = Caller(ADMIN_A, region="eu-west-1")
    far = granted(estate, elsewhere, APP_A, "Decrypt", by=there, RetiringPrincipal=NOBODY_B)

    def listed(caller: Any, **more: Any) -> list[str]:
        page = estate.call("ListRetirableGrants", caller, RetiringPrincipal=NOBODY_B, **more)
        return [grant["GrantId"] for grant in page["Grants"]]

    assert listed(APP_B) == sorted(made)
    assert listed(Caller(APP_B, region="eu-west-1")) == [far]
    first = estate.call("ListRetirableGrants", APP_B, RetiringPrincipal=NOBODY_B, Limit=1)
    assert listed(APP_B, Limit=1, Marker=first["NextMarker"]) == sorted(made)[1:]


def test_grants_on_keys_whose_end_has_come_are_listed_for_nobody() -> None:
    estate = Estate()
    key, kept = estate.key(), estate.key()
    for each in (key, kept):
        asked = {"GranteePrincipal": APP_A, "RetiringPrincipal": NOBODY_A, "Operations": ["Decrypt"]}
        estate.call("CreateGrant", KeyId=each, **asked)
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    page = estate.call("ListRetirableGrants", RetiringPrincipal=NOBODY_A)
    assert [grant["KeyId"] for grant in page["Grants"]] == [kept]
    assert estate.kms.store.key(key) is None


RETIRABLE = [
    ("another account's principal", APP_A, {"RetiringPrincipal": NOBODY_B}, "InvalidArnException"),
    ("a principal that is not there", ADMIN_A, {"RetiringPrincipal": f"arn:aws:iam::{A}:user/no"}, BAD_ARN),
    ("without the permission", NOBODY_A, {"RetiringPrincipal": NOBODY_A}, DENIED),
    ("with it for another principal", APP_A, {"RetiringPrincipal": NOBODY_A}, DENIED),
    ("nobody named", ADMIN_A, {}, VALIDATION),
    ("two named", ADMIN_A, {"RetiringPrincipal": APP_A, "RetiringServicePrincipal": SERVICE}, VALIDATION),
    ("a service named by a role", ADMIN_A, {"RetiringServicePrincipal": SERVICE}, VALIDATION),
    ("a service named by another", SERVICE, {"RetiringServicePrincipal": "a.b.amazonaws.com"}, VALIDATION),
]


@pytest.mark.parametrize(("caller", "params", "code"), [pytest.param(*row[1:], id=row[0]) for row in RETIRABLE])
def test_whose_grants_one_may_not_list(caller: str, params: Params, code: str) -> None:
    estate = Estate(app_a=[allow("kms:ListRetirableGrants", resource=APP_A)])
    assert estate.refused("ListRetirableGrants", caller, **params)[0] == code


def test_a_service_lists_what_it_may_retire() -> None:
    estate = Estate()
    grant = granted(estate, estate.key(), APP_A, "Decrypt", RetiringServicePrincipal=SERVICE)
    page = estate.call("ListRetirableGrants", SERVICE, RetiringServicePrincipal=SERVICE)
    assert [shown["GrantId"] for shown in page["Grants"]] == [grant]


# The end of a grant.

RETIRES = [
    ("the retiring principal", NOBODY_B, {"RetiringPrincipal": NOBODY_B}, True),
    ("the grantee that may", NOBODY_A, {"Operations": ["Decrypt", "RetireGrant"]}, True),
    ("the grantee that may not", NOBODY_A, {}, False),
    ("whom the creating account lets", APP_A, {}, True),
    ("the account's root user", ROOT_A, {}, True),
    ("somebody of that account whom it does not let", NOBODY_A, {"GranteePrincipal": APP_B}, False),
    ("another account, whatever it lets", APP_B, {}, False),
    ("the service that retires", SERVICE, {"RetiringServicePrincipal": SERVICE}, True),
    ("another service", "s3.amazonaws.com", {"RetiringServicePrincipal": SERVICE}, False),
]


@pytest.mark.parametrize("by_token", [False, True], ids=["by id", "by token"])
@pytest.mark.parametrize(("caller", "changes", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in RETIRES])
def test_who_retires_a_grant(caller: str, changes: Params, *, allowed: bool, by_token: bool) -> None:
    """G5; a token names the grant and gives no right."""
    retire = allow("kms:RetireGrant")
    estate = Estate(app_a=[retire], app_b=[retire])
    key = estate.key()
    request = {"KeyId": key, "GranteePrincipal": NOBODY_A, "Operations": ["Decrypt"], **changes}
    made = estate.call("CreateGrant", **request)
    granted(estate, key, NOBODY_A, "RetireGrant")  # one grant gives no right to another
    named = {"GrantToken": made["GrantToken"]} if by_token else {"KeyId": key, "GrantId": made["GrantId"]}
    before = estate.kms.store.revision
    if not allowed:
        assert estate.refused("RetireGrant", caller, **named)[0] == DENIED
        assert estate.refused("RetireGrant", caller, **named, DryRun=True)[0] == DENIED
        assert estate.kms.store.revision is before
        return
    assert estate.refused("RetireGrant", caller, **named, DryRun=True) == DRY_RUN
    assert estate.kms.store.revision is before
    assert estate.call("RetireGrant", caller, **named) == {}
    assert estate.kms.store.grant(key, made["GrantId"]) is None


def test_an_iam_policy_denies_retiring_by_the_grants_constraint() -> None:
    blue = deny("kms:RetireGrant", Condition={"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}})
    estate = Estate(app_a=[allow("kms:RetireGrant"), blue])
    key = estate.key()
    free = granted(estate, key, NOBODY_A, "Decrypt")
    bound = granted(estate, key, NOBODY_A, "Decrypt", Constraints={"EncryptionContextEquals": BLUE})
    assert estate.call("RetireGrant", APP_A, KeyId=key, GrantId=free) == {}
    assert estate.refused("RetireGrant", APP_A, KeyId=key, GrantId=bound)[0] == DENIED


NOT_RETIRED = [
    ("nothing named", {}, VALIDATION),
    ("no grant named", {"KeyId": "KEY"}, VALIDATION),
    ("named twice", {"KeyId": "KEY", "GrantId": "GRANT", "GrantToken": "TOKEN"}, VALIDATION),
    ("a token of nobody's", {"GrantToken": "AQAA"}, "InvalidGrantTokenException"),
    ("an id of nobody's", {"KeyId": "KEY", "GrantId": "0" * 64}, "NotFoundException"),
    ("what is no id", {"KeyId": "KEY", "GrantId": "0" * 63}, "InvalidGrantIdException"),
]


@pytest.mark.parametrize(("params", "code"), [pytest.param(*row[1:], id=row[0]) for row in NOT_RETIRED])
def test_what_names_no_grant(params: Params, code: str) -> None:
    estate = Estate()
    key = estate.key()
    made = estate.call("CreateGrant", KeyId=key, GranteePrincipal=APP_A, Operations=["Decrypt"])
    names = {"KEY": key, "GRANT": made["GrantId"], "TOKEN": made["GrantToken"]}
    given = {name: names.get(value, value) for name, value in params.items()}
    assert estate.refused("RetireGrant", **given)[0] == code


def test_a_token_ends_with_its_grant_and_is_good_in_its_region_alone() -> None:
    estate = Estate()
    key = estate.key()
    made = estate.call("CreateGrant", KeyId=key, GranteePrincipal=APP_A, Operations=["Decrypt"])
    there = Caller(ADMIN_A, region="eu-west-1")
    assert estate.refused("RetireGrant", there, GrantToken=made["GrantToken"])[0] == "InvalidGrantTokenException"
    estate.call("RetireGrant", GrantToken=made["GrantToken"])
    assert estate.refused("RetireGrant", GrantToken=made["GrantToken"])[0] == "InvalidGrantTokenException"


def test_the_trail_names_the_grant_that_was_retired_by_a_token() -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    made = estate.call("CreateGrant", KeyId=estate.key(), GranteePrincipal=APP_A, Operations=["Decrypt"])
    assert trail.records[-1]["responseElements"]["grantId"] == made["GrantId"]
    estate.call("RetireGrant", GrantToken=made["GrantToken"])
    assert trail.records[-1]["additionalEventData"]["grantId"] == made["GrantId"]
    assert made["GrantToken"] not in str(trail.records)


def test_to_another_account_a_missing_grant_looks_like_one_that_is_closed() -> None:
    estate = Estate()
    key = estate.key()
    closed = granted(estate, key, APP_A, "Decrypt")
    there = estate.refused("RetireGrant", NOBODY_B, KeyId=key, GrantId=closed)
    assert there[0] == DENIED
    assert estate.refused("RetireGrant", NOBODY_B, KeyId=key, GrantId="0" * 64) == there
    assert estate.refused("RetireGrant", NOBODY_B, KeyId=key[:-12] + "0" * 12, GrantId=closed) == there


def test_revoking_is_tried_before_it_is_done() -> None:
    """KMS 12."""
    estate = Estate()
    key = estate.key()
    grant = granted(estate, key, NOBODY_A, "Decrypt")
    blob = encrypted(estate, key)
    assert estate.refused("RevokeGrant", KeyId=key, GrantId=grant, DryRun=True) == DRY_RUN
    assert estate.refused("RevokeGrant", KeyId=key, GrantId="0" * 64) == NO_GRANT
    assert may_decrypt(estate, NOBODY_A, blob)


def test_creating_is_tried_before_it_is_done() -> None:
    """KMS 12."""
    estate = Estate()
    key = estate.key()
    before = estate.kms.store.revision
    request = {"KeyId": key, "GranteePrincipal": APP_A, "Operations": ["Decrypt"]}
    assert estate.refused("CreateGrant", **request, DryRun=True) == DRY_RUN
    assert estate.refused("CreateGrant", NOBODY_A, **request, DryRun=True)[0] == DENIED
    assert estate.kms.store.revision is before


@pytest.mark.parametrize("operation", ["RetireGrant", "RevokeGrant"])
def test_a_grant_ends_on_a_key_that_is_pending_deletion(operation: str) -> None:
    """KMS 3."""
    estate = Estate()
    key = estate.key()
    grant = granted(estate, key, NOBODY_A, "Decrypt")
    estate.call("ScheduleKeyDeletion", KeyId=key)
    assert len(estate.call("ListGrants", KeyId=key)["Grants"]) == 1
    assert estate.call(operation, KeyId=key, GrantId=grant) == {}
    assert estate.call("ListGrants", KeyId=key)["Grants"] == []
