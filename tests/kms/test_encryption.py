"""Encrypt, Decrypt and ReEncrypt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import load_der_public_key

from policyeval import Entities
from policyeval.kms import Caller, KeyManagementService, KmsError, Settings
from policyeval.kms.crypto.blobs import canonical, encrypt, read_header
from policyeval.kms.crypto.prf import keyed
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, APP_B, NOBODY_A, NOBODY_B, A, B, Estate, allow, deny, policy
from tests.kms.using import (
    DENIED,
    DRY_RUN,
    THIRD_FORM,
    UNUSABLE,
    check_condition,
    check_dry_run,
    opened_to,
    private,
    put_in,
    secret,
)

BLUE = {"tenant": "blue", "Stage": "prod"}
OAEP_SHA_1, OAEP_SHA_256 = "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"
PADDINGS = {
    OAEP_SHA_1: OAEP(MGF1(SHA1()), SHA1(), None),  # noqa: S303 - the algorithm's own
    OAEP_SHA_256: OAEP(MGF1(SHA256()), SHA256(), None),
}
INVALID = ("InvalidCiphertextException", "")
INCORRECT = (
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
)
OF_CIPHERTEXT = THIRD_FORM.replace("this resource", "the resource associated with this ciphertext", 1)


@pytest.fixture(scope="module")
def shared() -> Estate:
    """An estate whose keys nobody changes."""
    return Estate()


@pytest.fixture(scope="module")
def key(shared: Estate) -> str:
    return shared.key()


@pytest.fixture(scope="module")
def rsa(shared: Estate) -> str:
    return shared.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")


@pytest.fixture(scope="module")
def blob(shared: Estate, key: str) -> bytes:
    made: bytes = shared.call("Encrypt", KeyId=key, Plaintext=b"figures", EncryptionContext=BLUE)["CiphertextBlob"]
    return made


def blob_of(key_id: str, version: int = 1) -> bytes:
    """A blob that says it is of a key, as anybody can make one."""
    return encrypt(keyed(bytes(32)), key_id, version, b"guess", {}, bytes)


# What comes out.


def test_encrypt_and_decrypt_answer_with_arn_algorithm_and_material(shared: Estate, key: str, blob: bytes) -> None:
    made = shared.call("Encrypt", KeyId=key, Plaintext=b"figures")
    assert set(made) == {"CiphertextBlob", "KeyId", "EncryptionAlgorithm"}  # KMS 5: no KeyMaterialId
    assert (made["KeyId"], made["EncryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    current = shared.kms.store.materials(key)[0].id
    assert shared.call("Decrypt", CiphertextBlob=blob, EncryptionContext=BLUE) == {
        "KeyId": key,
        "Plaintext": b"figures",
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": current,
    }


def test_a_ciphertext_is_aes_gcm_under_the_keys_material(shared: Estate, key: str, blob: bytes) -> None:
    header = read_header(blob)
    start = len(blob) - len(b"figures") - 16
    message_key = HKDFExpand(SHA256(), 32, b"policyeval blob 1 " + header.nonce).derive(secret(shared, key))
    opened = AESGCM(message_key).decrypt(bytes(12), blob[start:], blob[:start] + canonical(BLUE))
    assert (header.key_id, opened) == (key.rpartition("/")[2], b"figures")


def test_no_two_ciphertexts_are_the_same(shared: Estate, key: str) -> None:
    once, again = (shared.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"] for _ in range(2))
    assert once != again


@pytest.mark.parametrize("algorithm", PADDINGS)
def test_rsa_encrypts_as_anybody_does_with_the_public_key(shared: Estate, rsa: str, algorithm: str) -> None:
    made = shared.call("Encrypt", KeyId=rsa, Plaintext=b"figures", EncryptionAlgorithm=algorithm)
    assert (made["KeyId"], made["EncryptionAlgorithm"]) == (rsa, algorithm)
    assert private(shared, rsa).decrypt(made["CiphertextBlob"], PADDINGS[algorithm]) == b"figures"

    public: Any = load_der_public_key(shared.call("GetPublicKey", KeyId=rsa)["PublicKey"])
    elsewhere = public.encrypt(b"figures", PADDINGS[algorithm])
    opened = shared.call("Decrypt", KeyId=rsa, CiphertextBlob=elsewhere, EncryptionAlgorithm=algorithm)
    assert opened == {"KeyId": rsa, "Plaintext": b"figures", "EncryptionAlgorithm": algorithm}


LONGEST = [
    ("KMS 6: a symmetric key takes 4096 bytes", "key", "SYMMETRIC_DEFAULT", 4096),
    ("RSA 2048 with SHA-1 takes 214", "rsa", OAEP_SHA_1, 214),
    ("RSA 2048 with SHA-256 takes 190", "rsa", OAEP_SHA_256, 190),
]


@pytest.mark.parametrize(("name", "algorithm", "size"), [pytest.param(*row[1:], id=row[0]) for row in LONGEST])
def test_as_much_as_an_algorithm_takes_and_no_more(
    shared: Estate, request: pytest.FixtureRequest, name: str, algorithm: str, size: int
) -> None:
    params = {"KeyId": request.getfixturevalue(name), "EncryptionAlgorithm": algorithm}
    made = shared.call("Encrypt", **params, Plaintext=bytes(size))["CiphertextBlob"]
    assert len(made) <= 6144
    assert shared.call("Decrypt", **params, CiphertextBlob=made)["Plaintext"] == bytes(size)
    words = {
        "key": "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096",
        "rsa": f"Algorithm {algorithm} and key spec RSA_2048 cannot encrypt data larger than {size} bytes.",
    }
    assert shared.refused("Encrypt", **params, Plaintext=bytes(size + 1)) == ("ValidationException", words[name])


# KMS 5: rotation.


def test_what_was_encrypted_before_a_rotation_stays_decryptable() -> None:
    estate = Estate()
    key = estate.key()
    blobs = []
    for _ in range(3):
        blobs.append(estate.call("Encrypt", KeyId=key, Plaintext=b"figures")["CiphertextBlob"])
        estate.call("RotateKeyOnDemand", KeyId=key)
        estate.clock.pass_(hours=1)
    opened = [estate.call("Decrypt", CiphertextBlob=blob) for blob in (*blobs, *blobs)]
    assert {answer["Plaintext"] for answer in opened} == {b"figures"}
    assert {answer["KeyId"] for answer in opened} == {key}
    ids = [material.id for material in estate.kms.store.materials(key)]
    assert [answer["KeyMaterialId"] for answer in opened] == [*ids[:3], *ids[:3]]
    made = estate.call("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    assert made["KeyMaterialId"] == ids[3]


def test_a_version_that_never_was_is_no_ciphertext(shared: Estate, key: str) -> None:
    assert shared.refused("Decrypt", CiphertextBlob=blob_of(key.rpartition("/")[2], 7)) == INVALID


# KMS 7: the encryption context.

OTHER_CONTEXTS: list[tuple[str, dict[str, str]]] = [
    ("none", {}),
    ("less", {"tenant": "blue"}),
    ("more", {**BLUE, "more": "1"}),
    ("another value", {**BLUE, "tenant": "red"}),
    ("a name in another case", {"Tenant": "blue", "Stage": "prod"}),
    ("a value in another case", {"tenant": "Blue", "Stage": "prod"}),
    ("names and values changed over", {"tenant": "prod", "Stage": "blue"}),
]


@pytest.mark.parametrize("context", [pytest.param(context, id=name) for name, context in OTHER_CONTEXTS])
def test_another_context_opens_nothing(shared: Estate, blob: bytes, context: dict[str, str]) -> None:
    assert shared.refused("Decrypt", CiphertextBlob=blob, EncryptionContext=context) == INVALID


def test_the_order_of_a_context_is_of_no_account(shared: Estate, blob: bytes) -> None:
    turned = dict(reversed(BLUE.items()))
    assert shared.call("Decrypt", CiphertextBlob=blob, EncryptionContext=turned)["Plaintext"] == b"figures"


def test_no_context_and_an_empty_one_are_the_same(shared: Estate, key: str) -> None:
    made = shared.call("Encrypt", KeyId=key, Plaintext=b"x", EncryptionContext={})["CiphertextBlob"]
    assert shared.call("Decrypt", CiphertextBlob=made)["Plaintext"] == b"x"


def test_an_asymmetric_key_takes_no_context(shared: Estate, rsa: str) -> None:
    params = {"KeyId": rsa, "EncryptionAlgorithm": OAEP_SHA_256}
    refused = ("ValidationException", "EncryptionContext is supported only for symmetric encryption KMS keys.")
    assert shared.refused("Encrypt", **params, Plaintext=b"x", EncryptionContext=BLUE) == refused
    made = shared.call("Encrypt", **params, Plaintext=b"x", EncryptionContext={})["CiphertextBlob"]
    assert shared.refused("Decrypt", **params, CiphertextBlob=made, EncryptionContext=BLUE) == refused


TAMPERED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("nothing of ours", lambda _: b"figures"),
    ("cut off", lambda blob: blob[:-1]),
    ("longer", lambda blob: blob + b"\0"),
    ("another format", lambda blob: b"\2" + blob[1:]),
    ("a bit of the tag", lambda blob: blob[:-1] + bytes([blob[-1] ^ 1])),
    ("a bit of the nonce", lambda blob: blob[:5] + bytes([blob[5] ^ 1]) + blob[6:]),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in TAMPERED])
def test_a_ciphertext_that_was_changed_opens_for_nobody(
    shared: Estate, key: str, blob: bytes, change: Callable[[bytes], bytes]
) -> None:
    params = {"CiphertextBlob": change(blob), "EncryptionContext": BLUE}
    assert shared.refused("Decrypt", **params) == INVALID
    assert shared.refused("Decrypt", **params, KeyId=key) == INVALID
    assert (
        shared.refused("ReEncrypt", CiphertextBlob=change(blob), SourceEncryptionContext=BLUE, DestinationKeyId=key)
        == INVALID
    )


def test_an_rsa_ciphertext_that_was_changed_opens_for_nobody(shared: Estate, rsa: str) -> None:
    params = {"KeyId": rsa, "EncryptionAlgorithm": OAEP_SHA_256}
    made = shared.call("Encrypt", **params, Plaintext=b"x")["CiphertextBlob"]
    changed = made[:-1] + bytes([made[-1] ^ 1])
    assert shared.refused("Decrypt", **params, CiphertextBlob=changed) == INVALID
    assert shared.refused("Decrypt", **params | {"EncryptionAlgorithm": OAEP_SHA_1}, CiphertextBlob=made) == INVALID


# KMS 8: which key decrypts.


def test_a_key_may_be_named_in_four_ways_or_not_at_all() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    blob = estate.call("Encrypt", KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
    for name in (key, key.rpartition("/")[2], "alias/app", f"arn:aws:kms:us-east-1:{A}:alias/app"):
        assert estate.call("Decrypt", CiphertextBlob=blob, KeyId=name)["KeyId"] == key
    assert estate.call("Decrypt", CiphertextBlob=blob)["KeyId"] == key


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("another symmetric key", {}),
    ("an RSA key that encrypts", {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}),
    ("a key that signs", {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}),
    ("a key that makes MACs", {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
]


@pytest.mark.parametrize("made", [pytest.param(made, id=name) for name, made in WRONG])
def test_another_key_than_the_ciphertexts_is_the_wrong_one(
    shared: Estate, key: str, rsa: str, blob: bytes, made: dict[str, Any]
) -> None:
    other = rsa if made.get("KeySpec") == "RSA_2048" else shared.key(**made)
    assert shared.refused("Decrypt", CiphertextBlob=blob, EncryptionContext=BLUE, KeyId=other) == INCORRECT
    source = {"CiphertextBlob": blob, "SourceEncryptionContext": BLUE, "SourceKeyId": other}
    assert shared.refused("ReEncrypt", **source, DestinationKeyId=key) == INCORRECT


MRK = "mrk-1234abcd12ab34cd56ef1234567890ab"


def test_every_member_of_a_multi_region_key_decrypts() -> None:
    kms = multi_region()
    blob = kms.call(ADMIN_A, "Encrypt", {"KeyId": MRK, "Plaintext": b"x"})["CiphertextBlob"]
    there = Caller(ADMIN_A, region="eu-west-1")
    arn = f"arn:aws:kms:eu-west-1:{A}:key/{MRK}"
    for params in ({}, {"KeyId": MRK}, {"KeyId": arn}):
        opened = kms.call(there, "Decrypt", {"CiphertextBlob": blob, **params})
        assert (opened["KeyId"], opened["Plaintext"]) == (arn, b"x")
    again = kms.call(there, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": MRK})
    assert (again["SourceKeyId"], again["KeyId"]) == (arn, arn)
    assert kms.call(ADMIN_A, "Decrypt", {"CiphertextBlob": again["CiphertextBlob"]})["Plaintext"] == b"x"


def test_in_a_region_without_the_key_a_ciphertext_opens_for_nobody() -> None:
    kms = multi_region()
    blob = kms.call(ADMIN_A, "Encrypt", {"KeyId": MRK, "Plaintext": b"x"})["CiphertextBlob"]
    with pytest.raises(KmsError) as caught:
        kms.call(Caller(ADMIN_A, region="eu-north-1"), "Decrypt", {"CiphertextBlob": blob})
    assert caught.value.message == f"User: {ADMIN_A} is not authorized to perform: kms:Decrypt {OF_CIPHERTEXT}"


def multi_region() -> KeyManagementService:
    admin = {"name": "admin", "identity_policies": [{"name": "all", "document": policy(allow("*"))}]}
    keys = [{"id": MRK, "region": region} for region in ("us-east-1", "eu-west-1")]
    return KeyManagementService(
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "roles": [admin], "keys": keys}]})
    )


# Who may.


def test_kms_27_a_refusal_speaks_of_the_ciphertexts_key(shared: Estate, key: str, blob: bytes) -> None:
    start = f"User: {NOBODY_A} is not authorized to perform: kms:Decrypt on"
    because = "because no identity-based policy allows the kms:Decrypt action"
    params = {"CiphertextBlob": blob, "EncryptionContext": BLUE}
    unnamed = shared.refused("Decrypt", NOBODY_A, **params)
    assert unnamed == (DENIED, f"{start} the resource associated with this ciphertext {because}")
    named = shared.refused("Decrypt", NOBODY_A, **params, KeyId=key)
    assert named == (DENIED, f"{start} resource: {key} {because}")


def test_an_explicit_deny_speaks_of_the_ciphertexts_key_too() -> None:
    estate = Estate(app_a=[allow("kms:*"), deny("kms:Decrypt")])
    blob = estate.call("Encrypt", KeyId=estate.key(), Plaintext=b"x")["CiphertextBlob"]
    words = "on the resource associated with this ciphertext with an explicit deny in an identity-based policy"
    assert estate.refused("Decrypt", APP_A, CiphertextBlob=blob)[1].endswith(words)


UNKNOWN = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize("caller", [ADMIN_B, APP_B, NOBODY_B])
@pytest.mark.parametrize("operation", ["Decrypt", "ReEncrypt"])
def test_a_ciphertext_tells_nobody_whether_its_key_exists(
    shared: Estate, key: str, caller: str, operation: str
) -> None:
    action = "kms:Decrypt" if operation == "Decrypt" else "kms:ReEncryptFrom"
    words = f"User: {caller} is not authorized to perform: {action} {OF_CIPHERTEXT}"
    params = {"DestinationKeyId": shared.key(ADMIN_B)} if operation == "ReEncrypt" else {}
    of_key, short = ("SourceKeyId", "KeyId")[operation == "Decrypt"], key.rpartition("/")[2]
    for key_id in (short, UNKNOWN):
        for version in (1, 7):  # nor which versions it has
            forged = {"CiphertextBlob": blob_of(key_id, version), **params}
            assert shared.refused(operation, caller, **forged) == (DENIED, words)
            assert shared.refused(operation, caller, **forged, **{of_key: key_id}) == (DENIED, words)


CLOSED_TO: list[tuple[str, list[dict[str, Any]], dict[str, Any]]] = [
    ("one who denies himself everything", [deny("kms:*")], {}),
    ("one who denies himself the keys of the other account", [deny("kms:*", resource=f"arn:aws:kms:*:{A}:*")], {}),
    ("one who is allowed nothing", [], {}),
    ("one who shows a bad grant token", [allow("kms:*")], {"GrantTokens": ["token"]}),
    ("one who names no destination", [allow("kms:*")], {"DestinationKeyId": "alias/no"}),
    (
        "one whose own policy is about the same key",
        [allow("kms:*", Condition={"Bool": {"kms:ReEncryptOnSameKey": "true"}})],
        {},
    ),
]


@pytest.mark.parametrize(("statements", "params"), [pytest.param(*row[1:], id=row[0]) for row in CLOSED_TO])
def test_nobody_finds_out_by_trying_whether_a_key_exists(
    statements: list[dict[str, Any]], params: dict[str, Any]
) -> None:
    estate = Estate(app_b=statements)
    closed, own = estate.key(), estate.key(ADMIN_B)
    mine = estate.call("Encrypt", ADMIN_B, KeyId=own, Plaintext=b"x")["CiphertextBlob"]
    gone = closed.rpartition("/")[0] + "/" + UNKNOWN
    tokens = {name: value for name, value in params.items() if name == "GrantTokens"}

    def answers(key: str) -> list[tuple[str, str]]:
        """Everything that could be said of a key to who asks in different ways."""
        blob, alias = blob_of(key.rpartition("/")[2]), f"arn:aws:kms:us-east-1:{A}:alias/{key.rpartition('/')[2][:4]}"
        moved = {"CiphertextBlob": blob, "DestinationKeyId": own, **params}
        return [
            estate.refused("Decrypt", APP_B, CiphertextBlob=blob, **tokens),
            estate.refused("Decrypt", APP_B, CiphertextBlob=blob, KeyId=key, **tokens),
            estate.refused("Encrypt", APP_B, KeyId=key, Plaintext=b"x", **tokens),
            estate.refused("Encrypt", APP_B, KeyId=alias, Plaintext=b"x", **tokens),
            estate.refused("ReEncrypt", APP_B, **moved),
            estate.refused("ReEncrypt", APP_B, **moved, SourceKeyId=key),
            estate.refused("ReEncrypt", APP_B, **moved | {"DestinationKeyId": key, "CiphertextBlob": mine}),
        ]

    estate.call("CreateAlias", AliasName=f"alias/{closed.rpartition('/')[2][:4]}", TargetKeyId=closed)
    assert answers(closed) == answers(gone)


def test_who_may_use_the_source_learns_what_is_wrong_with_the_destination(shared: Estate, blob: bytes) -> None:
    source = {"CiphertextBlob": blob, "SourceEncryptionContext": BLUE}
    refused = shared.refused("ReEncrypt", **source, DestinationKeyId="alias/no")
    assert refused == ("NotFoundException", f"Alias arn:aws:kms:us-east-1:{A}:alias/no is not found.")


def test_with_a_key_id_a_ciphertext_is_looked_at_only_after_the_key_was_asked(shared: Estate, key: str) -> None:
    # KMS 11: whether it is any good is nothing to who may not use the key.
    refused = {shared.refused("Decrypt", NOBODY_A, CiphertextBlob=blob, KeyId=key) for blob in (b"x", blob_of("other"))}
    assert [code for code, _ in refused] == [DENIED]


def test_another_account_decrypts_what_it_may_and_names_the_key_as_it_likes() -> None:
    estate = Estate()
    key = estate.key(Policy=opened_to(B))
    blob = estate.call("Encrypt", ADMIN_B, KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    # The API takes the bare id for a key of another account when the ciphertext says the same.
    for params in ({}, {"KeyId": key}, {"KeyId": key.rpartition("/")[2]}):
        assert estate.call("Decrypt", ADMIN_B, CiphertextBlob=blob, **params)["KeyId"] == key
    assert estate.refused("Encrypt", ADMIN_B, KeyId=key.rpartition("/")[2], Plaintext=b"x")[0] == "NotFoundException"
    denied = estate.refused("Decrypt", NOBODY_B, CiphertextBlob=blob)
    assert denied == (
        DENIED,
        f"User: {NOBODY_B} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext "
        "because no identity-based policy allows the kms:Decrypt action",
    )


def test_a_grant_lets_decrypt_with_its_context_alone() -> None:
    estate = Estate()
    key = estate.key()
    constraints = {"EncryptionContextSubset": {"tenant": "blue"}}
    estate.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_B, Operations=["Decrypt"], Constraints=constraints)
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x", EncryptionContext=BLUE)["CiphertextBlob"]
    assert estate.call("Decrypt", NOBODY_B, CiphertextBlob=blob, EncryptionContext=BLUE)["Plaintext"] == b"x"
    assert estate.refused("Decrypt", NOBODY_B, CiphertextBlob=blob, EncryptionContext={"tenant": "red"})[0] == DENIED


def test_a_new_grant_counts_at_once_for_who_shows_its_token() -> None:
    estate = Estate(settings=Settings(grant_delay=timedelta(minutes=5)))
    key = estate.key()
    made = estate.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_B, Operations=["Decrypt"])
    params = {"CiphertextBlob": estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]}
    assert estate.refused("Decrypt", NOBODY_B, **params)[0] == DENIED
    for named in ({}, {"KeyId": key}):
        opened = estate.call("Decrypt", NOBODY_B, **params, **named, GrantTokens=[made["GrantToken"]])
        assert opened["Plaintext"] == b"x"
    estate.clock.pass_(minutes=5)
    assert estate.call("Decrypt", NOBODY_B, **params)["Plaintext"] == b"x"


RED = {"Stage": "prod", "tenant": "red"}
CONDITIONS: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "the algorithm",
        "Encrypt",
        {"key": {}},
        {"key": {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, "EncryptionAlgorithm": OAEP_SHA_1},
        {"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}},
    ),
    (
        "the algorithm that is given",
        "Encrypt",
        {"key": {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, "EncryptionAlgorithm": OAEP_SHA_1},
        {"key": {}},
        {"StringEquals": {"kms:EncryptionAlgorithm": OAEP_SHA_1}},
    ),
    (
        "the encryption context",
        "Encrypt",
        {"key": {}, "EncryptionContext": BLUE},
        {"key": {}, "EncryptionContext": RED},
        {"StringEquals": {"kms:EncryptionContext:tenant": "blue"}},
    ),
    (
        "the names in the encryption context",
        "Encrypt",
        {"key": {}, "EncryptionContext": BLUE},
        {"key": {}},
        {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "tenant"}},
    ),
]


@pytest.mark.parametrize(
    ("operation", "good", "bad", "condition"), [pytest.param(*row[1:], id=row[0]) for row in CONDITIONS]
)
def test_a_condition_on_a_parameter_decides(
    operation: str, good: dict[str, Any], bad: dict[str, Any], condition: dict[str, Any]
) -> None:
    plaintext = {"Plaintext": b"x"}
    check_condition(operation, {**good, **plaintext}, {**bad, **plaintext}, condition)


def test_a_condition_on_the_algorithm_of_decrypt_decides() -> None:
    estate = Estate(app_a=[allow("kms:Decrypt", Condition={"StringEquals": {"kms:EncryptionAlgorithm": OAEP_SHA_1}})])
    key = estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert estate.refused("Decrypt", APP_A, CiphertextBlob=blob)[0] == DENIED
    # It passes the policy, and then is no algorithm of this key.
    code, _ = estate.refused("Decrypt", APP_A, CiphertextBlob=blob, KeyId=key, EncryptionAlgorithm=OAEP_SHA_1)
    assert code == "InvalidKeyUsageException"


# KMS 9 and 11: what the key is for, and the order of refusals.

USAGES: list[tuple[str, dict[str, Any], str, dict[str, Any], tuple[str, str]]] = [
    (
        "a key that makes MACs does not encrypt",
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        "Encrypt",
        {"Plaintext": b"x"},
        ("InvalidKeyUsageException", "{key} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt."),
    ),
    (
        "a key that signs does not decrypt",
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        "Decrypt",
        {"CiphertextBlob": b"x", "EncryptionAlgorithm": OAEP_SHA_1},
        ("InvalidKeyUsageException", "{key} key usage is SIGN_VERIFY which is not valid for Decrypt."),
    ),
    (
        "an RSA key needs its algorithm",
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        "Encrypt",
        {"Plaintext": b"x"},
        ("InvalidKeyUsageException", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
    ),
    (
        "an RSA key needs its algorithm to decrypt what is no blob of ours",
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        "Decrypt",
        {"CiphertextBlob": bytes(256)},
        ("InvalidKeyUsageException", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
    ),
    (
        "a symmetric key knows no RSA",
        {},
        "Encrypt",
        {"Plaintext": b"x", "EncryptionAlgorithm": OAEP_SHA_1},
        ("InvalidKeyUsageException", "Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT."),
    ),
    (
        "how much RSA takes comes before what the key is for (KMS 11)",
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        "Encrypt",
        {"Plaintext": bytes(215), "EncryptionAlgorithm": OAEP_SHA_1},
        (
            "ValidationException",
            "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 bytes.",
        ),
    ),
]


@pytest.fixture(scope="module")
def keys(shared: Estate, key: str, rsa: str) -> Callable[[dict[str, Any]], str]:
    """Make a key of a kind once."""
    made = {"SYMMETRIC_DEFAULT/ENCRYPT_DECRYPT": key, "RSA_2048/ENCRYPT_DECRYPT": rsa}

    def of(kind: dict[str, Any]) -> str:
        name = f"{kind.get('KeySpec', 'SYMMETRIC_DEFAULT')}/{kind.get('KeyUsage', 'ENCRYPT_DECRYPT')}"
        if name not in made:
            made[name] = shared.key(**kind)
        return made[name]

    return of


@pytest.mark.parametrize(
    ("kind", "operation", "params", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in USAGES]
)
def test_what_a_key_is_not_for(  # noqa: PLR0913 - a case's facts
    *,
    shared: Estate,
    keys: Callable[[dict[str, Any]], str],
    kind: dict[str, Any],
    operation: str,
    params: dict[str, Any],
    refusal: tuple[str, str],
) -> None:
    name = keys(kind)
    assert shared.refused(operation, KeyId=name, **params) == (refusal[0], refusal[1].format(key=name))
    assert shared.refused(operation, NOBODY_A, KeyId=name, **params)[0] == DENIED


@pytest.mark.parametrize(("state", "code", "words"), UNUSABLE)
def test_a_key_that_is_not_enabled_does_nothing(state: str, code: str, words: str) -> None:
    estate = Estate()
    key, other = estate.key(), estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    put_in(estate, key, state)
    refusal = (code, f"{key} {words}")
    assert estate.refused("Encrypt", KeyId=key, Plaintext=b"x") == refusal
    assert estate.refused("Decrypt", CiphertextBlob=blob) == refusal
    assert estate.refused("Decrypt", CiphertextBlob=blob, KeyId=key) == refusal
    assert estate.refused("Decrypt", CiphertextBlob=blob_of("another"), KeyId=key) == refusal  # KMS 11: state first
    assert estate.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=other) == refusal
    blob = estate.call("Encrypt", KeyId=other, Plaintext=b"x")["CiphertextBlob"]
    assert estate.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key) == refusal
    assert estate.refused("Decrypt", NOBODY_A, CiphertextBlob=blob)[0] == DENIED


def test_a_key_that_waits_for_its_material_encrypts_nothing(shared: Estate) -> None:
    key = shared.key(Origin="EXTERNAL")
    refusal = ("KMSInvalidStateException", f"{key} is pending import.")  # KMS 2
    assert shared.refused("Encrypt", KeyId=key, Plaintext=b"x") == refusal
    assert shared.refused("Decrypt", CiphertextBlob=blob_of(key.rpartition("/")[2])) == refusal


def test_a_ciphertext_of_a_deleted_key_is_answered_as_one_of_none() -> None:
    estate = Estate()
    blob = estate.call("Encrypt", KeyId=(key := estate.key()), Plaintext=b"x")["CiphertextBlob"]
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    words = f"User: {ADMIN_A} is not authorized to perform: kms:Decrypt {OF_CIPHERTEXT}"
    assert estate.refused("Decrypt", CiphertextBlob=blob) == (DENIED, words)
    assert estate.refused("Decrypt", CiphertextBlob=blob, KeyId=key) == (
        "NotFoundException",
        f"Key '{key}' does not exist",
    )


REFUSED: list[tuple[str, str, dict[str, Any], tuple[str, str]]] = [
    (
        "an asymmetric ciphertext names no key",
        "Decrypt",
        {"CiphertextBlob": bytes(256), "EncryptionAlgorithm": OAEP_SHA_1},
        (
            "ValidationException",
            "KeyId is required when the encryption algorithm is asymmetric or the ciphertext is ignored.",
        ),
    ),
    (
        "and none to re-encrypt from",
        "ReEncrypt",
        {"CiphertextBlob": bytes(256), "SourceEncryptionAlgorithm": OAEP_SHA_1, "DestinationKeyId": "alias/no"},
        (
            "ValidationException",
            "SourceKeyId is required when the encryption algorithm is asymmetric or the ciphertext is ignored.",
        ),
    ),
    (
        "enclaves are not served",
        "Decrypt",
        {"CiphertextBlob": b"x", "Recipient": {"AttestationDocument": b"x", "KeyEncryptionAlgorithm": OAEP_SHA_256}},
        ("UnsupportedOperationException", "Recipient is not supported."),
    ),
]


@pytest.mark.parametrize(("operation", "params", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_is_refused_whatever_the_key(
    shared: Estate, operation: str, params: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert shared.refused(operation, **params) == refusal


# KMS 12: dry runs.


def test_a_dry_run_of_encrypt_and_decrypt(shared: Estate, key: str, blob: bytes) -> None:
    check_dry_run(shared, "Encrypt", {"KeyId": key, "Plaintext": b"x"})
    check_dry_run(shared, "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": BLUE})
    check_dry_run(
        shared, "ReEncrypt", {"CiphertextBlob": blob, "SourceEncryptionContext": BLUE, "DestinationKeyId": key}
    )


def test_a_dry_run_that_would_fail_says_why(shared: Estate, key: str, rsa: str, blob: bytes) -> None:
    assert shared.refused("Decrypt", CiphertextBlob=blob, DryRun=True) == INVALID
    assert shared.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key, DryRun=True) == INVALID
    code, _ = shared.refused("Encrypt", KeyId=rsa, Plaintext=b"x", DryRun=True)
    assert code == "InvalidKeyUsageException"


IGNORE = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}


def test_a_dry_run_may_leave_the_ciphertext_out(shared: Estate, key: str, blob: bytes) -> None:
    re_encrypt = {"SourceKeyId": key, "DestinationKeyId": key}
    assert shared.refused("Decrypt", KeyId=key, **IGNORE) == DRY_RUN
    assert shared.refused("ReEncrypt", **re_encrypt, **IGNORE) == DRY_RUN
    # One that is given is not looked at.
    assert shared.refused("Decrypt", KeyId=key, CiphertextBlob=b"no blob", **IGNORE) == DRY_RUN
    assert shared.refused("Decrypt", NOBODY_A, KeyId=key, **IGNORE)[0] == DENIED
    assert shared.refused("ReEncrypt", NOBODY_A, **re_encrypt, **IGNORE)[0] == DENIED
    # Without it, the key must be named.
    assert shared.refused("Decrypt", CiphertextBlob=blob, **IGNORE)[0] == "ValidationException"
    assert shared.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key, **IGNORE)[0] == "ValidationException"


def test_the_ciphertext_is_ignored_in_dry_runs_alone(shared: Estate, key: str, blob: bytes) -> None:
    modifiers = {"DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    assert shared.refused("Decrypt", KeyId=key, **modifiers)[0] == "ValidationException"
    opened = shared.call("Decrypt", KeyId=key, CiphertextBlob=blob, EncryptionContext=BLUE, **modifiers)
    assert opened["Plaintext"] == b"figures"


# ReEncrypt.


def test_re_encrypt_moves_to_another_key_and_context(shared: Estate, key: str, blob: bytes) -> None:
    other = shared.key()
    moved = shared.call(
        "ReEncrypt",
        CiphertextBlob=blob,
        SourceEncryptionContext=BLUE,
        DestinationKeyId=other,
        DestinationEncryptionContext=RED,
    )
    there = moved.pop("CiphertextBlob")
    assert moved == {
        "SourceKeyId": key,
        "KeyId": other,
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "SourceKeyMaterialId": shared.kms.store.materials(key)[0].id,
        "DestinationKeyMaterialId": shared.kms.store.materials(other)[0].id,
    }
    opened = shared.call("Decrypt", CiphertextBlob=there, EncryptionContext=RED)
    assert (opened["KeyId"], opened["Plaintext"]) == (other, b"figures")
    assert shared.refused("Decrypt", CiphertextBlob=there, EncryptionContext=BLUE) == INVALID


def test_re_encrypt_goes_between_kinds_of_keys(shared: Estate, key: str, rsa: str, blob: bytes) -> None:
    moved = shared.call(
        "ReEncrypt",
        CiphertextBlob=blob,
        SourceKeyId=key,
        SourceEncryptionContext=BLUE,
        DestinationKeyId=rsa,
        DestinationEncryptionAlgorithm=OAEP_SHA_256,
    )
    assert moved["DestinationEncryptionAlgorithm"] == OAEP_SHA_256
    assert "DestinationKeyMaterialId" not in moved
    back = shared.call(
        "ReEncrypt",
        CiphertextBlob=moved["CiphertextBlob"],
        SourceKeyId=rsa,
        SourceEncryptionAlgorithm=OAEP_SHA_256,
        DestinationKeyId=key,
    )
    assert "SourceKeyMaterialId" not in back
    assert shared.call("Decrypt", CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"figures"


def both(condition: dict[str, Any]) -> list[dict[str, Any]]:
    return [allow("kms:ReEncryptFrom", "kms:ReEncryptTo", Condition=condition)]


SIDES: list[tuple[str, list[dict[str, Any]], bool, dict[str, Any], str | None]] = [
    ("both sides allowed", [allow("kms:ReEncrypt*")], False, {}, None),
    ("the source not", [allow("kms:ReEncryptTo")], False, {}, "kms:ReEncryptFrom"),
    ("the destination not", [allow("kms:ReEncryptFrom")], False, {}, "kms:ReEncryptTo"),
    ("on the same key, as asked", both({"Bool": {"kms:ReEncryptOnSameKey": "true"}}), True, {}, None),
    ("on another key", both({"Bool": {"kms:ReEncryptOnSameKey": "true"}}), False, {}, "kms:ReEncryptFrom"),
    ("never on the same key", both({"Bool": {"kms:ReEncryptOnSameKey": "false"}}), True, {}, "kms:ReEncryptFrom"),
    (
        "the source's context decides on the source",
        [
            allow("kms:ReEncryptFrom", Condition={"StringEquals": {"kms:EncryptionContext:tenant": "blue"}}),
            allow("kms:ReEncryptTo", Condition={"StringEquals": {"kms:EncryptionContext:tenant": "red"}}),
        ],
        False,
        {"DestinationEncryptionContext": RED},
        None,
    ),
    (
        "the destination's context decides on the destination",
        [
            allow("kms:ReEncryptFrom"),
            allow("kms:ReEncryptTo", Condition={"StringEquals": {"kms:EncryptionContext:tenant": "blue"}}),
        ],
        False,
        {"DestinationEncryptionContext": RED},
        "kms:ReEncryptTo",
    ),
    (
        "the destination's algorithm decides on the destination",
        both({"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}),
        False,
        {"DestinationEncryptionAlgorithm": OAEP_SHA_1},
        "kms:ReEncryptTo",
    ),
]


@pytest.mark.parametrize(
    ("statements", "same", "params", "refused"), [pytest.param(*row[1:], id=row[0]) for row in SIDES]
)
def test_both_keys_are_asked(
    *, statements: list[dict[str, Any]], same: bool, params: dict[str, Any], refused: str | None
) -> None:
    estate = Estate(app_a=statements)
    key = estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x", EncryptionContext=BLUE)["CiphertextBlob"]
    params = {
        "CiphertextBlob": blob,
        "SourceKeyId": key,
        "SourceEncryptionContext": BLUE,
        "DestinationKeyId": key if same else estate.key(),
        **params,
    }
    if refused is None:
        assert estate.call("ReEncrypt", APP_A, **params)
        return
    code, message = estate.refused("ReEncrypt", APP_A, **params)
    assert code == DENIED
    assert f"to perform: {refused} on resource: " in message


def test_a_use_of_both_keys_is_noted(shared: Estate) -> None:
    source, destination = shared.key(), shared.key()
    blob = shared.call("Encrypt", KeyId=source, Plaintext=b"x")["CiphertextBlob"]
    assert shared.call("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=destination)
    for key in (source, destination):
        assert shared.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]["Operation"] == "ReEncrypt"
    shared.refused("Decrypt", CiphertextBlob=blob, EncryptionContext=BLUE)
    shared.refused("Decrypt", CiphertextBlob=blob, DryRun=True)
    assert shared.call("GetKeyLastUsage", KeyId=source)["KeyLastUsage"]["Operation"] == "ReEncrypt"


# What failed left nothing.


def test_nothing_here_changes_what_is_stored(shared: Estate, key: str, blob: bytes) -> None:
    before = shared.kms.store.revision
    shared.call("Encrypt", KeyId=key, Plaintext=b"x")
    shared.call("Decrypt", CiphertextBlob=blob, EncryptionContext=BLUE)
    shared.call("ReEncrypt", CiphertextBlob=blob, SourceEncryptionContext=BLUE, DestinationKeyId=key)
    shared.refused("Decrypt", CiphertextBlob=blob)
    shared.refused("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key)
    assert shared.kms.store.revision is before
