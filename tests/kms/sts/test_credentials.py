"""Whose an access key is: long-term keys of the file, sessions by their tokens, and what ends either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zlib import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval import Entities, Session
from policyeval.kms.crypto.sessions import seal_session
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.service import SecurityTokenService
from policyeval.kms.sts.source import StsSource
from tests.kms.estate import START, A, B, allow, policy
from tests.kms.sts.estate import ALICE, KINDS, ROLE, ROOT, ROOT_KEY, SESSION, Tokens, described, tags, text, trusting


def again(tokens: Tokens, identity: Identity) -> Identity | None:
    return tokens.sts.find(identity.access_key_id, identity.token)


# Long-term keys


@pytest.mark.parametrize(
    ("key", "principal", "secret"), [("AKIAALICE", ALICE, "alice's"), ("AKIAROOT", ROOT, "root's")]
)
def test_a_long_term_key_is_the_files(key: str, principal: str, secret: str) -> None:
    found = Tokens().find(key)
    assert (found.principal, found.secret, found.token, found.expires) == (principal, secret, None, None)
    assert found.session is None
    assert found.context == {}  # in such requests there is no aws:MultiFactorAuthPresent


@pytest.mark.parametrize("key", ["AKIANOBODY", "", "akiaalice", "ASIAALICE", "AKIAALICE\udc80"])
@pytest.mark.parametrize("token", [None, "", "token", "x" * 5000, "\ud800"])
def test_what_is_not_known_is_nobody(key: str, token: str | None) -> None:
    assert Tokens().sts.find(key, token) is None


def test_a_long_term_key_has_no_token() -> None:
    tokens = Tokens()
    session = tokens.assume()
    for token in ("", "token", session.token):
        assert tokens.sts.find("AKIAALICE", token) is None


def test_a_sessions_key_is_nobody_without_its_token() -> None:
    tokens = Tokens()
    first, second = tokens.assume(), tokens.assume()
    assert first.access_key_id != second.access_key_id
    assert first.secret != second.secret
    assert tokens.sts.find(first.access_key_id, None) is None
    for _ in range(2):  # also once it is kept
        assert tokens.sts.find(first.access_key_id, second.token) is None


# Sessions

_SESSIONS: dict[str, tuple[Callable[[Tokens], Identity], str, Session | None]] = {
    "a role": (Tokens.assume, SESSION, None),
    "a role with a tag": (lambda t: t.assume(Tags=tags(a="b")), SESSION, Session("s1", (), {"a": "b"})),
    "a role with a source identity": (
        lambda t: t.assume(SourceIdentity="al"),
        SESSION,
        Session("s1", source_identity="al"),
    ),
    "a user": (KINDS["user with a session token"], ALICE, Session()),
    "a root user": (KINDS["root user with a session token"], ROOT, Session()),
    "a federated user": (lambda t: t.of(t.call("GetFederationToken", Name="bob")), ALICE, Session("bob")),
}


@pytest.mark.parametrize(("made", "principal", "session"), _SESSIONS.values(), ids=_SESSIONS)
def test_a_session_is_who_made_it_as_it_was_made(
    made: Callable[[Tokens], Identity], principal: str, session: Session | None
) -> None:
    found = made(Tokens())
    assert (found.principal, found.session) == (principal, session)
    assert found.context == {"aws:TokenIssueTime": "2026-01-31T12:00:00Z", "aws:MultiFactorAuthPresent": "false"}


def test_session_policies_are_the_inline_one_and_the_managed_ones() -> None:
    shared = {"name": "shared", "document": policy(allow("kms:Decrypt"))}
    tokens = Tokens(policies=[shared])
    arn = f"arn:aws:iam::{A}:policy/shared"
    power = "arn:aws:iam::aws:policy/AdministratorAccess"
    federated = tokens.of(
        tokens.call(
            "GetFederationToken", Name="bob", Policy=text(allow("kms:*")), PolicyArns=[{"arn": arn}, {"arn": power}]
        )
    )
    assert federated.session is not None
    assert [getattr(each, "arn", None) for each in federated.session.policies] == [None, arn, power]


def test_neither_secret_nor_token_shows() -> None:
    tokens = Tokens()
    for identity in (tokens.find(), tokens.assume()):
        for shown in (repr(identity), repr(tokens.sts), repr(tokens.sts._core.access_keys)):
            assert identity.secret not in shown
            assert str(identity.token) not in shown or identity.token is None


def test_fresh_credentials_show_their_key_alone() -> None:
    issue = Tokens().sts.session_of(ROLE, "s1")
    assert repr(issue) == f"SessionCredentials({issue.access_key_id})"


def test_a_token_of_another_version_is_nobodys() -> None:
    tokens = Tokens()
    written = compress(b'[2,"AssumeRole"]')
    token = seal_session(tokens.sts._key, "ASIAOTHER", written, bytes)
    assert tokens.sts.find("ASIAOTHER", token) is None


def test_a_caller_is_what_the_request_tells_but_for_what_the_key_tells() -> None:
    tokens = Tokens()
    facts: dict[str, Any] = {
        "region": "eu-west-1",
        "source_ip": "192.0.2.7",
        "user_agent": "aws-cli",
        "vpc_endpoint": "vpce-1",
    }
    asked = {"aws:SecureTransport": "true", "aws:TokenIssueTime": "1970-01-01T00:00:00Z"}
    for identity in (tokens.find(), tokens.assume()):
        caller = identity.caller(**facts, context=asked)
        assert {name: getattr(caller, name) for name in facts} == facts
        assert caller.access_key == identity.access_key_id
        assert caller.context == {**asked, **identity.context}


def test_the_same_token_gives_the_same_identity() -> None:
    tokens = Tokens()
    for kind in KINDS.values():
        identity = kind(tokens)
        assert again(tokens, identity) is identity


def test_what_is_kept_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.kms.sts.credentials._KEPT", 3)
    tokens = Tokens()
    identities = [tokens.assume() for _ in range(8)]
    assert len(tokens.sts._core.access_keys._sessions) <= 3
    assert [again(tokens, identity) for identity in identities] == identities


def test_what_does_not_open_is_not_kept() -> None:
    tokens = Tokens()
    session = tokens.assume()
    before = len(tokens.sts._core.access_keys._sessions)
    for number in range(20):
        assert tokens.sts.find(session.access_key_id, f"{session.token}{number}") is None
        assert tokens.sts.find(f"ASIA{number}", session.token) is None
    assert len(tokens.sts._core.access_keys._sessions) == before


# What outlives what


def test_a_session_outlives_a_restart_under_the_same_root_key() -> None:
    tokens = Tokens()
    session = tokens.assume(Tags=tags(a="b"))
    assert again(Tokens(), session) == session
    other = SecurityTokenService(described())  # with a root key of its own
    assert other.find(session.access_key_id, session.token) is None


@given(seconds=st.integers(900, 129600), micro=st.integers(0, 999_999))
def test_it_ends_a_whole_number_of_seconds_after_it_began(seconds: int, micro: int) -> None:
    tokens = Tokens()
    tokens.clock.now = START + timedelta(microseconds=micro)
    session = tokens.of(tokens.call("GetSessionToken", DurationSeconds=seconds))
    assert session.expires == START + timedelta(seconds=seconds)


def test_an_ended_session_is_still_known_so_that_it_can_be_said_to_whoever_signs() -> None:
    tokens = Tokens()
    session = tokens.assume()
    tokens.clock.pass_(days=400)
    assert again(tokens, session) is session
    assert session.expires is not None
    assert session.expires < tokens.clock.now


APP_MORE: dict[str, Any] = {"app_more": {"unique_id": "AROANEW"}}
_GONE: dict[str, tuple[str, Entities]] = {
    "the role is another one of the same name": ("role", described(**APP_MORE)),
    "the role has another path": ("role", described(app_more={"path": "/"})),
    "the role is gone": ("role", described(app_more={"name": "renamed"})),
    "the account is gone": (
        "role",
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]}),
    ),
    "the user is gone": (
        "user with a session token",
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]}),
    ),
    "the federating user is gone": (
        "federated user",
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]}),
    ),
    "the root user's account is gone": (
        "root user with a session token",
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": B}]}),
    ),
    "the long-term key is gone": ("user", Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]})),
}


@pytest.mark.parametrize(("kind", "later"), _GONE.values(), ids=_GONE)
def test_credentials_end_when_who_has_them_is_not_there_any_more(kind: str, later: Entities) -> None:
    tokens = Tokens()
    identity = KINDS[kind](tokens)
    tokens.sts.describe(later)
    assert again(tokens, identity) is None
    tokens.sts.describe(described())
    assert again(tokens, identity) == identity  # and are good again with it


def test_what_a_user_made_outlives_the_key_that_made_it() -> None:
    tokens = Tokens()
    session = KINDS["user with a session token"](tokens)
    users = [{"name": "alice", "unique_id": "AIDAALICE"}]
    tokens.sts.describe(Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "users": users}]}))
    assert again(tokens, session) == session
    assert tokens.sts.find("AKIAALICE", None) is None


def test_a_session_ends_with_a_managed_policy_that_limits_it() -> None:
    shared = {"name": "shared", "document": policy(allow("kms:Decrypt"))}
    tokens = Tokens(policies=[shared])
    federated = tokens.of(
        tokens.call("GetFederationToken", Name="bob", PolicyArns=[{"arn": f"arn:aws:iam::{A}:policy/shared"}])
    )
    tokens.sts.describe(described())
    assert again(tokens, federated) is None


def test_a_managed_policy_counts_as_it_is_now() -> None:
    def sharing(*actions: str) -> Entities:
        return described(alice=[allow("*")], policies=[{"name": "shared", "document": policy(allow(*actions))}])

    tokens = Tokens(sharing("kms:GenerateRandom"))
    params = {"Name": "bob", "PolicyArns": [{"arn": f"arn:aws:iam::{A}:policy/shared"}]}
    federated = tokens.of(tokens.call("GetFederationToken", **params))
    assert tokens.kms_call(federated, "GenerateRandom", NumberOfBytes=8)
    later = sharing("kms:ListKeys")
    tokens.sts.describe(later)
    tokens.kms.describe(later)
    changed = again(tokens, federated)
    assert changed is not None
    assert tokens.kms_refused(changed, "GenerateRandom", NumberOfBytes=8) == "AccessDeniedException"


class Changing:
    """IAM that is another one from now on, and says so by its revision, or says nothing."""

    def __init__(self, entities: Entities, *, tells: bool) -> None:
        self.entities, self.tells = entities, tells

    @property
    def revision(self) -> object:
        return self.entities.revision if self.tells else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.entities, name)


@pytest.mark.parametrize("tells", [True, False])
def test_iam_that_changes_by_itself_is_looked_at_again(*, tells: bool) -> None:
    iam = Changing(described(), tells=tells)
    tokens = Tokens()
    sts = SecurityTokenService(iam, root_key=ROOT_KEY, clock=tokens.clock)
    session = tokens.assume()
    assert sts.find(session.access_key_id, session.token) == session
    iam.entities = described(**APP_MORE)
    assert sts.find(session.access_key_id, session.token) is None


def test_a_long_term_key_that_changes_by_itself_is_looked_at_again() -> None:
    iam = Changing(described(), tells=False)
    sts = SecurityTokenService(iam)
    old = sts.find("AKIAALICE", None)
    assert sts.find("AKIAALICE", None) is old
    users = [{"name": "alice", "access_keys": [{"id": "AKIAALICE", "secret": "another"}]}]
    iam.entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "users": users}]})
    new = sts.find("AKIAALICE", None)
    assert new is not None
    assert new.secret == "another"  # noqa: S105 - a test's


def test_a_role_that_is_not_there_belongs_to_its_account_as_it_is_now() -> None:
    iam = Changing(described(), tells=False)
    source, role = StsSource(iam), f"arn:aws:iam::{A}:role/none"
    first = source.resource(role)
    assert first is not None
    assert source.resource(role) is first
    iam.entities = described()
    second = source.resource(role)
    assert second is not None
    assert second.account is iam.entities.account(A) is not first.account


def test_the_time_is_the_clocks_in_whatever_zone() -> None:
    tokens = Tokens()
    tokens.clock.now = START.astimezone(tz=None)
    session = tokens.assume(tokens.of(tokens.call("GetSessionToken")))
    assert session.context["aws:TokenIssueTime"] == "2026-01-31T12:00:00Z"


def test_a_session_of_a_role_that_trusts_it_no_longer_goes_on_until_it_ends() -> None:
    tokens = Tokens()
    session = tokens.assume()
    tokens.sts.describe(described(app_trusts=trusting("999999999999")))
    assert again(tokens, session) == session
    assert tokens.not_assumed()[0] == "AccessDenied"
