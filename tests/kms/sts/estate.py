"""STS for tests beside a KMS: users, roles and root users of three accounts, and a clock that is set by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from policyeval import Entities
from policyeval.kms import KeyManagementService, KmsError, RootKey
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.service import SecurityTokenService
from policyeval.kms.trail.trail import MemoryTrail
from tests.kms.estate import A, B, Clock, allow, policy

ALICE = f"arn:aws:iam::{A}:user/alice"
ROOT = f"arn:aws:iam::{A}:root"
ROLE = f"arn:aws:iam::{B}:role/svc/app"
SESSION = f"arn:aws:sts::{B}:assumed-role/app/s1"
NEXT = f"arn:aws:iam::{B}:role/next"
ROOT_KEY = RootKey("a test", lambda: bytes(range(32)))

Document = Mapping[str, Any]
ASSUMING = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def trusting(*principals: str, actions: Sequence[str] = ASSUMING, **more: Any) -> dict[str, Any]:
    """Write a trust policy of one statement."""
    return policy(trust(*principals, actions=actions, **more))


def trust(*principals: str, actions: Sequence[str] = ASSUMING, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": list(actions), **more}


def described(
    alice: Sequence[Document] = (allow("sts:*"),),
    app: Sequence[Document] = (allow("sts:*"),),
    app_trusts: Document | None = None,
    next_trusts: Document | None = None,
    app_more: Mapping[str, Any] | None = None,
    **account_a: Any,
) -> Entities:
    """Describe A with `alice` and its root user, B with the roles `app` and `next`; all trust A's account, or B's."""
    named = [{"name": "own", "document": policy(*alice)}] if alice else []
    roles = [
        {
            "name": "app",
            "path": "/svc/",
            "unique_id": "AROAAPP",
            "tags": {"Team": "red", "kind": "role"},
            "max_session_duration": 7200,
            "identity_policies": [{"name": "own", "document": policy(*app)}] if app else [],
            "trust_policy": app_trusts or trusting(A),
            **(app_more or {}),
        },
        {"name": "next", "unique_id": "AROANEXT", "trust_policy": next_trusts or trusting(ROLE)},
    ]
    users = [
        {
            "name": "alice",
            "unique_id": "AIDAALICE",
            "tags": {"team": "blue"},
            "access_keys": [{"id": "AKIAALICE", "secret": "alice's"}],
            "identity_policies": named,
        },
        {"name": "plain", "access_keys": [{"id": "AKIAPLAIN", "secret": "plain's"}]},
    ]
    a = {"id": A, "access_keys": [{"id": "AKIAROOT", "secret": "root's"}], "users": users, **account_a}
    return Entities.from_mapping({"policyeval": 1, "accounts": [a, {"id": B, "roles": roles}]})


class Tokens:
    """STS and a KMS over one description, with one clock, one root key and a trail of each."""

    def __init__(self, entities: Entities | None = None, clock: Clock | None = None, **facts: Any) -> None:
        self.clock = clock or Clock()
        entities = entities or described(**facts)
        self.trail = MemoryTrail()
        self.sts = SecurityTokenService(entities, root_key=ROOT_KEY, clock=self.clock, trail=self.trail)
        self.kms = KeyManagementService(entities, clock=self.clock)

    def find(self, key: str = "AKIAALICE", token: str | None = None) -> Identity:
        found = self.sts.find(key, token)
        assert found is not None
        return found

    def call(self, operation: str, by: Identity | None = None, **params: Any) -> dict[str, Any]:
        """Call as alice, or as who is said; a member `request` tells facts of the request."""
        by = by or self.find()
        return self.sts.call(by.caller(**params.pop("request", {})), by, operation, params)

    def refused(self, operation: str, by: Identity | None = None, **params: Any) -> tuple[str, str]:
        with pytest.raises(KmsError) as caught:
            self.call(operation, by, **params)
        return caught.value.code, caught.value.message

    def assume(self, by: Identity | None = None, role: str = ROLE, name: str = "s1", **params: Any) -> Identity:
        """Assume a role, and give who that is."""
        return self.of(self.call("AssumeRole", by, RoleArn=role, RoleSessionName=name, **params))

    def not_assumed(
        self, by: Identity | None = None, role: str = ROLE, name: str = "s1", **params: Any
    ) -> tuple[str, str]:
        return self.refused("AssumeRole", by, RoleArn=role, RoleSessionName=name, **params)

    def of(self, response: Mapping[str, Any]) -> Identity:
        """Find who has the credentials of a response."""
        credentials = response["Credentials"]
        found = self.find(credentials["AccessKeyId"], credentials["SessionToken"])
        assert found.secret == credentials["SecretAccessKey"]
        return found

    def kms_call(self, by: Identity, operation: str, **params: Any) -> dict[str, Any]:
        return self.kms.call(by.caller(), operation, params)

    def kms_refusal(self, by: Identity, operation: str, **params: Any) -> str | None:
        """Call the KMS, and give the code of its refusal if it refused."""
        try:
            self.kms_call(by, operation, **params)
        except KmsError as error:
            return error.code
        return None

    def kms_refused(self, by: Identity, operation: str, **params: Any) -> str:
        code = self.kms_refusal(by, operation, **params)
        assert code is not None
        return code


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def text(*statements: Document) -> str:
    return json.dumps(policy(*statements))


Ways = Mapping[str, Callable[[Tokens], Identity]]
# Every kind of caller there is.
KINDS: Ways = {
    "user": Tokens.find,
    "root user": lambda tokens: tokens.find("AKIAROOT"),
    "role": Tokens.assume,
    "user with a session token": lambda tokens: tokens.of(tokens.call("GetSessionToken")),
    "root user with a session token": lambda tokens: tokens.of(tokens.call("GetSessionToken", tokens.find("AKIAROOT"))),
    "federated user": lambda tokens: tokens.of(
        tokens.call("GetFederationToken", Name="bob", Policy=text(allow("kms:*", "sts:*")))
    ),
    "federated root user": lambda tokens: tokens.of(
        tokens.call("GetFederationToken", tokens.find("AKIAROOT"), Name="bob", Policy=text(allow("kms:*", "sts:*")))
    ),
}
