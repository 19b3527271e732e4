"""GenerateMac and VerifyMac."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA224, SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.hmac import HMAC

from tests.kms.estate import ADMIN_B, NOBODY_A, NOBODY_B, B, Estate
from tests.kms.using import DENIED, UNUSABLE, check_condition, check_dry_run, opened_to, put_in, secret

HASHES = {"HMAC_224": SHA224(), "HMAC_256": SHA256(), "HMAC_384": SHA384(), "HMAC_512": SHA512()}
KIND = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
MESSAGE = {"Message": b"hello", "MacAlgorithm": "HMAC_SHA_256"}
WRONG = ("KMSInvalidMacException", "")


def algorithm(spec: str) -> str:
    return spec.replace("HMAC_", "HMAC_SHA_")


@pytest.fixture(scope="module")
def shared() -> Estate:
    """An estate whose keys nobody changes."""
    return Estate()


@pytest.fixture(scope="module")
def key(shared: Estate) -> str:
    return shared.key(**KIND)


@pytest.fixture(scope="module")
def mac(shared: Estate, key: str) -> bytes:
    made: bytes = shared.call("GenerateMac", KeyId=key, **MESSAGE)["Mac"]
    return made


@pytest.mark.parametrize("spec", HASHES)
def test_a_mac_is_the_hmac_of_the_message(shared: Estate, spec: str) -> None:
    key = shared.key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")
    params = {"KeyId": key, "Message": b"hello", "MacAlgorithm": algorithm(spec)}
    made = shared.call("GenerateMac", **params)
    code = HMAC(secret(shared, key), HASHES[spec])
    code.update(b"hello")
    assert made == {"KeyId": key, "Mac": code.finalize(), "MacAlgorithm": algorithm(spec)}
    verified = shared.call("VerifyMac", **params, Mac=made["Mac"])
    assert verified == {"KeyId": key, "MacValid": True, "MacAlgorithm": algorithm(spec)}


OTHERS: list[tuple[str, bytes, Any]] = [
    ("another message", b"hallo", lambda mac: mac),
    ("another code", b"hello", lambda mac: mac[:-1] + bytes([mac[-1] ^ 1])),
    ("a part of the code", b"hello", lambda mac: mac[:16]),
    ("the code and more", b"hello", lambda mac: mac + b"\0"),
]


@pytest.mark.parametrize(("message", "change"), [pytest.param(*row[1:], id=row[0]) for row in OTHERS])
def test_kms_13_a_mac_of_something_else_is_wrong(
    shared: Estate, key: str, mac: bytes, message: bytes, change: Any
) -> None:
    params = {"KeyId": key, "Message": message, "MacAlgorithm": "HMAC_SHA_256", "Mac": change(mac)}
    assert shared.refused("VerifyMac", **params) == WRONG
    assert shared.refused("VerifyMac", **params, DryRun=True) == WRONG
    assert shared.refused("VerifyMac", NOBODY_A, **params)[0] == DENIED


def test_a_mac_of_another_key_is_wrong(shared: Estate, mac: bytes) -> None:
    assert shared.refused("VerifyMac", KeyId=shared.key(**KIND), **MESSAGE, Mac=mac) == WRONG


def test_4096_bytes_and_no_more(shared: Estate, key: str) -> None:
    params = {"KeyId": key, "MacAlgorithm": "HMAC_SHA_256"}
    made = shared.call("GenerateMac", **params, Message=bytes(4096))["Mac"]
    assert shared.call("VerifyMac", **params, Message=bytes(4096), Mac=made)["MacValid"]
    assert shared.refused("GenerateMac", **params, Message=bytes(4097)) == (
        "ValidationException",
        "1 validation error detected: Value at 'message' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096",
    )


@pytest.mark.parametrize("operation", ["GenerateMac", "VerifyMac"])
class TestBoth:
    """What holds for making and for verifying alike."""

    @staticmethod
    def params(operation: str, mac: bytes) -> dict[str, Any]:
        return MESSAGE if operation == "GenerateMac" else {**MESSAGE, "Mac": mac}

    def test_an_algorithm_of_another_spec_is_refused(
        self, shared: Estate, key: str, mac: bytes, operation: str
    ) -> None:
        params = {**self.params(operation, mac), "MacAlgorithm": "HMAC_SHA_512"}
        words = "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256."  # KMS 9
        assert shared.refused(operation, KeyId=key, **params) == ("InvalidKeyUsageException", words)

    def test_a_key_of_another_usage_is_refused(self, shared: Estate, mac: bytes, operation: str) -> None:
        other = shared.key()
        words = f"{other} key usage is ENCRYPT_DECRYPT which is not valid for {operation}."  # KMS 9
        params = self.params(operation, mac)
        assert shared.refused(operation, KeyId=other, **params) == ("InvalidKeyUsageException", words)
        assert shared.refused(operation, NOBODY_A, KeyId=other, **params)[0] == DENIED

    @pytest.mark.parametrize(("state", "code", "words"), UNUSABLE)
    def test_a_key_that_is_not_enabled_is_refused(
        self, operation: str, mac: bytes, state: str, code: str, words: str
    ) -> None:
        estate = Estate()
        key = estate.key(**KIND)
        put_in(estate, key, state)
        assert estate.refused(operation, KeyId=key, **self.params(operation, mac)) == (code, f"{key} {words}")

    def test_a_dry_run(self, shared: Estate, key: str, mac: bytes, operation: str) -> None:
        check_dry_run(shared, operation, {"KeyId": key, **self.params(operation, mac)})

    def test_another_account_may_where_both_sides_allow(self, shared: Estate, mac: bytes, operation: str) -> None:
        there = shared.key(**KIND, Policy=opened_to(B))
        params = self.params(operation, shared.call("GenerateMac", ADMIN_B, KeyId=there, **MESSAGE)["Mac"])
        assert shared.call(operation, ADMIN_B, KeyId=there, **params)["KeyId"] == there
        assert shared.refused(operation, NOBODY_B, KeyId=there, **params)[0] == DENIED
        closed = shared.refused(operation, ADMIN_B, KeyId=shared.key(**KIND), **self.params(operation, mac))
        assert closed[0] == DENIED
        assert "does not exist in this Region" in closed[1]


def test_a_condition_on_the_algorithm_decides() -> None:
    other = {"key": {**KIND, "KeySpec": "HMAC_512"}, "Message": b"hello", "MacAlgorithm": "HMAC_SHA_512"}
    check_condition(
        "GenerateMac", {"key": KIND, **MESSAGE}, other, {"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}}
    )


def test_a_use_is_noted_and_nothing_else_is_changed(shared: Estate) -> None:
    key = shared.key(**KIND)
    before = shared.kms.store.revision
    mac = shared.call("GenerateMac", KeyId=key, **MESSAGE)["Mac"]
    shared.call("VerifyMac", KeyId=key, **MESSAGE, Mac=mac)
    shared.refused("VerifyMac", KeyId=key, **MESSAGE, Mac=b"x")
    assert shared.kms.store.revision is before
    assert shared.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]["Operation"] == "VerifyMac"
