"""A KMS in memory for tests: account A owns keys, account B is shared with, and the clock is set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import Entities
from policyeval.kms import KeyManagementService, KmsError

A, B, C = "111122223333", "444455556666", "777788889999"
ADMIN_A = f"arn:aws:iam::{A}:role/admin"
APP_A = f"arn:aws:iam::{A}:role/app"
NOBODY_A = f"arn:aws:iam::{A}:user/nobody"
ROOT_A = f"arn:aws:iam::{A}:root"
ADMIN_B = f"arn:aws:iam::{B}:role/admin"
APP_B = f"arn:aws:iam::{B}:role/app"
NOBODY_B = f"arn:aws:iam::{B}:user/nobody"
START = datetime(2026, 1, 31, 12, tzinfo=UTC)

Document = Mapping[str, Any]


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": resource, **more}


def policy(*statements: Document) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def entities(app_a: Sequence[Document] = (), app_b: Sequence[Document] = ()) -> Entities:
    """Describe both accounts: `admin` may do everything in its own, `app` what is said, `nobody` nothing."""
    everything = [{"name": "everything", "document": policy(allow("*"))}]

    def account(number: str, app: Sequence[Document]) -> dict[str, Any]:
        own = [{"name": "own", "document": policy(*app)}] if app else []
        return {
            "id": number,
            "roles": [
                {"name": "admin", "identity_policies": everything},
                {"name": "app", "unique_id": f"AROAAPPOF{number}", "identity_policies": own},
            ],
            "users": [{"name": "nobody"}],
        }

    return Entities.from_mapping({"policyeval": 1, "accounts": [account(A, app_a), account(B, app_b)]})


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


class Estate:
    """A KMS over both accounts; what is not said is as it is by default."""

    def __init__(self, app_a: Sequence[Document] = (), app_b: Sequence[Document] = (), **settings: Any) -> None:
        self.clock = Clock()
        self.kms = KeyManagementService(entities(app_a, app_b), clock=self.clock, **settings)

    def call(self, operation: str, caller: Any = ADMIN_A, **params: Any) -> dict[str, Any]:
        return self.kms.call(caller, operation, params)

    def key(self, caller: Any = ADMIN_A, **params: Any) -> str:
        """Create a key and give its ARN."""
        arn: str = self.call("CreateKey", caller, **params)["KeyMetadata"]["Arn"]
        return arn

    def state(self, key: str, caller: Any = ADMIN_A) -> str:
        state: str = self.call("DescribeKey", caller, KeyId=key)["KeyMetadata"]["KeyState"]
        return state

    def refused(self, operation: str, caller: Any = ADMIN_A, **params: Any) -> tuple[str, str]:
        """Do what must be refused, and give code and message."""
        with pytest.raises(KmsError) as caught:
            self.call(operation, caller, **params)
        return caught.value.code, caught.value.message
