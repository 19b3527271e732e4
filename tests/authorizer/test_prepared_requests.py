"""A prepared request is read once and decided on what holds each time."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval import (
    Authorizer,
    Decision,
    Entities,
    PreparedRequest,
    Request,
    RequestError,
    Session,
    UnknownEntityError,
    parse_policy,
)
from policyeval.authorizer.plan import Plan
from tests.authorizer.estates import ALICE, APP, KEY, A, Changing, allow, deny, estate, grant, only, when
from tests.kms.estate import ADMIN_A, ADMIN_B, Estate, policy

BLUE = {"tenant": "blue"}
IF_BLUE = {"alice": [allow(Condition=when("StringEquals", "kms:EncryptionContext:tenant", "blue"))]}


def prepared(described: dict[str, Any], **facts: Any) -> PreparedRequest:
    given = {"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, **facts}
    return Authorizer(estate(**described)).prepare(Request(**given))


# what is prepared, the estate, the request's facts, whether it is allowed
CASES: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("an encryption context that fits", IF_BLUE, {"encryption_context": BLUE}, True),
    ("one that does not", IF_BLUE, {"encryption_context": {"tenant": "red"}}, False),
    ("a grant", {"grants": [grant(ALICE, "Decrypt", **only(**BLUE))]}, {"encryption_context": BLUE}, True),
    ("a grant that asks for another context", {"grants": [grant(ALICE, "Decrypt", **only(**BLUE))]}, {}, False),
    ("a key of its own", {"alice": [allow(Condition=when("StringEquals", "team:x", "y"))]}, {"context": {"team:x": "y"}}, True),
    ("a key that a plan does not read", {"alice": [allow(Condition=when("StringLike", "kms:ViaService", "s3.*"))]}, {"context": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, True),
    ("what has no plan: a session apart", {"app": [allow()]}, {"principal": APP, "session": Session("s1")}, True),
    ("what has no plan: a session policy", {"app": [allow()]}, {"principal": APP, "session": Session("s1", policies=[policy(allow(Action="s3:*"))])}, False),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_it_is_decided_as_the_request_is(described: dict[str, Any], facts: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    request = prepared(described, **facts)
    decisions = [request.authorize() for _ in range(3)]
    assert [decision.allowed for decision in decisions] == [allowed] * 3
    assert decisions[0].to_json() == decisions[2].to_json()
    assert decisions[0] is not decisions[2]


def test_it_is_read_once_and_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    request = prepared(IF_BLUE, encryption_context=BLUE)
    asked: list[Request] = []
    settle = Plan.settle

    def counting(self: Plan, request: Request, *read: Any) -> Decision:
        asked.append(request)
        return settle(self, request, *read)

    monkeypatch.setattr(Plan, "settle", counting)
    monkeypatch.setattr(Plan, "decide", None)
    assert all(request.authorize().allowed for _ in range(5))
    assert asked == [request.request] * 5


def test_what_is_changed_in_the_request_afterwards_is_not_asked() -> None:
    pairs, context, labels = {"tenant": "red"}, {"team:x": "n"}, ["a"]
    facts: dict[str, Any] = {"encryption_context": pairs, "context": {**context, "team:labels": labels}}
    request = prepared(IF_BLUE, **facts)
    pairs["tenant"] = "blue"
    labels.append("b")
    assert not request.authorize().allowed
    assert request.request.encryption_context == {"tenant": "red"}
    assert request.request.context == {"team:x": "n", "team:labels": ["a"]}


def test_nor_is_what_is_changed_in_its_session() -> None:
    tags = {"team": "blue"}
    document = policy(deny(Action="s3:*"), allow())
    policies: list[Any] = [document, parse_policy(policy(allow()))]
    of_blue = allow(Condition=when("StringEquals", "aws:PrincipalTag/team", "blue"))
    request = prepared({"app": [of_blue]}, principal=APP, session=Session("s1", policies=policies, tags=tags))
    assert request.authorize().allowed
    tags["team"] = "red"
    document["Statement"].clear()
    policies.clear()
    assert request.authorize().allowed
    assert request.request.session is not None
    assert len(request.request.session.policies) == 2
    assert request.request.session.tags == {"team": "blue"}


def test_grants_and_policies_that_change_are_seen_by_the_next_decision() -> None:
    kms = Estate()
    key = kms.key()
    request = kms.kms.authorizer.prepare(Request(ADMIN_B, "kms:Decrypt", key))
    assert not request.authorize().allowed
    made = kms.call("CreateGrant", KeyId=key, GranteePrincipal=ADMIN_B, Operations=["Decrypt"])
    assert request.authorize().allowed
    kms.call("RevokeGrant", KeyId=key, GrantId=made["GrantId"])
    assert not request.authorize().allowed
    assert kms.kms.authorizer.prepare(Request(ADMIN_A, "kms:Decrypt", key)).authorize().allowed


# what is wrong, the request's facts, the error, its words
BAD: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("an unknown principal", {"principal": f"{ALICE}-not"}, UnknownEntityError, "alice-not"),
    ("an action that is none", {"action": "decrypt"}, RequestError, "decrypt"),
    ("a number in the encryption context", {"encryption_context": {"tenant": 7}}, RequestError, "tenant"),
    ("an encryption context that is none", {"encryption_context": 7}, RequestError, "encryption"),
    ("a context that is none", {"context": 7}, RequestError, "context"),
    ("a principal that is none", {"principal": []}, RequestError, "principal"),
    ("a key that contradicts what is known", {"context": {"aws:PrincipalArn": "*"}}, RequestError, "PrincipalArn"),
]


@pytest.mark.parametrize(("facts", "error", "words"), [pytest.param(*row[1:], id=row[0]) for row in BAD])
def test_what_is_wrong_with_it_is_said_at_once(facts: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        prepared({"alice": [allow()]}, **facts)


def test_whom_nobody_describes_any_more_it_is_not_decided_for() -> None:
    source = Changing(estate(alice=[allow()]))
    request = Authorizer(source).prepare(Request(ALICE, "kms:Decrypt", KEY))  # type: ignore[arg-type]
    assert request.authorize().allowed
    source.entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]})
    with pytest.raises(UnknownEntityError, match="alice"):
        request.authorize()
