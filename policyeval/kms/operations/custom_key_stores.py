"""Custom key stores: none can be made yet, and the other operations find none, as AWS would (KMS 23)."""

from __future__ import annotations

from typing import Final

from policyeval.kms.call import Call, Response
from policyeval.kms.errors import KmsError
from policyeval.kms.operations.row import Asked, Operation
from policyeval.kms.paging import page

_PAGE: Final = 100


def create_custom_key_store(call: Call) -> Response:
    """Refuse: nothing stands behind such a store."""
    raise KmsError(
        "UnsupportedOperationException", f"Custom key stores are not supported: {call.operation} does nothing."
    )


def describe_custom_key_stores(call: Call) -> Response:
    """List the stores, of which there are none; tools that take stock of an account ask."""
    params = call.params
    if "CustomKeyStoreId" in params and "CustomKeyStoreName" in params:
        raise KmsError(
            "ValidationException", "Please specify either CustomKeyStoreId or CustomKeyStoreName, but not both."
        )
    for member in ("CustomKeyStoreId", "CustomKeyStoreName"):
        if member in params:
            raise no_store(params[member])
    return page(call, member="CustomKeyStores", default=_PAGE, fetch=lambda _after, _limit: (), order=str, show=str)


def no_store(name: str) -> KmsError:
    """Say that there is no store of that id or name."""
    return KmsError("CustomKeyStoreNotFoundException", f"Custom key store '{name}' does not exist.")


def _refuse_unknown(call: Call) -> Response:
    raise no_store(call.params["CustomKeyStoreId"])


OPERATIONS: Final = (
    Operation("CreateCustomKeyStore", create_custom_key_store, Asked.NOTHING),
    Operation("DescribeCustomKeyStores", describe_custom_key_stores, Asked.NOTHING),
    *(
        Operation(name, _refuse_unknown, Asked.NOTHING)
        for name in (
            "ConnectCustomKeyStore",
            "DisconnectCustomKeyStore",
            "UpdateCustomKeyStore",
            "DeleteCustomKeyStore",
        )
    ),
)
