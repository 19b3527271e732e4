"""Sign, Verify and GetPublicKey."""

from __future__ import annotations

from typing import Final

from policyeval.catalog.kms_specs import DIGEST_SIZES
from policyeval.kms.call import Call, Params, Response
from policyeval.kms.crypto.refusals import invalid_digest, unsupported
from policyeval.kms.metadata import algorithms_of
from policyeval.kms.operations.row import Operation, cryptographic, given
from policyeval.kms.states import USABLE
from policyeval.kms.vault import find_material

_USAGE: Final = "SIGN_VERIFY"
_RAW: Final = "RAW"


def sign(call: Call) -> Response:
    """Sign a message of up to 4096 bytes, or its digest."""
    params, key = call.params, call.key
    _check_digest(params)
    call.check_usage(key, _USAGE)
    algorithm = params["SigningAlgorithm"]
    signer = call.core.vault.current(key, call.reading)
    signature = signer.sign(algorithm, params["Message"], params.get("MessageType", _RAW))
    call.would_succeed()
    return {"KeyId": key.arn, "Signature": signature, "SigningAlgorithm": algorithm}


def verify(call: Call) -> Response:
    """Verify a signature: it is good, or this raises `KMSInvalidSignatureException` (KMS 13)."""
    params, key = call.params, call.key
    _check_digest(params)
    call.check_usage(key, _USAGE)
    algorithm = params["SigningAlgorithm"]
    verifier = call.core.vault.public(key, call.reading)
    verifier.verify(algorithm, params["Message"], params.get("MessageType", _RAW), params["Signature"])
    call.would_succeed()
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}


def _check_digest(params: Params) -> None:
    """Refuse a digest of another length than its algorithm's, before the key's usage is looked at (KMS 11)."""
    if params.get("MessageType") != "DIGEST":
        return
    algorithm = params["SigningAlgorithm"]
    size = DIGEST_SIZES.get(algorithm[-7:])
    if size is not None and len(params["Message"]) != size:
        raise invalid_digest(algorithm)


def get_public_key(call: Call) -> Response:
    """Give the public half of an asymmetric key, with what it is good for."""
    key = call.key
    material = find_material(key, key.material, call.reading)
    if material is None or material.public is None:
        raise unsupported()
    return {
        "KeyId": key.arn,
        "PublicKey": material.public,
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        **algorithms_of(key),
    }


_CONDITIONS: Final = given("SigningAlgorithm", "MessageType")

OPERATIONS: Final = (
    cryptographic("Sign", sign, _CONDITIONS),
    cryptographic("Verify", verify, _CONDITIONS),
    Operation("GetPublicKey", get_public_key, works_in=USABLE, aliases=True),
)
