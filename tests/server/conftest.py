"""What the tests of the endpoint share: one that runs for the whole session, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from policyeval.server.testing import LocalEndpoint, serving

A, B = "111122223333", "444455556666"
ADMIN = f"arn:aws:iam::{A}:user/admin"
ADMIN_B = f"arn:aws:iam::{B}:user/admin"
NOBODY = f"arn:aws:iam::{A}:user/nobody"
APP_B = f"arn:aws:iam::{B}:role/app"


def _account(number: str) -> Mapping[str, object]:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trusted = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": number}}
    return {
        "id": number,
        "users": [
            {"name": "admin", "identity_policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
            {"name": "nobody"},
        ],
        "roles": [
            {
                "name": "app",
                "unique_id": f"AROAAPPOF{number}",
                "trust_policy": {"Version": "2012-10-17", "Statement": [trusted]},
                "identity_policies": [
                    {"name": "everything", "document": {"Version": "2012-10-17", "Statement": [everything]}}
                ],
            }
        ],
    }


@pytest.fixture(scope="session")
def endpoint() -> Iterator[LocalEndpoint]:
    """An endpoint with two accounts: `admin` may do everything in its own, as the role `app` may; `nobody` nothing."""
    with serving({"policyeval": 1, "accounts": [_account(A), _account(B)]}) as found:
        yield found


@pytest.fixture(scope="session")
def kms(endpoint: LocalEndpoint) -> Any:
    """A boto3 client of account A's administrator."""
    return endpoint.client("kms", as_=ADMIN)
