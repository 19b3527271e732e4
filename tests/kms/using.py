"""What the tests of cryptographic operations share: material by hand, keys opened to others, and states."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_private_key

from policyeval.kms.storage import faults
from policyeval.kms.storage.memory import MemoryStore
from policyeval.kms.storage.store import Transaction
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, A, Estate, allow, policy

DRY_RUN = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
DENIED = "AccessDeniedException"
FULL = "the disk is full"
THIRD_FORM = (
    "on this resource because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)
UNUSABLE = [
    ("disabled", "DisabledException", "is disabled."),
    ("pending deletion", "KMSInvalidStateException", "is pending deletion."),
]
"""States in which nothing cryptographic works, with code and words (KMS 1, 2)."""


def secret(estate: Estate, key: str, version: int = 1) -> bytes:
    """The material itself, which nothing in the API gives."""
    materials = {material.version: material for material in estate.kms.store.materials(key)}
    return estate.kms._core.vault.secret(materials[version])


def private(estate: Estate, key: str) -> Any:
    return load_der_private_key(secret(estate, key), password=None)


def put_in(estate: Estate, key: str, state: str) -> None:
    """Bring a key into a state of `UNUSABLE`."""
    if state == "disabled":
        estate.call("DisableKey", KeyId=key)
    else:
        estate.call("ScheduleKeyDeletion", KeyId=key)


def opened_to(*accounts: str) -> str:
    """A key policy that lets the given accounts do everything with a key of account A."""
    own = allow("kms:*", Principal={"AWS": A})
    return json.dumps(policy(own, allow("kms:*", Principal={"AWS": list(accounts)})))


def check_dry_run(estate: Estate, operation: str, params: dict[str, Any]) -> None:
    """A dry run succeeds where the request would, gives nothing and leaves nothing (KMS 12)."""
    before = estate.kms.store.revision
    assert estate.refused(operation, **params, DryRun=True) == DRY_RUN
    assert estate.refused(operation, ADMIN_B, **params, DryRun=True)[0] == DENIED
    assert estate.kms.store.revision is before
    assert estate.call(operation, **params, DryRun=False)


def check_condition(operation: str, params: dict[str, Any], other: dict[str, Any], condition: dict[str, Any]) -> None:
    """A policy that allows one value of a condition key lets `params` through and `other` not.

    `params` and `other` hold what makes the key, under "key", beside the parameters.
    """
    estate = Estate(app_a=[allow(f"kms:{operation}", Condition=condition)])
    for case, passes in ((params, True), (other, False)):
        key = estate.key(**case["key"]) if case["key"] is not None else None
        given = {name: value for name, value in case.items() if name != "key"}
        if key is not None:
            given["KeyId"] = key
        if passes:
            assert estate.call(operation, APP_A, **given)
        else:
            assert estate.call(operation, ADMIN_A, **given)  # nothing else is wrong with it
            code, message = estate.refused(operation, APP_A, **given)
            assert code == DENIED
            assert f"no identity-based policy allows the kms:{operation} action" in message


class FailingStore(MemoryStore):
    """A store that cannot commit when a test says so."""

    full = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with super().transaction() as transaction:
            yield transaction
            if self.full:
                raise faults.fault(FULL)
