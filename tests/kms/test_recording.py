"""What the trail tells of real calls: who, what, on which key, what was decided and by which statement, never a secret."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from policyeval.kms import Caller, RootKey, SqliteStore, StorageError
from policyeval.kms.storage import faults
from policyeval.kms.trail.event import Event
from policyeval.kms.trail.trail import MemoryTrail
from policyeval.model.request import Session
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, NOBODY_A, A, B, Estate, allow, policy
from tests.kms.using import FULL, FailingStore, opened_to

SECRET = b"nobody writes this down"


def recorded(**described: Any) -> tuple[Estate, MemoryTrail]:
    trail = MemoryTrail()
    return Estate(trail=trail, **described), trail


def test_an_allowed_call_names_the_statement_that_allowed_it() -> None:
    estate, trail = recorded(app_a=[allow("kms:Encrypt", Sid="AppEncrypts")])
    key = estate.key()
    estate.call("Encrypt", APP_A, KeyId=key, Plaintext=SECRET, EncryptionContext={"tenant": "blue"})
    record = trail.records[-1]
    assert record["eventName"] == "Encrypt"
    assert record["userIdentity"]["arn"] == APP_A
    assert record["requestParameters"]["encryptionContext"] == {"tenant": "blue"}
    assert record["resources"][0]["ARN"] == key
    assert "errorCode" not in record
    (decision,) = record["additionalEventData"]["decisions"]
    assert (decision["decision"], decision["layer"]) == ("allow", "identity_policy")
    assert [statement["sid"] for statement in decision["determining_statements"]] == [
        "Enable IAM User Permissions",
        "AppEncrypts",
    ]


@pytest.mark.parametrize(
    ("name", "agent", "kept"),
    [
        pytest.param("alias/app", "aws-cli", 1, id="by an alias, where each decision has a basis of its own"),
        pytest.param(None, "aws-cli", 1, id="by the key's ARN"),
        pytest.param(None, "x" * 1_025, 0, id="by who says so much that nothing of it is kept"),
    ],
)
def test_calls_that_are_alike_do_not_pile_up(name: str | None, agent: str, kept: int) -> None:
    estate, trail = recorded()
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    caller, forms = Caller(ADMIN_A, user_agent=agent), trail._encoder._forms
    before = len(forms)
    for _ in range(10):
        estate.call("Encrypt", caller, KeyId=name or key, Plaintext=SECRET)
    for number in range(10):  # what is refused quotes what was sent
        estate.refused("Encrypt", caller, KeyId=f"alias/{number}", Plaintext=SECRET)
    assert len(forms) - before == kept
    assert {record["userAgent"] for record in trail.records[-20:]} == {agent}


def test_callers_without_end_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.kms.trail.encode._FORMS", 3)
    monkeypatch.setattr("policyeval.kms.recording._CALLERS", 3)
    estate, trail = recorded()
    key = estate.key()
    for number in range(10):
        estate.call("Encrypt", Caller(ADMIN_A, user_agent=f"agent {number}"), KeyId=key, Plaintext=SECRET)
    assert len(trail._encoder._forms) <= 3
    assert len(estate.kms._core.recorder._callers) <= 3
    assert [record["userAgent"] for record in trail.records[-10:]] == [f"agent {number}" for number in range(10)]


def test_what_is_asked_again_and_again_is_told_of_its_own_key() -> None:
    estate, trail = recorded()
    keys = [estate.key() for _ in range(3)]
    for _ in range(8):  # then all of them have plans
        for key in keys:
            estate.call("Encrypt", KeyId=key, Plaintext=SECRET)
            estate.call("DescribeKey", KeyId=key)
            estate.refused("DescribeKey", NOBODY_A, KeyId=key)
    told = [record["additionalEventData"]["decisions"][0] for record in trail.records[-9:]]
    assert [(each["action"], each["resource"], each["decision"]) for each in told] == [
        (f"kms:{action}", key, decision)
        for key in keys
        for action, decision in (("Encrypt", "allow"), ("DescribeKey", "allow"), ("DescribeKey", "deny"))
    ]


def test_a_moved_alias_is_told_with_the_key_that_it_is_for() -> None:
    estate, trail = recorded()
    old, new = estate.key(), estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=old)
    estate.call("UpdateAlias", AliasName="alias/app", TargetKeyId=new)
    told = [record["responseElements"] for record in trail.records[-2:]]
    assert told == [{"keyId": old}, {"keyId": new}]
    assert [each["ARN"] for each in trail.records[-1]["resources"]] == [old, new]


def test_a_refusal_is_recorded_with_its_words() -> None:
    estate, trail = recorded()
    key = estate.key()
    refused = estate.refused("DescribeKey", NOBODY_A, KeyId=key)
    record = trail.records[-1]
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", refused[1])
    assert record["additionalEventData"]["decisions"][0]["reason"] == "implicit_deny"


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        pytest.param("DescribeKey", {"KeyId": "no-such-key"}, "NotFoundException", id="a key that is not there"),
        pytest.param("Encrypt", {"KeyId": "k", "Plaintext": b""}, "ValidationException", id="what is no request"),
    ],
)
def test_what_failed_before_anybody_was_asked_is_recorded(operation: str, params: dict[str, Any], code: str) -> None:
    estate, trail = recorded()
    assert estate.refused(operation, **params)[0] == code
    assert trail.records[-1]["errorCode"] == code
    assert trail.records[-1]["userIdentity"]["arn"] == ADMIN_A


def test_a_session_is_told_with_its_role() -> None:
    estate, trail = recorded(app_a=[allow("kms:ListKeys")])
    estate.call("ListKeys", Caller(APP_A, session=Session("monday"), source_ip="10.0.0.1"))
    identity = trail.records[-1]["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == f"arn:aws:sts::{A}:assumed-role/app/monday"
    assert identity["principalId"] == f"AROAAPPOF{A}:monday"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == APP_A
    assert trail.records[-1]["sourceIPAddress"] == "10.0.0.1"


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        pytest.param("nobody", f"arn:aws:iam::{A}:user/nobody", id="a session of the name of a user is taken for his"),
        pytest.param("bob", None, id="a session of a name of its own"),
    ],
)
def test_a_federated_session_is_told_with_whose_it_is(name: str, issuer: str | None) -> None:
    estate, trail = recorded()
    arn = f"arn:aws:sts::{A}:federated-user/{name}"
    estate.refused("ListKeys", arn)
    identity = trail.records[-1]["userIdentity"]
    assert (identity["type"], identity["arn"], identity["accountId"]) == ("FederatedUser", arn, A)
    assert (identity.get("sessionContext") or {"sessionIssuer": {"arn": None}})["sessionIssuer"]["arn"] == issuer


@pytest.mark.parametrize(("caller", "kind"), [("logs.amazonaws.com", "AWSService"), ("anonymous", "AWSAccount")])
def test_a_call_of_nobodys_account_is_told(caller: str, kind: str) -> None:
    estate, trail = recorded()
    who: Any = {"Service": caller} if "." in caller else "*"
    own = allow("kms:*", Principal={"AWS": A})
    key = estate.key(Policy=json.dumps(policy(own, allow("kms:Encrypt", Principal=who))))
    estate.call("Encrypt", caller, KeyId=key, Plaintext=SECRET)
    assert estate.refused("Decrypt", caller, CiphertextBlob=b"x" * 100)[0] == "InvalidCiphertextException"
    record = trail.records[-2]
    assert record["userIdentity"]["type"] == kind
    assert record["recipientAccountId"] == A
    assert record["additionalEventData"]["decisions"][0]["decision"] == "allow"


def test_a_call_from_another_account_names_both() -> None:
    estate, trail = recorded()
    key = estate.key()
    estate.refused("Encrypt", ADMIN_B, KeyId=key, Plaintext=SECRET)
    record = trail.records[-1]
    assert record["userIdentity"]["accountId"] == B
    assert record["resources"][0]["accountId"] == A


def test_no_secret_is_written() -> None:
    estate, trail = recorded()
    key = estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    estate.call("Decrypt", CiphertextBlob=blob)
    made = estate.call("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    mac_key = estate.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    mac = estate.call("GenerateMac", KeyId=mac_key, Message=SECRET, MacAlgorithm="HMAC_SHA_256")["Mac"]
    estate.refused("Encrypt", KeyId=key, Plaintext=SECRET * 1000)
    token = estate.call("CreateGrant", KeyId=key, GranteePrincipal=ADMIN_B, Operations=["Decrypt"])["GrantToken"]
    written = json.dumps(trail.records)
    encoded = [secret for value in (SECRET, blob, made["Plaintext"], mac) for secret in _spellings(value)]
    assert [secret for secret in [*encoded, token] if secret in written] == []
    assert len(trail.lines) == 8


def _spellings(value: bytes) -> list[str]:
    import base64  # noqa: PLC0415 - only here

    return [value.hex(), base64.b64encode(value).decode(), value.decode("latin-1"), repr(value)]


def test_what_time_does_is_recorded_too() -> None:
    estate, trail = recorded()
    key, rotating = estate.key(), estate.key()
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.call("EnableKeyRotation", KeyId=rotating, RotationPeriodInDays=90)
    estate.clock.pass_(days=91)
    estate.kms.sweep()
    told = {record["eventName"]: record for record in trail.records[-2:]}
    assert told["DeleteKey"]["resources"][0]["ARN"] == key
    assert told["RotateKey"]["serviceEventDetails"]["rotationType"] == "AUTOMATIC"
    assert told["RotateKey"]["userIdentity"] == {"accountId": A, "invokedBy": "AWS Internal"}


def test_a_rotation_on_demand_is_told_of_every_replica_beside_the_call() -> None:
    """AWS's page of RotateKeyOnDemand: an entry is written for the call, and one of RotateKey when the key is rotated."""
    estate, trail = recorded()
    key = estate.key(MultiRegion=True)
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion="eu-west-1")
    estate.call("RotateKeyOnDemand", KeyId=key)
    *told, call = trail.records[-3:]
    assert call["eventName"] == "RotateKeyOnDemand"
    assert [record["resources"][0]["ARN"] for record in told] == [key, key.replace("us-east-1", "eu-west-1")]
    for record in told:
        assert (record["eventName"], record["eventType"]) == ("RotateKey", "AwsServiceEvent")
        details = record["serviceEventDetails"]
        assert details["rotationType"] == "ON_DEMAND"
        assert details["previousKeyMaterialId"] != details["currentKeyMaterialId"]


