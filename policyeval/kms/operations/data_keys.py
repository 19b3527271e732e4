"""Data keys and data key pairs, made here and encrypted under a symmetric KMS key; and random bytes.

Not supported: `Recipient`, `CustomKeyStoreId`, and the pairs that cannot be computed here (KMS 24).
"""

from __future__ import annotations

from typing import Final

from policyeval.catalog.kms_specs import DATA_KEY_SIZES, KEY_SPECS
from policyeval.kms.call import Call, Response
from policyeval.kms.crypto.families import generate
from policyeval.kms.crypto.refusals import incompatible, unsupported
from policyeval.kms.operations.custom_key_stores import no_store
from policyeval.kms.operations.encryption import SYMMETRIC, encrypt_under, no_recipient
from policyeval.kms.operations.row import Asked, Operation, cryptographic, given


def generate_data_key(call: Call) -> Response:
    """Make a data key, in plain for use at once and encrypted for keeping."""
    if "Recipient" in call.params:
        raise no_recipient()
    plaintext, response = _data_key(call)
    response["Plaintext"] = plaintext
    return response


def generate_data_key_without_plaintext(call: Call) -> Response:
    """Make a data key for whoever may decrypt it later."""
    return _data_key(call)[1]


def _data_key(call: Call) -> tuple[bytes, Response]:
    params = call.params
    spec = params.get("KeySpec")
    size: int = DATA_KEY_SIZES[spec] if spec is not None else params["NumberOfBytes"]
    _check_key(call)
    plaintext = call.core.entropy(size)
    return plaintext, _kept(call, "CiphertextBlob", plaintext)


def generate_data_key_pair(call: Call) -> Response:
    """Make a data key pair, its private key in plain and encrypted."""
    if "Recipient" in call.params:
        raise no_recipient()
    plaintext, response = _data_key_pair(call)
    response["PrivateKeyPlaintext"] = plaintext
    return response


def generate_data_key_pair_without_plaintext(call: Call) -> Response:
    """Make a data key pair, its private key for whoever may decrypt it later."""
    return _data_key_pair(call)[1]


def _data_key_pair(call: Call) -> tuple[bytes, Response]:
    spec = call.params["KeyPairSpec"]
    _check_key(call)
    if not KEY_SPECS[spec].supported:
        raise unsupported()
    call.would_succeed()  # before the work: an RSA key takes long
    pair = generate(spec, call.core.entropy)
    return pair.secret, {
        **_kept(call, "PrivateKeyCiphertextBlob", pair.secret),
        "PublicKey": pair.public,
        "KeyPairSpec": spec,
    }


def _check_key(call: Call) -> None:
    key = call.key
    call.check_usage(key, "ENCRYPT_DECRYPT")
    if key.spec != SYMMETRIC:
        raise incompatible(SYMMETRIC, key.spec)


def _kept(call: Call, member: str, plaintext: bytes) -> Response:
    key = call.key
    blob = encrypt_under(call, key, SYMMETRIC, plaintext, call.params.get("EncryptionContext"))
    call.would_succeed()
    return {member: blob, "KeyId": key.arn, "KeyMaterialId": key.material_id}


def generate_random(call: Call) -> Response:
    """Give random bytes; no key is concerned."""
    params = call.params
    if "Recipient" in params:
        raise no_recipient()
    if "CustomKeyStoreId" in params:
        raise no_store(params["CustomKeyStoreId"])
    return {"Plaintext": call.core.entropy(params["NumberOfBytes"])}


_PAIR_SPEC: Final = given(KeyPairSpec="DataKeyPairSpec")

OPERATIONS: Final = (
    cryptographic("GenerateDataKey", generate_data_key),
    cryptographic("GenerateDataKeyWithoutPlaintext", generate_data_key_without_plaintext),
    cryptographic("GenerateDataKeyPair", generate_data_key_pair, _PAIR_SPEC),
    cryptographic("GenerateDataKeyPairWithoutPlaintext", generate_data_key_pair_without_plaintext, _PAIR_SPEC),
    Operation("GenerateRandom", generate_random, Asked.NOTHING),
)
