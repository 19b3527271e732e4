"""Policies and grants are live, and a change compiles its own part again and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from policyeval import Request, UnknownEntityError
from policyeval.kms import KeyManagementService, KmsError
from policyeval.kms.records import Key
from policyeval.kms.storage.store import Reading
from policyeval.kms.trail.trail import MemoryTrail
from policyeval.kms.vault import Vault
from policyeval.model.records import PrincipalRecord
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, NOBODY_A, NOBODY_B, A, B, Estate, allow, entities, policy

SHARED = json.dumps(policy(allow("kms:*", Principal={"AWS": A}), allow("kms:Decrypt", Principal={"AWS": B})))
CHANGES: list[tuple[str, Callable[[Estate, str], object], int, bool]] = [
    (
        "a new grant",
        lambda e, key: e.call("CreateGrant", KeyId=key, GranteePrincipal=ADMIN_B, Operations=["Decrypt"]),
        0,
        True,
    ),
    (
        "a grant to somebody else",
        lambda e, key: e.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_B, Operations=["Decrypt"]),
        0,
        False,
    ),
    # The lockout check compiles the candidate's two and the caller's own, for one decision; then it is in force.
    ("a new key policy", lambda e, key: e.call("PutKeyPolicy", KeyId=key, Policy=SHARED), 5, True),
    ("another key", lambda e, _key: e.call("CreateKey"), 0, False),
    ("a tag", lambda e, key: e.call("TagResource", KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]), 0, False),
]


@pytest.mark.parametrize(("change", "statements", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_a_change_decides_the_next_call_and_compiles_its_own_part(
    compiled: list[object],
    change: Callable[[Estate, str], object],
    statements: int,
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    estate = Estate()
    keys = [estate.key() for _ in range(20)]
    blobs = [estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"] for key in keys]
    for _ in range(4):  # until there are plans
        for blob in blobs:
            estate.call("Decrypt", CiphertextBlob=blob)
            estate.refused("Decrypt", ADMIN_B, CiphertextBlob=blob)
            estate.refused("Decrypt", NOBODY_A, CiphertextBlob=blob)
    for operation in ("CreateGrant", "TagResource"):  # what the changes themselves ask
        estate.call(operation, KeyId=keys[1], **_params(operation))
    before = len(compiled)
    change(estate, keys[0])
    if allowed:
        assert estate.call("Decrypt", ADMIN_B, CiphertextBlob=blobs[0])["Plaintext"] == b"x"
    else:
        assert estate.refused("Decrypt", ADMIN_B, CiphertextBlob=blobs[0])[0] == "AccessDeniedException"
    for blob in blobs[1:]:
        assert estate.call("Decrypt", CiphertextBlob=blob)
    assert len(compiled) - before <= statements


def _params(operation: str) -> dict[str, object]:
    if operation == "CreateGrant":
        return {"GranteePrincipal": APP_A, "Operations": ["Encrypt"]}
    return {"Tags": [{"TagKey": "x", "TagValue": "y"}]}


class Watched:
    """IAM, of which somebody is told when it is asked for a principal."""

    revision = None

    def __init__(self) -> None:
        self.entities = entities()
        self.told: Callable[[], object] = list

    def __getattr__(self, name: str) -> Any:
        return getattr(self.entities, name)

    def principal(self, arn: str) -> PrincipalRecord:
        self.told()
        return self.entities.principal(arn)


@pytest.mark.parametrize("by_key_id", [True, False], ids=["a key that is named", "the key of a ciphertext"])
def test_a_key_whose_end_comes_while_it_is_asked_about_is_there_no_more(*, by_key_id: bool) -> None:
    iam = Watched()
    kms = KeyManagementService(iam, trail=(trail := MemoryTrail()))
    key = kms.call(ADMIN_A, "CreateKey")["KeyMetadata"]["Arn"]
    blob = kms.call(ADMIN_A, "Encrypt", {"KeyId": key, "Plaintext": b"x"})["CiphertextBlob"]

    def end() -> None:
        with kms.store.transaction() as transaction:
            transaction.delete_key(key)

    iam.told = end
    params = {"CiphertextBlob": blob} | ({"KeyId": key} if by_key_id else {})
    with pytest.raises(KmsError) as refused:
        kms.call(ADMIN_A, "Decrypt", params)
    assert refused.value.code == "AccessDeniedException"
    assert "the resource does not exist in this Region" in refused.value.message
    assert trail.records[-1]["errorCode"] == "AccessDenied"


def test_who_is_not_described_is_still_told_so() -> None:
    estate = Estate()
    key = estate.key()
    with pytest.raises(UnknownEntityError):
        estate.call("DescribeKey", ADMIN_A.replace("admin", "nobody"), KeyId=key)


@pytest.mark.parametrize("opens", [Vault.current, Vault.public])
def test_of_a_key_that_ended_nothing_is_opened(opens: Callable[[Vault, Key, Reading], object]) -> None:
    estate = Estate()
    key = estate.kms.store.key(estate.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"))
    assert key is not None
    with estate.kms.store.transaction() as transaction:
        transaction.delete_key(key.arn)
    with pytest.raises(KmsError, match="does not exist") as refused:
        opens(estate.kms._core.vault, key, estate.kms.store)
    assert refused.value.code == "NotFoundException"


def test_the_authorizer_knows_keys_by_alias_too_and_iams_resources() -> None:
    estate = Estate()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=estate.key())
    authorizer, alias = estate.kms.authorizer, f"arn:aws:kms:us-east-1:{A}:alias/app"
    for action, resource in (("kms:DescribeKey", alias), ("s3:GetObject", "arn:aws:s3:::bucket/figures")):
        request = Request(principal=ADMIN_A, action=action, resource=resource, resource_account=A)
        assert authorizer.authorize(request).allowed
    with pytest.raises(UnknownEntityError, match=r"there is no .*alias/none"):
        authorizer.authorize(
            Request(principal=ADMIN_A, action="kms:DescribeKey", resource=alias.replace("app", "none"))
        )


def test_who_can_is_told_of_the_keys_as_they_are() -> None:
    estate = Estate()
    key = estate.key()
    verdicts = {access.principal: access.verdict for access in estate.kms.authorizer.who_can("kms:Decrypt", key)}
    assert (verdicts[ADMIN_A], verdicts[NOBODY_B]) == ("allow", "deny")
    estate.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_B, Operations=["Decrypt"])
    verdicts = {access.principal: access.verdict for access in estate.kms.authorizer.who_can("kms:Decrypt", key)}
    assert verdicts[NOBODY_B] == "allow"