def test_what_time_does_when_somebody_looks_is_recorded_before_the_look() -> None:
    estate, trail = recorded()
    key = estate.key()
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    assert estate.refused("DescribeKey", KeyId=key)[0] == "NotFoundException"
    assert [record["eventName"] for record in trail.records[-2:]] == ["DeleteKey", "DescribeKey"]


def test_what_a_refused_change_undid_is_not_recorded() -> None:
    estate, trail = recorded()
    key = estate.key()
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    assert estate.refused("EnableKey", KeyId=key)[0] == "NotFoundException"
    assert [record["eventName"] for record in trail.records[-2:]] == ["ScheduleKeyDeletion", "EnableKey"]
    estate.kms.sweep()
    assert trail.records[-1]["eventName"] == "DeleteKey"


def test_what_the_store_could_not_keep_is_recorded(tmp_path: Path) -> None:
    estate, trail = recorded(store=SqliteStore(tmp_path / "kms.db"), root_key=RootKey.of(bytes(32)))
    with pytest.raises(StorageError, match="surrogates"):
        estate.call("CreateKey", Description="half a character: \ud800")
    assert trail.records[-1]["errorCode"] == "KMSInternalException"
    assert estate.call("ListKeys")["Keys"] == []
    estate.kms.close()


def test_material_that_is_damaged_is_a_fault_of_the_store_and_recorded(tmp_path: Path) -> None:
    root_key, file = RootKey.of(bytes(32)), tmp_path / "kms.db"
    with Estate(store=SqliteStore(file), root_key=root_key).kms as kms:
        key = kms.client(ADMIN_A).create_key()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE secrets SET wrapped = zeroblob(length(wrapped))")
    estate, trail = recorded(store=SqliteStore(file), root_key=root_key)
    with pytest.raises(StorageError, match=f"version 1 of the material of `{key}` does not open"):
        estate.call("Encrypt", KeyId=key, Plaintext=SECRET)
    assert trail.records[-1]["eventName"] == "Encrypt"
    assert trail.records[-1]["errorCode"] == "KMSInternalException"
    estate.kms.close()


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("Sign", {"Message": SECRET, "SigningAlgorithm": "ECDSA_SHA_256"}),
        ("Verify", {"Message": SECRET, "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"x"}),
    ],
)
def test_material_that_is_gone_is_a_fault_of_the_store(tmp_path: Path, operation: str, params: dict[str, Any]) -> None:
    root_key, file = RootKey.of(bytes(32)), tmp_path / "kms.db"
    with Estate(store=SqliteStore(file), root_key=root_key).kms as kms:
        key = kms.client(ADMIN_A).create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM materials")
    estate, trail = recorded(store=SqliteStore(file), root_key=root_key)
    with pytest.raises(StorageError, match="it is damaged"):
        estate.call(operation, KeyId=key, **params)
    assert trail.records[-1]["errorCode"] == "KMSInternalException"
    estate.kms.close()


