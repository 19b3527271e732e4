"""Secrets shared with somebody else: DeriveSharedSecret (ECDH), Encapsulate and Decapsulate (ML-KEM).

Not supported: `Recipient`.
"""

from __future__ import annotations

from typing import Final

from policyeval.kms.call import Call, Response
from policyeval.kms.operations.encryption import no_recipient
from policyeval.kms.operations.row import cryptographic, given

_KEM: Final = "ENCAPSULATE_DECAPSULATE"


def derive_shared_secret(call: Call) -> Response:
    """Derive the secret shared with the owner of a public key of the same curve."""
    params, key = call.params, call.key
    if "Recipient" in params:
        raise no_recipient()
    call.check_usage(key, "KEY_AGREEMENT")
    secret = call.core.vault.current(key, call.reading).derive(params["PublicKey"])
    call.would_succeed()
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": params["KeyAgreementAlgorithm"],
        "KeyOrigin": key.origin,
    }


def encapsulate(call: Call) -> Response:
    """Make a secret, and the ciphertext from which the private key gets it back."""
    key = call.key
    call.check_usage(key, _KEM)
    made = call.core.vault.public(key, call.reading).encapsulate()
    call.would_succeed()
    return {
        "KeyId": key.arn,
        "SharedSecret": made.secret,
        "SharedSecretCiphertextBlob": made.ciphertext,
        "EncapsulationAlgorithm": call.params["EncapsulationAlgorithm"],
    }


def decapsulate(call: Call) -> Response:
    """Get an encapsulated secret back; a ciphertext that is none gives another secret, and no error (KMS 13)."""
    params, key = call.params, call.key
    call.check_usage(key, _KEM)
    secret = call.core.vault.current(key, call.reading).decapsulate(params["SharedSecretCiphertextBlob"])
    call.would_succeed()
    return {"KeyId": key.arn, "SharedSecret": secret, "EncapsulationAlgorithm": params["EncapsulationAlgorithm"]}


_CONDITIONS: Final = given("EncapsulationAlgorithm")

OPERATIONS: Final = (
    cryptographic("DeriveSharedSecret", derive_shared_secret, given("KeyAgreementAlgorithm")),
    cryptographic("Encapsulate", encapsulate, _CONDITIONS),
    cryptographic("Decapsulate", decapsulate, _CONDITIONS),
)
