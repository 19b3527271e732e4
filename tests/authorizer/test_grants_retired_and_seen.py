"""Grants: who may retire them, and from when on they are seen (G5, G6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import Authorizer, Grant, PolicySet, Request, RequestError, Session, simulate
from policyeval.authorizer.grants import MatchedGrant, sessions_doors
from policyeval.evaluator.principals import Door
from tests.authorizer.estates import (
    ALICE,
    APP,
    APP_SESSION,
    BOB,
    KEY,
    PARTNER,
    ROOT_A,
    ROOT_B,
    A,
    B,
    M,
    allow,
    ask,
    deny,
    estate,
    grant,
    only,
    policy,
)

FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"
LIMITED = {"app_boundary": [allow("s3:*")]}
NOBODY = f"arn:aws:iam::{B}:role/nobody"
NAMELESS = {"GrantId": "g1", "Operations": ["Decrypt"]}
# what holds, the grant, the rest of the estate, who asks, the reason, the layer or rule
RETIRED: list[tuple[str, Any, dict[str, Any], str, str, str]] = [
    ("the retiring principal", grant(ALICE, "Decrypt", RetiringPrincipal=BOB), {}, BOB, "allowed", "grant"),
    ("in another account, too", grant(ALICE, "Decrypt", RetiringPrincipal=PARTNER), {}, PARTNER, "allowed", "grant"),
    ("the grantee, if the grant says so", grant(PARTNER, "RetireGrant"), {}, PARTNER, "allowed", "grant"),
    ("and only then", grant(PARTNER, "Decrypt"), {"partner": [allow()]}, PARTNER, "implicit_deny", "G5"),
    (
        "the retiring principal beside the grantee",
        grant(APP, "RetireGrant", RetiringPrincipal=BOB),
        {},
        BOB,
        "allowed",
        "grant",
    ),
    (
        "the grantee beside the retiring principal",
        grant(BOB, "RetireGrant", RetiringPrincipal=APP),
        {},
        BOB,
        "allowed",
        "grant",
    ),
    ("constraints do not bind it", grant(PARTNER, "RetireGrant", **only(a="b")), {}, PARTNER, "allowed", "grant"),
    (
        "a retiring account delegates",
        grant(ALICE, "Decrypt", RetiringPrincipal=ROOT_B),
        {"partner": [allow()]},
        PARTNER,
        "allowed",
        "identity_policy",
    ),
    (
        "a retiring account by its id, too",
        grant(ALICE, "Decrypt", RetiringPrincipal=B),
        {"partner": [allow()]},
        PARTNER,
        "allowed",
        "identity_policy",
    ),
    ("and no more", grant(ALICE, "Decrypt", RetiringPrincipal=B), {}, PARTNER, "implicit_deny", "identity_policy"),
    ("to its root user it is enough", grant(ALICE, "Decrypt", RetiringPrincipal=B), {}, ROOT_B, "allowed", "grant"),
    (
        "the key's account delegates",
        grant(PARTNER, "Decrypt"),
        {"alice": [allow()]},
        ALICE,
        "allowed",
        "identity_policy",
    ),
    ("and no more", grant(PARTNER, "Decrypt"), {}, ALICE, "implicit_deny", "identity_policy"),
    ("its root user has the right", grant(PARTNER, "Decrypt"), {}, ROOT_A, "allowed", "grant"),
    (
        "an issuing account delegates",
        grant(ALICE, "Decrypt", IssuingAccount=f"arn:aws:iam::{B}:root"),
        {"partner": [allow()]},
        PARTNER,
        "allowed",
        "identity_policy",
    ),
    (
        "by its id as well",
        grant(ALICE, "Decrypt", IssuingAccount=B),
        {"partner": [allow()]},
        PARTNER,
        "allowed",
        "identity_policy",
    ),
    (
        "an identity policy alone gives no right",
        grant(ALICE, "Decrypt"),
        {"partner": [allow()]},
        PARTNER,
        "implicit_deny",
        "G5",
    ),
    (
        "a deny of an identity policy counts",
        grant(ALICE, "Decrypt", RetiringPrincipal=PARTNER),
        {"partner": [deny()]},
        PARTNER,
        "explicit_deny",
        "identity_policy",
    ),
    (
        "a deny of a key policy does not",
        grant(ALICE, "Decrypt", RetiringPrincipal=BOB),
        {"key": [deny(Principal="*")]},
        BOB,
        "allowed",
        "grant",
    ),
    (
        "a resource control policy does not",
        grant(ALICE, "Decrypt", RetiringPrincipal=BOB),
        {"rcps": [deny("kms:*", Principal="*")]},
        BOB,
        "allowed",
        "grant",
    ),
    (
        "a service control policy does",
        grant(ALICE, "Decrypt", RetiringPrincipal=BOB),
        {"scps": [[allow("s3:*")]]},
        BOB,
        "implicit_deny",
        "service_control_policy",
    ),
    (
        "a role is limited by its boundary",
        grant(ALICE, "Decrypt", RetiringPrincipal=APP),
        LIMITED,
        APP,
        "implicit_deny",
        "permissions_boundary",
    ),
    (
        "a session by name is not",
        grant(ALICE, "Decrypt", RetiringPrincipal=APP_SESSION),
        LIMITED,
        APP_SESSION,
        "allowed",
        "grant",
    ),
    (
        "a delegation is",
        grant(PARTNER, "Decrypt"),
        {**LIMITED, "app": [allow()]},
        APP,
        "implicit_deny",
        "permissions_boundary",
    ),
    (
        "a federated session of the retiring user is limited",
        grant(BOB, "Decrypt", RetiringPrincipal=ALICE),
        {},
        FEDERATED,
        "implicit_deny",
        "session_policy",
    ),
    (
        "another account's number is nobody to it",
        grant(ALICE, "Decrypt", RetiringPrincipal=M),
        {"partner": [allow()]},
        PARTNER,
        "implicit_deny",
        "G5",
    ),
    (
        "nor to a service",
        grant(ALICE, "Decrypt", RetiringPrincipal=B),
        {},
        "s3.amazonaws.com",
        "implicit_deny",
        "G5",
    ),
    (
        "another's retiring principal is nobody to it",
        grant(ALICE, "Decrypt", RetiringPrincipal=NOBODY),
        {"partner": [allow()]},
        PARTNER,
        "implicit_deny",
        "G5",
    ),
]


@pytest.mark.parametrize(
    ("given", "described", "principal", "reason", "by"), [pytest.param(*row[1:], id=row[0]) for row in RETIRED]
)
def test_who_retires_a_grant(given: Any, described: dict[str, Any], principal: str, reason: str, by: str) -> None:
    decision = ask({"grants": [given], **described}, principal, "kms:RetireGrant")
    assert (decision.reason, decision.layer or decision.rule) == (reason, by)


ACCOUNT_HELD = [
    ("which issued it", grant(PARTNER, "Decrypt")),
    ("which retires, by its number", grant(PARTNER, "Decrypt", RetiringPrincipal=A, IssuingAccount=B)),
    ("which retires, by its ARN", grant(PARTNER, "Decrypt", RetiringPrincipal=ROOT_A, IssuingAccount=B)),
    ("which is the grantee, by its number", grant(A, "RetireGrant", IssuingAccount=B)),
]


@pytest.mark.parametrize("given", [pytest.param(row[1], id=row[0]) for row in ACCOUNT_HELD])
def test_a_federated_session_of_the_root_user_retires_what_its_session_policy_lets_it(given: Any) -> None:
    def retire(*statements: Any) -> tuple[str, str | None]:
        session = Session("broker", policies=[policy(*statements)])
        decision = ask({"grants": [given]}, ROOT_A, "kms:RetireGrant", session=session)
        return decision.reason, decision.layer

    assert retire(allow("kms:RetireGrant")) == ("allowed", "grant")
    assert retire(allow("s3:*")) == ("implicit_deny", "session_policy")


def test_what_sessions_of_a_role_may_retire_are_grants_that_name_one() -> None:
    given = {
        "a session retires": {"retiring_principal": APP_SESSION},
        "a session may use and retire": {"grantee_principal": APP_SESSION, "operations": frozenset({"RetireGrant"})},
        "a session may use": {"grantee_principal": APP_SESSION},
        "the role retires": {"retiring_principal": APP},
        "another role's session retires": {"retiring_principal": f"arn:aws:sts::{A}:assumed-role/apps/x"},
        "a service retires": {"retiring_service_principal": "s3.amazonaws.com"},
    }
    grants = [Grant(**{"key_arn": KEY, "grant_id": name, "operations": frozenset()} | of) for name, of in given.items()]
    assert sessions_doors(grants, APP) == [MatchedGrant(grants[0], Door.DIRECT), MatchedGrant(grants[1], Door.DIRECT)]
    assert sessions_doors(grants, ALICE) == []


def test_a_retirement_may_name_its_grant() -> None:
    grants = [
        grant(ALICE, "Decrypt", RetiringPrincipal=BOB, GrantId="mine", IssuingAccount=B),
        grant(ALICE, "Decrypt", RetiringPrincipal=APP, GrantId="other", IssuingAccount=B),
    ]
    named = {
        token: ask({"grants": grants}, BOB, "kms:RetireGrant", grant_tokens=[token]) for token in ("mine", "other")
    }
    assert named["mine"].allowed
    assert [statement.grant_id for statement in named["mine"].determining_statements] == ["mine"]
    assert (named["other"].allowed, named["other"].rule) == (False, "G5")


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DELAY = timedelta(minutes=5)
# what holds, when the grant was made, the delay, the tokens shown, whether it is seen at noon
SEEN: list[tuple[str, str | None, timedelta, list[str], bool]] = [
    ("a grant is seen at once without a delay", "2026-01-31T12:00:00Z", timedelta(0), [], True),
    ("a new grant is not seen yet", "2026-01-31T11:57:00Z", DELAY, [], False),
    ("one second too early", "2026-01-31T11:55:01Z", DELAY, [], False),
    ("an old one is, to the second", "2026-01-31T11:55:00Z", DELAY, [], True),
    ("one of another zone", "2026-01-31T12:50:00+01:00", DELAY, [], True),
    ("one of another zone that is new", "2026-01-31T12:57:00+01:00", DELAY, [], False),
    ("a time without a zone is UTC", "2026-01-31T11:57:00", DELAY, [], False),
    ("its id shows it at once", "2026-01-31T11:57:00Z", DELAY, ["g1"], True),
    ("another's does not", "2026-01-31T11:57:00Z", DELAY, ["g2"], False),
    ("one whose age nobody knows is seen", None, DELAY, [], True),
]


@pytest.mark.parametrize(("created", "delay", "tokens", "seen"), [pytest.param(*row[1:], id=row[0]) for row in SEEN])
def test_a_grant_is_seen(created: str | None, delay: timedelta, tokens: list[str], seen: bool) -> None:  # noqa: FBT001 - a column of the table
    made = {"CreationDate": created} if created is not None else {}
    described = estate(grants=[grant(BOB, "Decrypt", **made)])
    request = Request(BOB, "kms:Decrypt", KEY, grant_tokens=tokens)
    assert Authorizer(described, grant_delay=delay, clock=lambda: NOON).authorize(request).allowed is seen
    timed = Request(BOB, "kms:Decrypt", KEY, grant_tokens=tokens, at=NOON)
    assert Authorizer(described, grant_delay=delay).authorize(timed).allowed is seen


def test_a_time_without_a_zone_of_a_grant_that_is_handed_over_is_utc() -> None:
    for minute, seen in [(54, True), (56, False)]:
        made = datetime(2026, 1, 31, 11, minute)  # noqa: DTZ001 - the case itself
        new = Grant(KEY, "new", frozenset({"Decrypt"}), grantee_principal=BOB, creation_date=made)
        authorizer = Authorizer(estate().with_grant(KEY, new), grant_delay=DELAY)
        assert authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, at=NOON)).allowed is seen


def test_a_time_that_is_given_as_context_is_the_time_at_which_a_grant_is_seen() -> None:
    described = estate(grants=[grant(BOB, "Decrypt", CreationDate="2026-01-31T11:57:00Z")])
    authorizer = Authorizer(described, grant_delay=DELAY)
    for key, value, seen in [
        ("aws:CurrentTime", "2026-01-31T12:00:00Z", False),
        ("aws:CurrentTime", "2026-01-31T12:02:00Z", True),
        ("aws:EpochTime", int(NOON.timestamp()), False),
        ("aws:EpochTime", int(NOON.timestamp()) + 120, True),
    ]:
        assert authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, context={key: value})).allowed is seen


def test_without_a_clock_a_grant_of_long_ago_is_seen() -> None:
    old = grant(BOB, "Decrypt", CreationDate="2020-01-31T12:00:00Z")
    authorizer = Authorizer(estate(grants=[old]), grant_delay=timedelta(minutes=5))
    assert authorizer.authorize(Request(BOB, "kms:Decrypt", KEY)).allowed


def test_in_simulate_a_grant_is_seen_at_once() -> None:
    new = grant(BOB, "Decrypt", CreationDate="2026-01-31T11:59:59Z")
    assert simulate(Request(BOB, "kms:Decrypt", KEY, at=NOON), PolicySet(grants=[new])).allowed


def test_a_token_shows_no_grant_whose_id_is_a_part_of_it() -> None:
    fresh = Grant(KEY, "grant-1", frozenset({"Decrypt"}), grantee_principal=BOB, creation_date=NOON)
    authorizer = Authorizer(estate().with_grant(KEY, fresh), grant_delay=DELAY)
    for _ in range(4):
        assert not authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, at=NOON, grant_tokens=["grant-12"])).allowed
        with pytest.raises(RequestError, match="`grant_tokens` of a request is of type str"):
            authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, at=NOON, grant_tokens="grant-12"))


def test_a_token_of_a_grant_shows_it_at_once() -> None:
    fresh = Grant(KEY, "g", frozenset({"Decrypt"}), grantee_principal=BOB, creation_date=NOON, tokens=frozenset({"t"}))
    authorizer = Authorizer(estate().with_grant(KEY, fresh), grant_delay=DELAY)
    seen = [
        authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, at=NOON, grant_tokens=tokens)).allowed
        for tokens in (["t"], ["u"], ["u", "t"])
    ]
    assert seen == [True, False, True]


def test_a_token_is_no_bearer_right() -> None:
    described = estate(grants=[grant(BOB, "Decrypt", CreationDate="2026-01-31T11:57:00Z")])
    request = Request(ALICE, "kms:Decrypt", KEY, grant_tokens=["g1"], at=NOON)
    assert not Authorizer(described, grant_delay=DELAY).authorize(request).allowed


def test_one_token_that_is_in_no_list_is_refused_with_a_plan_as_without() -> None:
    authorizer = Authorizer(
        estate(grants=[grant(BOB, "Decrypt", CreationDate="2026-01-31T11:57:00Z")]), grant_delay=DELAY
    )
    for _ in range(4):
        assert not authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, at=NOON)).allowed
        with pytest.raises(RequestError, match="`grant_tokens` of a request is of type str"):
            authorizer.authorize(Request(BOB, "kms:Decrypt", KEY, at=NOON, grant_tokens="g1"))