# What the trail cannot tell is not done.


class FullTrail(MemoryTrail):
    """A trail on a disk that is full when a test says so."""

    full = False

    def append(self, event: Event) -> None:
        if self.full:
            raise faults.fault(FULL)
        super().append(event)


def told_by_a_full_trail() -> tuple[Estate, FullTrail, str]:
    trail = FullTrail()
    estate = Estate(trail=trail)
    return estate, trail, estate.key()


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("PutKeyPolicy", {"Policy": opened_to(B)}),
        ("CreateGrant", {"GranteePrincipal": ADMIN_B, "Operations": ["Decrypt"]}),
        ("CreateAlias", {"AliasName": "alias/other"}),
        ("ScheduleKeyDeletion", {}),
        ("DisableKey", {}),
        ("RotateKeyOnDemand", {}),
    ],
)
def test_a_change_that_the_trail_cannot_tell_is_undone(operation: str, params: dict[str, Any]) -> None:
    estate, trail, key = told_by_a_full_trail()
    before = estate.kms.store.revision
    named = {"TargetKeyId" if operation == "CreateAlias" else "KeyId": key, **params}
    trail.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.call(operation, **named)
    assert estate.kms.store.revision is before
    trail.full = False
    estate.call(operation, **named)
    assert trail.records[-1]["eventName"] == operation


