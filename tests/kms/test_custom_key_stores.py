"""Custom key stores: the operations have their place, are asked for, and say that they do nothing (KMS 23)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kms.estate import ADMIN_B, APP_A, NOBODY_A, Estate, allow

STORE = {"CustomKeyStoreId": "cks-1234567890abcdef0"}
OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("CreateCustomKeyStore", {"CustomKeyStoreName": "hsm", "KeyStorePassword": "secret-secret"}),
    ("ConnectCustomKeyStore", STORE),
    ("DescribeCustomKeyStores", {}),
    ("DisconnectCustomKeyStore", STORE),
    ("UpdateCustomKeyStore", {**STORE, "NewCustomKeyStoreName": "hsm"}),
    ("DeleteCustomKeyStore", STORE),
]


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_a_custom_key_store_cannot_be_had(operation: str, params: dict[str, Any]) -> None:
    estate = Estate(app_a=[allow(f"kms:{operation}")])
    before = estate.kms.store.revision
    for caller in (APP_A, ADMIN_B):
        assert estate.refused(operation, caller, **params) == (
            "UnsupportedOperationException",
            f"Custom key stores are not supported: {operation} does nothing.",
        )
    assert estate.kms.store.revision is before


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_who_may_not_is_told_that_first(operation: str, params: dict[str, Any]) -> None:
    code, message = Estate().refused(operation, NOBODY_A, **params)
    assert code == "AccessDeniedException"
    assert message == (
        f"User: {NOBODY_A} is not authorized to perform: kms:{operation} because no identity-based policy allows the "
        f"kms:{operation} action"
    )


@pytest.mark.parametrize(("operation", "params"), [row for row in OPERATIONS if row[1] == STORE])
def test_the_model_comes_first_of_all(operation: str, params: dict[str, Any]) -> None:
    assert Estate().refused(operation, NOBODY_A, **dict.fromkeys(params, ""))[0] == "ValidationException"
