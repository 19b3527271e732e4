"""What is asked again and again: the same answers, from a plan that holds as long as its records do (docs/adr/0008)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import Authorizer, Entities, PolicyEvalError, Request, RequestError, Session, UnknownEntityError
from tests.authorizer.estates import (
    ALICE,
    APP,
    APP_SESSION,
    DELEGATES,
    KEY,
    LINKED,
    PARTNER,
    TO_B,
    A,
    allow,
    at_least,
    deny,
    estate,
    grant,
    only,
    policy,
    to,
    when,
)

BLUE, RED = {"tenant": "blue"}, {"tenant": "red"}
OF_BLUE = when("StringEquals", "kms:EncryptionContext:tenant", "blue")
NOT_RED = when("StringNotEquals", "kms:EncryptionContext:tenant", "red")


class Address(str):
    """A text of a class of its own."""

    __slots__ = ()


class Source:
    """A source whose entities are swapped while an authorizer holds it; it may keep its revision to itself."""

    def __init__(self, entities: Entities, *, tells: bool = True) -> None:
        self.entities = entities
        self.tells = tells
        self.asked = 0

    @property
    def revision(self) -> object:
        return self.entities.revision if self.tells else None

    def __getattr__(self, name: str) -> object:
        self.asked += 1
        return getattr(self.entities, name)


def planned(source: Any, request: Request, **settings: Any) -> Authorizer:
    """Ask until there is a plan."""
    authorizer = Authorizer(source, **settings)
    for _ in range(3):
        authorizer.authorize(request)
    assert authorizer._plans.find(request) is not None
    return authorizer


# What the estate says, the request's facts, whether it is allowed: asked of a plan that other facts have made.
CASES: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("nothing depends on the request", {"alice": [allow()]}, {}, True),
    ("an Allow under a condition that holds", {"alice": [allow(Condition=OF_BLUE)]}, {"encryption_context": BLUE}, True),
    ("and that does not", {"alice": [allow(Condition=OF_BLUE)]}, {"encryption_context": RED}, False),
    ("and whose key is missing", {"alice": [allow(Condition=OF_BLUE)]}, {}, False),
    ("a Deny that matches", {"alice": [allow(), deny(Condition=OF_BLUE)]}, {"encryption_context": BLUE}, False),
    ("one that does not", {"alice": [allow(), deny(Condition=OF_BLUE)]}, {"encryption_context": RED}, True),
    (
        "a Deny and an Allow that depend on the request, and both match",
        {"alice": [allow(Condition=OF_BLUE), deny(Condition=NOT_RED)]},
        {"encryption_context": BLUE},
        False,
    ),
    ("a negated condition without its key", {"alice": [allow(Condition=NOT_RED)]}, {}, True),
    ("names fold", {"alice": [allow(Condition=OF_BLUE)]}, {"encryption_context": {"Tenant": "blue"}}, True),
    (
        "two names that fold to one are one key of two values, which helps nobody",
        {"alice": [allow(Condition=OF_BLUE)]},
        {"encryption_context": {"Tenant": "blue", "tenant": "blue"}},
        False,
    ),
    (
        "the request's own key",
        {"alice": [allow(Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]},
        {"context": {"aws:SourceIp": "10.1.2.3"}},
        True,
    ),
    (
        "a text of a class of its own",
        {"alice": [allow(Condition=when("StringEquals", "team:x", "10.1.2.3"))]},
        {"context": {"team:x": Address("10.1.2.3")}},
        True,
    ),
    (
        "a default counts where the request says nothing",
        {"alice": [allow(Condition=when("StringEquals", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"))]},
        {},
        True,
    ),
    (
        "a key of the caller's is settled",
        {"alice": [allow(Condition=when("StringEquals", "aws:PrincipalTag/team", "blue"))]},
        {},
        True,
    ),
    (
        "one of the caller's account too",
        {"alice": [allow(Condition=when("StringEquals", "kms:CallerAccount", A))]},
        {},
        True,
    ),
    (
        "a key of the caller's that is another's leaves the statement out",
        {"alice": [allow(Condition=when("StringEquals", "aws:PrincipalTag/team", "red"))]},
        {},
        False,
    ),
    (
        "a resource that is another leaves it out",
        {"alice": [allow(Resource=KEY.replace("1234abcd", "00000000"))]},
        {},
        False,
    ),
    (
        "a resource with a variable is asked each time",
        {"alice": [allow(Resource=f"arn:aws:kms:us-east-1:{A}:key/${{aws:SourceIdentity}}")]},
        {},
        False,
    ),
    (
        "the time of the request",
        {"alice": [allow(Condition=when("DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))]},
        {"at": datetime(2031, 1, 1, tzinfo=UTC)},
        True,
    ),
    (
        "a time without a zone is UTC",
        {"alice": [allow(Condition=when("DateGreaterThan", "aws:CurrentTime", "2030-12-31T23:59:59Z"))]},
        {"at": datetime(2031, 1, 1)},  # noqa: DTZ001 - the case itself
        True,
    ),
    (
        "the service that calls",
        {"alice": [allow(Condition=when("StringLike", "kms:ViaService", "s3.*"))]},
        {"via_service": "s3.us-east-1.amazonaws.com"},
        True,
    ),
    ("a grant under a constraint that is met", {"grants": [grant(ALICE, "Decrypt") | only(tenant="blue")]}, {"encryption_context": BLUE}, True),
    ("and that is not", {"grants": [grant(ALICE, "Decrypt") | only(tenant="blue")]}, {"encryption_context": RED}, False),
    ("a grant for some pairs", {"grants": [grant(ALICE, "Decrypt") | at_least(tenant="blue")]}, {"encryption_context": {**BLUE, "a": "b"}}, True),
    ("a grant for whatever", {"grants": [grant(ALICE, "Decrypt")]}, {"encryption_context": RED}, True),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_a_plan_answers_as_a_fresh_authorizer_does(
    described: dict[str, Any],
    facts: dict[str, Any],
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    entities = estate(**described)
    asked = Request(ALICE, "kms:Decrypt", KEY, **facts)
    # Met before, and so known: the names, not what this request says with them.
    others = {name: dict.fromkeys(values, "10.9.9.9") for name, values in facts.items() if isinstance(values, dict)}
    authorizer = planned(entities, Request(ALICE, "kms:Decrypt", KEY, **others))
    for _ in range(3):
        decision = authorizer.authorize(asked)
        assert decision.allowed is allowed
        assert decision.request is asked
        # The message last: each of them gathers the case anew where none was gathered.
        fresh = Authorizer(entities).authorize(asked)
        assert decision.explain() == fresh.explain()
        assert decision.message == fresh.message


CALLERS: list[tuple[str, dict[str, Any], str, bool]] = [
    ("a role's session by its ARN", {"app": [allow()]}, APP_SESSION, True),
    ("a role", {"app": [allow()], "app_boundary": [allow("s3:*")]}, APP, False),
    ("a service", {"key": [allow(Principal={"Service": "s3.amazonaws.com"})]}, "s3.amazonaws.com", True),
    ("anonymous", {"key": [allow(Principal="*")]}, "anonymous", True),
    ("another account's role", {"key": [DELEGATES, TO_B], "partner": [allow()]}, PARTNER, True),
    ("one whom RCPs do not bind", {"linked": [allow()], "rcps": [deny(Principal="*")]}, LINKED, True),
    ("one whom they do", {"alice": [allow()], "rcps": [deny(Principal="*")]}, ALICE, False),
    ("one whom SCPs limit", {"alice": [allow()], "scps": [[allow("s3:*")]]}, ALICE, False),
    (
        "one whom SCPs limit under conditions",
        {"alice": [allow()], "scps": [[allow(Condition=when("Null", "aws:SourceIp", "true"))]]},
        ALICE,
        True,
    ),
    ("one who is denied by name", {"alice": [allow()], "key": [DELEGATES, deny(Principal=to(ALICE))]}, ALICE, False),
    (
        "one whom a key policy denies with what has no place in it",
        {"alice": [allow()], "key": [DELEGATES, deny(Principal="*", Condition=when("Null", "aws:ResourceTag/a", "true"))]},
        ALICE,
        False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("described", "principal", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CALLERS])
def test_whoever_calls(described: dict[str, Any], principal: str, allowed: bool) -> None:  # noqa: FBT001 - a column
    request = Request(principal, "kms:Decrypt", KEY, at=datetime(2031, 1, 1, tzinfo=UTC))
    entities = estate(**described)
    authorizer = planned(entities, request)
    assert authorizer.authorize(request).allowed is allowed
    assert authorizer.authorize(request).to_json() == Authorizer(entities).authorize(request).to_json()


def test_many_conditional_statements_are_told_apart() -> None:
    statements = [
        allow(Sid=f"Number{n}", Condition=when("StringEquals", "kms:EncryptionContext:n", str(n))) for n in range(100)
    ]
    authorizer = planned(estate(alice=statements), Request(ALICE, "kms:Decrypt", KEY))
    for number in (0, 47, 48, 99):
        decision = authorizer.authorize(Request(ALICE, "kms:Decrypt", KEY, encryption_context={"n": str(number)}))
        assert [s.sid for s in decision.determining_statements][1:] == [f"Number{number}"]
    assert not authorizer.authorize(Request(ALICE, "kms:Decrypt", KEY, encryption_context={"n": "100"})).allowed


# Whatever is wrong with a request is said as if there were no plan.

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("a value of the wrong type", {"context": {"aws:SourceIp": "nowhere"}}, "an IP address"),
    ("a value of no type", {"context": {"aws:SourceIp": object()}}, "of type object"),
    ("one key twice", {"context": {"aws:SourceIp": "10.0.0.1", "AWS:SOURCEIP": "10.0.0.1"}}, "given twice"),
    ("a forged key", {"context": {"aws:PrincipalTag/team": "red"}}, "the principal's is `blue`"),
    ("an encryption context of numbers", {"encryption_context": {"tenant": 7}}, "of type int"),
    ("an encryption context that is none", {"encryption_context": 7}, "encryption_context"),
]


@pytest.mark.parametrize(("facts", "words"), [pytest.param(*row[1:], id=row[0]) for row in WRONG])
def test_what_is_wrong_is_said(facts: dict[str, Any], words: str) -> None:
    met = Request(ALICE, "kms:Decrypt", KEY, context={"aws:SourceIp": "10.0.0.1", "AWS:SOURCEIP": "10.0.0.1"})
    entities = estate(alice=[allow()])
    authorizer = planned(entities, Request(ALICE, "kms:Decrypt", KEY, context={"aws:SourceIp": "10.0.0.1"}))
    with pytest.raises(RequestError):
        authorizer.authorize(met)
    for decider in (authorizer, Authorizer(entities)):
        with pytest.raises(RequestError, match=words):
            decider.authorize(Request(ALICE, "kms:Decrypt", KEY, **facts))


def test_an_encryption_context_where_none_belongs_is_left_out_and_named() -> None:
    entities = estate(alice=[allow()])
    authorizer = planned(entities, Request(ALICE, "kms:GetKeyPolicy", KEY))
    decision = authorizer.authorize(Request(ALICE, "kms:GetKeyPolicy", KEY, encryption_context=BLUE))
    assert decision.allowed
    assert "takes no encryption context" in decision.diagnostics[0].message


@pytest.mark.parametrize(
    "facts",
    [{"session": Session("monday")}, {"vpc_endpoint": "vpce-1"}, {"resource_account": A}],
    ids=["a session of its own", "an endpoint", "an account of the resource"],
)
def test_what_brings_layers_of_its_own_has_no_plan(facts: dict[str, Any]) -> None:
    entities = estate(app=[allow()], endpoint=[allow(Principal="*")])
    request = Request(APP, "kms:Decrypt", KEY, **facts)
    authorizer = Authorizer(entities)
    assert [authorizer.authorize(request).allowed for _ in range(4)] == [True] * 4
    assert authorizer._plans.find(request) is None


def test_nor_has_who_retires_a_grant() -> None:
    entities = estate(grants=[grant(PARTNER, "Decrypt", "RetireGrant")])
    request = Request(PARTNER, "kms:RetireGrant", KEY)
    authorizer = Authorizer(entities)
    assert [authorizer.authorize(request).allowed for _ in range(4)] == [True] * 4
    assert authorizer._plans.find(request) is None


def test_what_cannot_be_asked_is_refused_each_time() -> None:
    authorizer = Authorizer(estate())
    for _ in range(4):
        with pytest.raises(UnknownEntityError, match="nobody"):
            authorizer.authorize(Request(f"arn:aws:iam::{A}:user/nobody", "kms:Decrypt", KEY))


# A plan holds as long as its records do.

CHANGES: list[tuple[str, Callable[[Entities], Entities], bool]] = [
    ("an identity policy goes", lambda e: e.with_identity_policies(ALICE, []), False),
    (
        "the key policy goes",
        lambda e: e.with_resource_policy(KEY, policy(allow("kms:Encrypt", Principal=to(A)))),
        False,
    ),
    ("a Deny comes", lambda e: e.with_resource_policy(KEY, policy(DELEGATES, deny(Principal="*"))), False),
    ("a grant comes to somebody else", lambda e: e.with_grant(KEY, grant(PARTNER, "Decrypt")), True),
    (
        "a grant comes in place of the policy",
        lambda e: e.with_identity_policies(ALICE, []).with_grant(KEY, grant(ALICE, "Decrypt")),
        True,
    ),
]


@pytest.mark.parametrize("tells", [True, False], ids=["a source that tells", "one that does not"])
@pytest.mark.parametrize(("change", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_a_change_is_seen_by_the_next_decision(
    change: Callable[[Entities], Entities],
    allowed: bool,  # noqa: FBT001 - a column of the table
    tells: bool,  # noqa: FBT001 - likewise
) -> None:
    request = Request(ALICE, "kms:Decrypt", KEY)
    source = Source(estate(alice=[allow()]), tells=tells)
    authorizer = planned(source, request)
    before = authorizer.authorize(request)
    source.entities = change(source.entities)
    assert authorizer.authorize(request).allowed is allowed
    assert authorizer.authorize(request).to_json() == Authorizer(source.entities).authorize(request).to_json()
    assert before.allowed
    assert [verdict.verdict for verdict in before.layers if verdict.layer == "identity_policy"] == ["allow"]


def test_an_account_for_which_a_service_calls_leaves_its_organization() -> None:
    of_ours = allow(Principal={"Service": "s3.amazonaws.com"}, Condition=when("Null", "aws:SourceOrgID", "false"))
    request = Request("s3.amazonaws.com", "kms:Decrypt", KEY, context={"aws:SourceAccount": A})
    source = Source(estate(key=[of_ours], organized=True))
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    assert authorizer.authorize(request).allowed
    source.entities = estate(key=[of_ours])
    assert not authorizer.authorize(request).allowed


def test_while_nothing_changes_the_source_is_not_asked() -> None:
    request = Request(ALICE, "kms:Decrypt", KEY)
    source = Source(estate(alice=[allow()]))
    authorizer = planned(source, request)
    source.asked = 0
    assert authorizer.authorize(request).allowed
    assert source.asked == 0


def test_what_changed_elsewhere_costs_a_look_and_no_new_plan() -> None:
    request = Request(ALICE, "kms:Decrypt", KEY)
    source = Source(estate(alice=[allow()]))
    authorizer = planned(source, request)
    plan = authorizer._plans.find(request)
    source.entities = source.entities.with_identity_policies(PARTNER, [])
    assert authorizer._plans.find(request) is plan


def test_a_principal_that_is_gone_is_unknown_again() -> None:
    request = Request(ALICE, "kms:Decrypt", KEY)
    source = Source(estate(alice=[allow()]))
    authorizer = planned(source, request)
    source.entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]})
    with pytest.raises(PolicyEvalError, match="alice"):
        authorizer.authorize(request)


def test_a_new_grant_stays_unseen_for_its_delay_also_by_a_plan() -> None:
    created = datetime(2031, 1, 1, tzinfo=UTC)
    made = grant(PARTNER, "Decrypt") | {"CreationDate": created.isoformat()}
    entities = estate(grants=[made])
    soon, later = created + timedelta(minutes=1), created + timedelta(minutes=6)
    asked = Request(PARTNER, "kms:Decrypt", KEY, at=soon)
    authorizer = planned(entities, asked, grant_delay=timedelta(minutes=5))
    seen = [
        authorizer.authorize(each).allowed
        for each in (asked, asked.replace(at=later), asked.replace(grant_tokens=["g1"]))
    ]
    assert seen == [False, True, True]


def test_a_federated_users_session_has_none_either() -> None:
    request = Request(f"arn:aws:sts::{A}:federated-user/alice", "kms:Decrypt", KEY)
    authorizer = Authorizer(estate(alice=[allow()]))
    assert [authorizer.authorize(request).allowed for _ in range(4)] == [False] * 4
    assert authorizer._plans.find(request) is None


def test_decisions_that_rest_on_the_same_statements_say_so() -> None:
    entities = estate(alice=[allow(), deny(Condition=OF_BLUE)])
    authorizer = planned(entities, Request(ALICE, "kms:Decrypt", KEY))
    asked = [Request(ALICE, "kms:Decrypt", KEY, encryption_context=pairs) for pairs in (RED, {"tenant": "green"}, BLUE)]
    red, green, blue = (authorizer.authorize(request).basis for request in asked)
    assert red is green
    assert red is not blue
