"""Custom key stores: their six operations are there, asked for, and refused: none can be had yet (KMS 23)."""

from __future__ import annotations

from typing import Final

from policyeval.kms.call import Call, Response
from policyeval.kms.errors import KmsError
from policyeval.kms.operations.row import Asked, Operation


def _refuse(call: Call) -> Response:
    message = f"Custom key stores are not supported: {call.operation} does nothing."
    raise KmsError("UnsupportedOperationException", message)


OPERATIONS: Final = tuple(
    Operation(name, _refuse, Asked.NOTHING)
    for name in (
        "CreateCustomKeyStore",
        "ConnectCustomKeyStore",
        "DescribeCustomKeyStores",
        "DisconnectCustomKeyStore",
        "UpdateCustomKeyStore",
        "DeleteCustomKeyStore",
    )
)
