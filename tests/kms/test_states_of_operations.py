"""Every operation in every state of a key: it works, or says what AWS says (KMS 1-3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple

import pytest

from policyeval import Authorizer, Decision, Request
from policyeval.catalog.kms import OPERATIONS as ACTIONS
from policyeval.kms import KmsError
from policyeval.kms.operations.table import OPERATIONS
from tests.kms.estate import ADMIN_A, APP_A, NOBODY_A, A, Estate, allow, deny, policy
from tests.kms.importing import FOR_GOOD, Importer

Params = dict[str, Any]
WORKS, DISABLED, STATE, UNSUPPORTED = ".", "D", "S", "U"
CODES: Final = {
    DISABLED: "DisabledException",
    STATE: "KMSInvalidStateException",
    UNSUPPORTED: "UnsupportedOperationException",
}
STATES: Final = (
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingReplicaDeletion",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
)
SAID: Final = {
    "Disabled": "is disabled.",
    "PendingDeletion": "is pending deletion.",
    "PendingReplicaDeletion": "is pending replica deletion.",
    "PendingImport": "is pending import.",
    "Unavailable": "is unavailable.",
    "Creating": "is creating.",
    "Updating": "is updating.",
}
# One letter a state, in the order above: "Key states of AWS KMS keys" of the KMS guide.
TABLE: Final = """
CancelKeyDeletion                   SS..SSSS
CreateAlias                         ..SS....
CreateGrant                         .DSSS.S.
Decapsulate                         .DSSSSS.
Decrypt                             .DSSSSS.
DeleteAlias                         ........
DeleteImportedKeyMaterial           .....USS
DeriveSharedSecret                  .DSSSSS.
DescribeKey                         ........
DisableKey                          ..SSS.SS
DisableKeyRotation                  .DSSUUS.
EnableKey                           ..SSS.SS
EnableKeyRotation                   .DSSUUS.
Encapsulate                         .DSSSSS.
Encrypt                             .DSSSSS.
GenerateDataKey                     .DSSSSS.
GenerateDataKeyPair                 .DSSSSS.
GenerateDataKeyPairWithoutPlaintext .DSSSSS.
GenerateDataKeyWithoutPlaintext     .DSSSSS.
GenerateMac                         .DSSSSS.
GetKeyLastUsage                     ........
GetKeyPolicy                        ........
GetKeyRotationStatus                ....UU..
GetParametersForImport              ..SS.USS
GetPublicKey                        .DSSSSS.
ImportKeyMaterial                   ..SS.US.
ListAliases                         ........
ListGrants                          ........
ListKeyPolicies                     ........
ListKeyRotations                    ........
ListResourceTags                    ........
PutKeyPolicy                        ........
ReEncrypt/from                      .DSSSSS.
ReEncrypt/to                        .DSSSSS.
ReplicateKey                        .DSSSSSS
RetireGrant                         ........
RevokeGrant                         ........
RotateKeyOnDemand                   .DSSSUSS
ScheduleKeyDeletion                 ..SS...S
Sign                                .DSSSSS.
TagResource                         ..SS....
UntagResource                       ..SS....
UpdateAlias/from                    ........
UpdateAlias/to                      ..SS....
UpdateKeyDescription                ..SS....
UpdatePrimaryRegion                 .DSSSSS.
Verify                              .DSSSSS.
VerifyMac                           .DSSSSS.
"""
# Operations that concern no key, and so no state.
KEYLESS: Final = {
    "CreateKey",
    "GenerateRandom",
    "ListKeys",
    "ListRetirableGrants",
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "UpdateCustomKeyStore",
}
ROWS: Final[dict[str, str]] = dict(line.split() for line in TABLE.split("\n") if line)

# Kinds of keys; all are multi-Region keys, so that every state can be theirs.
SYMMETRIC: Final[Params] = {}
SIGNING: Final[Params] = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
AGREEING: Final[Params] = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
MAC: Final[Params] = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
KEM: Final[Params] = {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}
EXTERNAL: Final[Params] = {"Origin": "EXTERNAL"}
MATERIAL: Final = bytes(range(32))


class Tried(NamedTuple):
    """How an operation is tried: on a key of what kind, and with what, prepared while the key is enabled."""

    kind: Params
    prepare: Callable[[Estate, str], Params]


def plain(kind: Params = SYMMETRIC, **params: Any) -> Tried:
    """Try with fixed parameters beside the KeyId."""
    return Tried(kind, lambda _, key: {"KeyId": key, **params})


def ciphertext(estate: Estate, key: str) -> Params:
    return {"CiphertextBlob": estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]}


def reencrypt_to(estate: Estate, key: str) -> Params:
    return {**ciphertext(estate, estate.key()), "DestinationKeyId": key}


def reencrypt_from(estate: Estate, key: str) -> Params:
    return {**ciphertext(estate, key), "DestinationKeyId": estate.key()}


def agreement(estate: Estate, key: str) -> Params:
    peer = estate.call("GetPublicKey", KeyId=estate.key(**AGREEING))["PublicKey"]
    return {"KeyId": key, "PublicKey": peer, "KeyAgreementAlgorithm": "ECDH"}


def encapsulated(estate: Estate, key: str) -> Params:
    made = estate.call("Encapsulate", KeyId=key, EncapsulationAlgorithm="ML_KEM")
    return {name: made[name] for name in ("KeyId", "EncapsulationAlgorithm", "SharedSecretCiphertextBlob")}


def signature(estate: Estate, key: str) -> Params:
    signed = {"KeyId": key, "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
    return {**signed, "Signature": estate.call("Sign", **signed)["Signature"]}


def code_of(estate: Estate, key: str) -> Params:
    made = {"KeyId": key, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
    return {**made, "Mac": estate.call("GenerateMac", **made)["Mac"]}


def alias_of(estate: Estate, key: str) -> Params:
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    return {"AliasName": "alias/app"}


def update_from(estate: Estate, key: str) -> Params:
    return {**alias_of(estate, key), "TargetKeyId": estate.key()}


def update_to(estate: Estate, key: str) -> Params:
    return {**alias_of(estate, estate.key()), "TargetKeyId": key}


def grant(estate: Estate, key: str) -> Params:
    parties = {"GranteePrincipal": NOBODY_A, "RetiringPrincipal": ADMIN_A}
    made = estate.call("CreateGrant", KeyId=key, Operations=["DescribeKey"], **parties)
    return {"KeyId": key, "GrantId": made["GrantId"]}


def importable(estate: Estate, key: str) -> Params:
    return {**Importer(estate).request(key, MATERIAL), **FOR_GOOD}


def replicated(estate: Estate, key: str) -> Params:
    estate.call("ReplicateKey", KeyId=key, ReplicaRegion="eu-west-1")
    return {"KeyId": key, "PrimaryRegion": "eu-west-1"}


WRAPPING: Final = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
OWN: Final = json.dumps(policy(allow("kms:*", Principal={"AWS": A})))
TRIED: Final[dict[str, Tried]] = {
    "CancelKeyDeletion": plain(),
    "CreateAlias": Tried(SYMMETRIC, lambda _, key: {"AliasName": "alias/app", "TargetKeyId": key}),
    "CreateGrant": plain(GranteePrincipal=NOBODY_A, Operations=["DescribeKey"]),
    "Decapsulate": Tried(KEM, encapsulated),
    "Decrypt": Tried(SYMMETRIC, ciphertext),
    "DeleteAlias": Tried(SYMMETRIC, alias_of),
    "DeleteImportedKeyMaterial": plain(EXTERNAL),
    "DeriveSharedSecret": Tried(AGREEING, agreement),
    "DescribeKey": plain(),
    "DisableKey": plain(),
    "DisableKeyRotation": plain(),
    "EnableKey": plain(),
    "EnableKeyRotation": plain(),
    "Encapsulate": plain(KEM, EncapsulationAlgorithm="ML_KEM"),
    "Encrypt": plain(Plaintext=b"x"),
    "GenerateDataKey": plain(KeySpec="AES_256"),
    "GenerateDataKeyPair": plain(KeyPairSpec="ECC_NIST_P256"),
    "GenerateDataKeyPairWithoutPlaintext": plain(KeyPairSpec="ECC_NIST_P256"),
    "GenerateDataKeyWithoutPlaintext": plain(KeySpec="AES_256"),
    "GenerateMac": plain(MAC, Message=b"x", MacAlgorithm="HMAC_SHA_256"),
    "GetKeyLastUsage": plain(),
    "GetKeyPolicy": plain(),
    "GetKeyRotationStatus": plain(),
    "GetParametersForImport": plain(EXTERNAL, **WRAPPING),
    "GetPublicKey": plain(SIGNING),
    "ImportKeyMaterial": Tried(EXTERNAL, importable),
    "ListAliases": plain(),
    "ListGrants": plain(),
    "ListKeyPolicies": plain(),
    "ListKeyRotations": plain(),
    "ListResourceTags": plain(),
    "PutKeyPolicy": plain(Policy=OWN),
    "ReEncrypt/from": Tried(SYMMETRIC, reencrypt_from),
    "ReEncrypt/to": Tried(SYMMETRIC, reencrypt_to),
    "ReplicateKey": plain(ReplicaRegion="ap-south-1"),
    "RetireGrant": Tried(SYMMETRIC, grant),
    "RevokeGrant": Tried(SYMMETRIC, grant),
    "RotateKeyOnDemand": plain(),
    "ScheduleKeyDeletion": plain(),
    "Sign": plain(SIGNING, Message=b"x", SigningAlgorithm="ECDSA_SHA_256"),
    "TagResource": plain(Tags=[{"TagKey": "a", "TagValue": "b"}]),
    "UntagResource": plain(TagKeys=["a"]),
    "UpdateAlias/from": Tried(SYMMETRIC, update_from),
    "UpdateAlias/to": Tried(SYMMETRIC, update_to),
    "UpdateKeyDescription": plain(Description="x"),
    "UpdatePrimaryRegion": Tried(SYMMETRIC, replicated),
    "Verify": Tried(SIGNING, signature),
    "VerifyMac": Tried(MAC, code_of),
}


def drive(estate: Estate, key: str, state: str) -> None:
    """Bring a key into a state: through the API where that leads there, else in the store."""
    if state == "Disabled":
        estate.call("DisableKey", KeyId=key)
    elif state == "PendingImport" and estate.kms.store.key(key).origin == "EXTERNAL":
        estate.call("DeleteImportedKeyMaterial", KeyId=key)
    elif state == "PendingReplicaDeletion" and not estate.kms.store.key(key).multi_region.replicas:
        estate.call("ReplicateKey", KeyId=key, ReplicaRegion="eu-west-1")
    if state in {"PendingDeletion", "PendingReplicaDeletion"}:
        estate.call("ScheduleKeyDeletion", KeyId=key)
    stored = estate.kms.store.key(key)
    if stored.state != state:
        with estate.kms.store.transaction() as transaction:
            transaction.put_key(replace(stored, state=state, **with_state(estate, state)))
    assert estate.state(key) == state


def with_state(estate: Estate, state: str) -> Params:
    """Give what else is so of a key in a state: some states have keys of some origins only."""
    if state == "PendingDeletion":
        return {"deletion_date": estate.clock.now + timedelta(days=30)}
    if state == "PendingImport":
        return {"origin": "EXTERNAL"}
    return {"origin": "AWS_CLOUDHSM", "custom_key_store": "cks-1"} if state == "Unavailable" else {}


def test_the_table_is_of_every_operation() -> None:
    assert {row.partition("/")[0] for row in ROWS} | KEYLESS == set(OPERATIONS)
    assert not KEYLESS & ROWS.keys()
    assert ROWS.keys() == TRIED.keys()
    assert {len(cells) for cells in ROWS.values()} == {len(STATES)}


CELLS = [(row, state, cell) for row, cells in ROWS.items() for state, cell in zip(STATES, cells, strict=True)]


@pytest.mark.parametrize(("row", "state", "cell"), CELLS, ids=[f"{row} {state}" for row, state, _ in CELLS])
def test_an_operation_in_a_state(row: str, state: str, cell: str) -> None:
    estate, tried = Estate(), TRIED[row]
    operation = row.partition("/")[0]
    key = estate.key(MultiRegion=True, **tried.kind)
    if tried.kind == EXTERNAL:
        Importer(estate).bring(key, MATERIAL)
    params = tried.prepare(estate, key)
    drive(estate, key, state)
    if cell == WORKS:
        estate.call(operation, **params)
        return
    before = estate.kms.store.revision
    with pytest.raises(KmsError) as caught:
        estate.call(operation, **params)
    assert caught.value.code == CODES[cell]
    assert estate.kms.store.revision is before
    if cell != UNSUPPORTED:
        said = "is not pending deletion." if operation == "CancelKeyDeletion" else SAID[state]
        assert caught.value.message == f"{key} {said}"
    assert estate.refused(operation, NOBODY_A, **params)[0] == "AccessDeniedException"


ALWAYS: Final = sorted({key for action in ACTIONS.values() for group in action.always for key in group})
LOOKS: Final = [
    deny("kms:*", Condition={"ForAnyValue:StringEquals": {key: "no such value"}})
    for key in (*ALWAYS, "aws:RequestedRegion")
]
CALLED_ON_NOTHING: Final[dict[str, Params]] = {
    "CreateKey": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "GenerateRandom": {"NumberOfBytes": 8},
    "ListKeys": {},
    "ListRetirableGrants": {"RetiringPrincipal": APP_A},
}


def doubted(estate: Estate, operation: str, caller: str, params: Params, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make a call; give what the KMS's own authorizer doubts of it."""
    decisions: list[Decision] = []
    decide = Authorizer.authorize

    def authorize(authorizer: Authorizer, request: Request) -> Decision:
        decisions.append(decide(authorizer, request))
        return decisions[-1]

    monkeypatch.setattr(Authorizer, "authorize", authorize)
    estate.call(operation, caller, **params)
    assert decisions
    return [one.message for decision in decisions for one in decision.doubts]


@pytest.mark.parametrize("row", TRIED)
def test_the_authorizer_is_told_what_every_request_has(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    estate, tried = Estate(app_a=[allow("kms:*"), *LOOKS]), TRIED[row]
    key = estate.key(MultiRegion=True, **tried.kind)
    if tried.kind == EXTERNAL:
        Importer(estate).bring(key, MATERIAL)
    params = tried.prepare(estate, key)
    if row == "CancelKeyDeletion":
        estate.call("ScheduleKeyDeletion", KeyId=key)
    caller = ADMIN_A if row == "RetireGrant" else APP_A
    assert doubted(estate, row.partition("/")[0], caller, params, monkeypatch) == []


@pytest.mark.parametrize("operation", CALLED_ON_NOTHING)
def test_the_authorizer_is_told_it_where_no_key_is_named(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = Estate(app_a=[allow("kms:*"), *LOOKS])
    assert doubted(estate, operation, APP_A, CALLED_ON_NOTHING[operation], monkeypatch) == []
