"""GenerateMac and VerifyMac."""

from __future__ import annotations

from typing import Final

from policyeval.kms.call import Call, Response
from policyeval.kms.operations.row import cryptographic, given

_USAGE: Final = "GENERATE_VERIFY_MAC"


def generate_mac(call: Call) -> Response:
    """Compute the HMAC of a message."""
    params, key = call.params, call.key
    call.check_usage(key, _USAGE)
    algorithm = params["MacAlgorithm"]
    mac = call.core.vault.current(key, call.reading).generate(algorithm, params["Message"])
    call.would_succeed()
    return {"Mac": mac, "MacAlgorithm": algorithm, "KeyId": key.arn}


def verify_mac(call: Call) -> Response:
    """Verify an HMAC: it is the message's, or this raises `KMSInvalidMacException` (KMS 13)."""
    params, key = call.params, call.key
    call.check_usage(key, _USAGE)
    algorithm = params["MacAlgorithm"]
    call.core.vault.current(key, call.reading).verify(algorithm, params["Message"], params["Mac"])
    call.would_succeed()
    return {"KeyId": key.arn, "MacValid": True, "MacAlgorithm": algorithm}


_CONDITIONS: Final = given("MacAlgorithm")

OPERATIONS: Final = (
    cryptographic("GenerateMac", generate_mac, _CONDITIONS),
    cryptographic("VerifyMac", verify_mac, _CONDITIONS),
)
