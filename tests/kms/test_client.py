"""The common operations as methods."""

from __future__ import annotations

import json
import pickle

import pytest

from policyeval.kms import Client, DataKey, KmsError
from tests.kms.estate import ADMIN_A, APP_A, Estate, allow, policy

BLUE = {"tenant": "blue"}


@pytest.fixture
def admin() -> Client:
    return Estate().kms.client(ADMIN_A)


def test_what_is_encrypted_is_decrypted_in_its_context_alone(admin: Client) -> None:
    key = admin.create_key(description="figures")
    assert admin.call("DescribeKey", KeyId=key)["KeyMetadata"]["Description"] == "figures"
    blob = admin.encrypt(key, b"x", BLUE)
    assert admin.decrypt(blob, BLUE, KeyId=key) == b"x"
    with pytest.raises(KmsError) as caught:
        admin.decrypt(blob)
    assert caught.value.code == "InvalidCiphertextException"


@pytest.mark.parametrize(("spec", "size"), [("AES_256", 32), ("AES_128", 16)])
def test_a_data_key_comes_plain_and_encrypted_and_shows_neither(admin: Client, spec: str, size: int) -> None:
    made = admin.generate_data_key(admin.create_key(), BLUE, key_spec=spec)
    assert len(made.plaintext) == size
    assert admin.decrypt(made.ciphertext, BLUE) == made.plaintext
    assert repr(made) == str(made) == "DataKey()"
    assert len(admin.generate_data_key(admin.create_key()).plaintext) == 32


def test_the_fields_of_a_data_key_have_names() -> None:
    assert DataKey(b"p", b"c")._asdict() == {"plaintext": b"p", "ciphertext": b"c"}


@pytest.mark.parametrize("message_type", ["RAW", "DIGEST"])
def test_what_is_signed_is_verified(admin: Client, message_type: str) -> None:
    key = admin.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    message = bytes(32)
    signature = admin.sign(key, message, "ECDSA_SHA_256", message_type=message_type)
    admin.verify(key, message, signature, "ECDSA_SHA_256", message_type=message_type)
    other = "DIGEST" if message_type == "RAW" else "RAW"
    with pytest.raises(KmsError) as caught:
        admin.verify(key, message, signature, "ECDSA_SHA_256", message_type=other)
    assert caught.value.code == "KMSInvalidSignatureException"


def test_a_message_is_meant_as_it_is_when_nothing_else_is_said(admin: Client) -> None:
    key = admin.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    signature = admin.sign(key, bytes(32), "ECDSA_SHA_256")
    admin.verify(key, bytes(32), signature, "ECDSA_SHA_256", message_type="RAW")
    admin.verify(key, bytes(32), signature, "ECDSA_SHA_256")


def test_who_was_granted_an_operation_has_it_until_that_is_revoked() -> None:
    estate = Estate()
    admin, app = estate.kms.client(ADMIN_A), estate.kms.client(APP_A)
    key = admin.create_key()
    grant = admin.create_grant(key, APP_A, ["Encrypt"], Name="app")
    estate.clock.pass_(minutes=10)
    assert app.encrypt(key, b"x")
    assert admin.call("ListGrants", KeyId=key)["Grants"][0]["Name"] == "app"
    admin.revoke_grant(key, grant)
    with pytest.raises(KmsError, match="kms:Encrypt"):
        app.encrypt(key, b"x")


@pytest.mark.parametrize(("caller", "key", "decided"), [(APP_A, "alias/app", True), (ADMIN_A, "alias/none", False)])
def test_a_refusal_says_in_another_process_what_it_says_here(caller: str, key: str, decided: bool) -> None:  # noqa: FBT001
    estate = Estate()
    admin = estate.kms.client(ADMIN_A)
    admin.call("CreateAlias", AliasName="alias/app", TargetKeyId=admin.create_key())
    with pytest.raises(KmsError) as caught:
        estate.kms.client(caller).call("DescribeKey", KeyId=key)
    refusal = caught.value
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert (repr(again), str(again), again.diagnostics) == (repr(refusal), str(refusal), refusal.diagnostics)
    assert (again.code, again.message) == (refusal.code, refusal.message)
    assert (again.decision is not None) is (refusal.decision is not None) is decided


def test_a_policy_is_given_at_first_or_replaced() -> None:
    estate = Estate()
    admin, app = estate.kms.client(ADMIN_A), estate.kms.client(APP_A)
    put = allow("kms:PutKeyPolicy", Principal={"AWS": ADMIN_A})
    to_admin, to_app = (
        json.dumps(policy(put, allow("kms:Encrypt", Principal={"AWS": who}))) for who in (ADMIN_A, APP_A)
    )
    key = admin.create_key(policy=to_admin)
    with pytest.raises(KmsError, match="kms:Encrypt"):
        app.encrypt(key, b"x")
    admin.put_key_policy(key, to_app)
    assert app.encrypt(key, b"x")
    with pytest.raises(KmsError, match="kms:Encrypt"):
        admin.encrypt(key, b"x")