def test_what_time_does_waits_until_the_trail_can_tell_it() -> None:
    estate, trail, key = told_by_a_full_trail()
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    trail.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.kms.sweep()
    with pytest.raises(StorageError, match=FULL):
        estate.call("DescribeKey", KeyId=key)
    assert estate.kms.store.key(key) is not None
    trail.full = False
    estate.kms.sweep()
    assert [record["eventName"] for record in trail.records[-2:]] == ["ScheduleKeyDeletion", "DeleteKey"]


def test_a_use_that_the_trail_cannot_tell_is_none() -> None:
    estate, trail, key = told_by_a_full_trail()
    trail.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.call("Encrypt", KeyId=key, Plaintext=SECRET)
    trail.full = False
    assert estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"] == {}


def test_a_change_that_was_told_and_could_not_be_kept_is_told_as_failed() -> None:
    store = FailingStore()
    estate, trail = recorded(store=store, root_key=RootKey.of(bytes(32)))
    key = estate.key()
    store.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.call("DisableKey", KeyId=key)
    store.full = False
    assert estate.state(key) == "Enabled"
    told, failed = [record for record in trail.records if record["eventName"] == "DisableKey"]
    assert "errorCode" not in told
    assert failed["errorCode"] == "KMSInternalException"
    assert failed["requestID"] == told["requestID"]
    assert failed["eventID"] != told["eventID"]


def test_a_rotation_that_a_request_had_done_fails_with_the_request() -> None:
    store = FailingStore()
    estate, trail = recorded(store=store, root_key=RootKey.of(bytes(32)))
    key = estate.key()
    store.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.call("RotateKeyOnDemand", KeyId=key)
    told = [(record["eventName"], record.get("errorCode")) for record in trail.records[1:]]
    assert told == [("RotateKey", None), ("RotateKeyOnDemand", None), ("RotateKeyOnDemand", "KMSInternalException")]
    assert len({record["requestID"] for record in trail.records[1:]}) == 1
