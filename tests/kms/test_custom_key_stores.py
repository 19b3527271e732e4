"""Custom key stores: none can be made, so that AWS would list none and find none (KMS 23)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kms.estate import ADMIN_B, APP_A, NOBODY_A, Estate, allow

STORE = {"CustomKeyStoreId": "cks-1234567890abcdef0"}
CREATE = ("CreateCustomKeyStore", {"CustomKeyStoreName": "hsm", "KeyStorePassword": "secret-secret"})
ON_A_STORE: list[tuple[str, dict[str, Any]]] = [
    ("ConnectCustomKeyStore", STORE),
    ("DisconnectCustomKeyStore", STORE),
    ("UpdateCustomKeyStore", {**STORE, "NewCustomKeyStoreName": "hsm"}),
    ("DeleteCustomKeyStore", STORE),
    ("DescribeCustomKeyStores", STORE),
]
OPERATIONS: list[tuple[str, dict[str, Any]]] = [CREATE, *ON_A_STORE, ("DescribeCustomKeyStores", {})]


def test_a_custom_key_store_cannot_be_made() -> None:
    operation, params = CREATE
    estate = Estate(app_a=[allow(f"kms:{operation}")])
    before = estate.kms.store.revision
    for caller in (APP_A, ADMIN_B):
        assert estate.refused(operation, caller, **params) == (
            "UnsupportedOperationException",
            f"Custom key stores are not supported: {operation} does nothing.",
        )
    assert estate.kms.store.revision is before


@pytest.mark.parametrize(("operation", "params"), ON_A_STORE)
def test_a_custom_key_store_is_not_found(operation: str, params: dict[str, Any]) -> None:
    estate = Estate(app_a=[allow(f"kms:{operation}")])
    for caller in (APP_A, ADMIN_B):
        assert estate.refused(operation, caller, **params) == (
            "CustomKeyStoreNotFoundException",
            "Custom key store 'cks-1234567890abcdef0' does not exist.",
        )


def test_none_are_listed() -> None:
    estate = Estate(app_a=[allow("kms:DescribeCustomKeyStores")])
    for params in ({}, {"Limit": 1}, {"CustomKeyStoreId": None}):
        assert estate.call("DescribeCustomKeyStores", APP_A, **params) == {"CustomKeyStores": [], "Truncated": False}


REFUSED = [
    ("a name that no store has", {"CustomKeyStoreName": "hsm"}, "CustomKeyStoreNotFoundException"),
    ("an id and a name", {**STORE, "CustomKeyStoreName": "hsm"}, "ValidationException"),
    ("a marker of another listing", {"Marker": "elsewhere"}, "InvalidMarkerException"),
    ("a limit of nothing", {"Limit": 0}, "ValidationException"),
]


@pytest.mark.parametrize(("params", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_no_listing_can_be(params: dict[str, Any], code: str) -> None:
    assert Estate().refused("DescribeCustomKeyStores", ADMIN_B, **params)[0] == code


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
