"""Who asked for what has to wait, and is somebody else, or nobody, when its turn comes."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval.entities import Entities
from policyeval.kms.storage import system
from policyeval.server.endpoint import Endpoint, Peer
from policyeval.server.kms_speaker import KmsSpeaker
from policyeval.server.services import Services
from policyeval.server.sts_speaker import StsSpeaker
from policyeval.server.testing import AccessKeyPair
from policyeval.server.wire import WireRequest
from tests.server.raw import asks, sign

A = "111122223333"
ROLE = f"arn:aws:iam::{A}:role/app"
EVERYTHING = ["arn:aws:iam::aws:policy/AdministratorAccess"]
NOT_KNOWN = ("UnrecognizedClientException", "The security token included in the request is invalid.")
ALICE = AccessKeyPair("AKIAALICE", "alice")
PEER = Peer("192.0.2.1", secure=True)


def user(name: str, *keys: AccessKeyPair, policies: list[str] = EVERYTHING) -> dict[str, Any]:
    listed = [{"id": key.aws_access_key_id, "secret": key.aws_secret_access_key} for key in keys]
    return {"name": name, "identity_policies": policies, "access_keys": listed}


def role(unique_id: str, policies: list[str]) -> dict[str, Any]:
    trusted = {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [trusted]}
    return {"name": "app", "unique_id": unique_id, "trust_policy": trust, "identity_policies": policies}


def described(*users: dict[str, Any], app: dict[str, Any] | None = None) -> Entities:
    account = {"id": A, "users": list(users), "roles": [app] if app is not None else []}
    return Entities.from_mapping({"policyeval": 1, "accounts": [account]})


class Waiting:
    """An endpoint, and a request that it let in."""

    def __init__(self, entities: Entities, operation: str, key: AccessKeyPair | None = None) -> None:
        self.services = Services.open(entities)
        kms, sts = KmsSpeaker(self.services.kms), StsSpeaker(self.services.sts)
        endpoint = Endpoint(kms=kms, sts=sts, credentials=self.services.sts, ids=lambda: "r", clock=system.now)
        if key is None:
            issue = self.services.sts.session_of(ROLE, "monday")
            key = AccessKeyPair(issue.access_key_id, issue.secret, issue.token)
        headers = sign(key, "http://h/", b"{}", asks(operation))
        sent = tuple((name.lower().encode(), value.encode()) for name, value in headers)
        self.exchange = endpoint.begin(WireRequest("POST", b"/", b"", sent, b"{}"), PEER)

    def told(self, entities: Entities) -> tuple[str, str]:
        """Give what it is told when meanwhile others are described."""
        self.services.describe(entities)
        reply = self.exchange.run()
        assert reply.fault is None
        return reply.code, reply.message


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(described(user("alice"), user("bob")), id="the access key is gone"),
        pytest.param(described(user("alice", AccessKeyPair("AKIAALICE", "another"))), id="its secret is another"),
        pytest.param(described(user("alice"), user("bob", ALICE)), id="it is another user's"),
        pytest.param(described(user("bob")), id="the user is gone"),
    ],
)
def test_what_waits_is_refused_where_an_access_key_was_taken_away(then: Entities) -> None:
    waiting = Waiting(described(user("alice", ALICE)), "CreateKey", ALICE)
    assert waiting.exchange.is_slow
    assert waiting.told(then) == NOT_KNOWN


def test_a_session_that_waits_is_none_of_a_role_that_was_made_again() -> None:
    waiting = Waiting(described(app=role("AROAFIRST", [])), "CreateKey")
    assert waiting.told(described(app=role("AROASECOND", EVERYTHING))) == NOT_KNOWN


@pytest.mark.parametrize("operation", ["CreateKey", "ListKeys"])
def test_who_is_gone_is_not_known_whether_it_had_to_wait_or_not(operation: str) -> None:
    waiting = Waiting(described(user("alice", ALICE)), operation, ALICE)
    assert waiting.told(described(user("bob"))) == NOT_KNOWN


def test_what_waits_is_done_for_who_stays_as_policies_are_by_then() -> None:
    waiting = Waiting(described(user("alice", ALICE)), "CreateKey", ALICE)
    assert waiting.told(described(user("alice", ALICE), user("bob"))) == ("", "")
    waiting = Waiting(described(app=role("AROAFIRST", EVERYTHING)), "CreateKey")
    assert waiting.told(described(user("bob"), app=role("AROAFIRST", EVERYTHING))) == ("", "")
    waiting = Waiting(described(user("alice", ALICE)), "CreateKey", ALICE)
    code, message = waiting.told(described(user("alice", ALICE, policies=[])))
    assert code == "AccessDeniedException"
    assert "no identity-based policy allows the kms:CreateKey action" in message
