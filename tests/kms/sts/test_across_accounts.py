"""A session of a role in B uses a key of A: by key policy, by grant, as itself, and under what limits it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.kms.sts.identity import Identity
from tests.kms.estate import A, B, allow, deny, policy
from tests.kms.sts.estate import KINDS, NEXT, ROLE, SESSION, Tokens, described, tags, text, trusting

OWNER = f"arn:aws:iam::{A}:root"
USE = ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey")
_OWN = allow("kms:*", Principal={"AWS": OWNER})


def key_of(tokens: Tokens, *statements: dict[str, Any]) -> str:
    """Create a key of A, which A's account owns."""
    params = {"Policy": json.dumps(policy(_OWN, *statements))}
    arn: str = tokens.kms.call(OWNER, "CreateKey", params)["KeyMetadata"]["Arn"]
    return arn


def can(tokens: Tokens, who: Identity, key: str) -> bool:
    """Encrypt and decrypt as somebody, or be refused both."""
    blob = tokens.kms.call(OWNER, "Encrypt", {"KeyId": key, "Plaintext": b"x"})["CiphertextBlob"]
    if tokens.kms_refusal(who, "Encrypt", KeyId=key, Plaintext=b"x") is None:
        assert tokens.kms_call(who, "Decrypt", CiphertextBlob=blob)["Plaintext"] == b"x"
        return True
    assert tokens.kms_refused(who, "Decrypt", CiphertextBlob=blob) == "AccessDeniedException"
    return False


@pytest.mark.parametrize(
    ("principal", "identity_allows", "expected"),
    [
        pytest.param(f"arn:aws:iam::{B}:root", True, True, id="the account and its own policy"),
        pytest.param(f"arn:aws:iam::{B}:root", False, False, id="the account alone"),
        pytest.param(ROLE, True, True, id="the role and its own policy"),
        pytest.param(ROLE, False, False, id="the role alone"),
        pytest.param(SESSION, True, True, id="the session and the role's policy"),
        pytest.param(SESSION, False, False, id="the session alone"),
        pytest.param(f"arn:aws:sts::{B}:assumed-role/app/other", True, False, id="another session"),
        pytest.param(NEXT, True, False, id="another role"),
    ],
)
def test_by_key_policy_both_accounts_are_asked(principal: str, identity_allows: bool, expected: bool) -> None:  # noqa: FBT001 - a table
    tokens = Tokens(app=[allow(*USE)] if identity_allows else [])
    key = key_of(tokens, allow(*USE, Principal={"AWS": principal}))
    assert can(tokens, tokens.assume(), key) is expected


@pytest.mark.parametrize(
    ("grantee", "expected"),
    [(ROLE, True), (SESSION, True), (f"arn:aws:sts::{B}:assumed-role/app/other", False), (NEXT, False)],
)
def test_a_grant_to_the_role_or_the_session_needs_no_policy_of_the_role(grantee: str, expected: bool) -> None:  # noqa: FBT001 - a table
    tokens = Tokens(app=[])
    key = key_of(tokens)
    params = {"KeyId": key, "GranteePrincipal": grantee, "Operations": ["Encrypt", "Decrypt"]}
    tokens.kms.call(OWNER, "CreateGrant", params)
    assert can(tokens, tokens.assume(), key) is expected


def test_a_session_policy_limits_a_grant_to_the_role_from_another_account() -> None:
    tokens = Tokens(app=[])
    key = key_of(tokens)
    params = {"KeyId": key, "GranteePrincipal": ROLE, "Operations": ["Encrypt", "Decrypt"]}
    tokens.kms.call(OWNER, "CreateGrant", params)
    assert can(tokens, tokens.assume(Policy=text(allow("kms:*"))), key)
    assert not can(tokens, tokens.assume(Policy=text(allow("s3:*"))), key)


@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        pytest.param(
            {"StringEquals": {"aws:PrincipalTag/Team": "blue"}},
            {"Tags": tags(team="blue")},
            {},
            id="a session tag goes before the role's own",
        ),
        pytest.param(
            {"StringEquals": {"aws:PrincipalTag/kind": "role"}}, {}, {"Tags": tags(kind="x")}, id="the role's own tag"
        ),
        pytest.param(
            {"StringEquals": {"aws:SourceIdentity": "alice"}},
            {"SourceIdentity": "alice"},
            {"SourceIdentity": "bob"},
            id="the source identity",
        ),
        pytest.param({"StringLike": {"aws:userid": "AROAAPP:s*"}}, {}, {"name": "x1"}, id="the user id"),
        pytest.param({"ArnEquals": {"aws:PrincipalArn": ROLE}}, {}, {"role": NEXT}, id="the role, not the session"),
        pytest.param({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, None, id="that there is no MFA"),
        pytest.param(
            {"DateEquals": {"aws:TokenIssueTime": "2026-01-31T12:00:00Z"}}, {}, None, id="when the session began"
        ),
    ],
)
def test_conditions_of_a_key_policy_see_the_session(
    condition: dict[str, Any], right: dict[str, Any], wrong: dict[str, Any] | None
) -> None:
    facts = described(app=[allow("*")], next_trusts=trusting(A))
    tokens = Tokens(facts)
    key = key_of(tokens, allow(*USE, Principal={"AWS": B}, Condition=condition))
    assert can(tokens, tokens.assume(**right), key)
    if wrong is not None:
        assert not can(tokens, tokens.assume(**wrong), key)


def test_what_long_term_keys_say_nothing_of_a_key_policy_does_not_see() -> None:
    tokens = Tokens(alice=[allow("*")])
    for key_ in ("aws:MultiFactorAuthPresent", "aws:TokenIssueTime"):
        absent = key_of(tokens, deny("kms:Encrypt", "kms:Decrypt", Principal="*", Condition={"Null": {key_: "false"}}))
        assert can(tokens, tokens.find(), absent)
        assert tokens.kms_refused(tokens.of(tokens.call("GetSessionToken")), "Encrypt", KeyId=absent, Plaintext=b"x")


@pytest.mark.parametrize(
    "kind",
    [
        *("user", "user with a session token", "federated user"),
        *("root user", "root user with a session token", "federated root user"),
    ],
)
def test_what_a_user_may_his_sessions_may(kind: str) -> None:
    tokens = Tokens(alice=[allow("*")])
    assert can(tokens, KINDS[kind](tokens), key_of(tokens))


def test_a_federated_session_without_a_policy_may_what_resources_let_it_by_name_alone() -> None:
    tokens = Tokens(alice=[allow("*")])
    bob = tokens.of(tokens.call("GetFederationToken", Name="bob"))
    assert not can(tokens, bob, key_of(tokens))
    named = allow(*USE, Principal={"AWS": f"arn:aws:sts::{A}:federated-user/bob"})
    assert can(tokens, bob, key_of(tokens, named))


# Laws

_ACTIONS = st.sampled_from(["kms:*", "kms:Encrypt", "kms:Decrypt", "kms:Gen*", "kms:DescribeKey", "s3:*", "*"])
_STATEMENT = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.lists(_ACTIONS, min_size=1, max_size=3),
        "Resource": st.just("*"),
    }
)
_STATEMENTS = st.lists(_STATEMENT, min_size=1, max_size=3)
_CALLS: dict[str, dict[str, Any]] = {
    "Encrypt": {"Plaintext": b"x"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "DescribeKey": {},
    "CreateGrant": {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]},
}


class _World:
    """Sessions that no policy limits, and keys that they may use in several ways; made once for all examples."""

    def __init__(self) -> None:
        self.tokens = Tokens(alice=[allow("*")], app=[allow("kms:Encrypt", "kms:DescribeKey")])
        self.free = self.tokens.assume()
        self.user = self.tokens.find()
        self.keys = [
            key_of(self.tokens),
            key_of(self.tokens, allow("kms:*", Principal={"AWS": B})),
            key_of(self.tokens, allow("kms:*", Principal={"AWS": ROLE})),
            key_of(self.tokens, allow("kms:Encrypt", Principal="*")),
        ]
        grant = {"KeyId": self.keys[0], "GranteePrincipal": ROLE, "Operations": ["GenerateDataKey"]}
        self.tokens.kms.call(OWNER, "CreateGrant", grant)


@pytest.fixture(scope="module")
def world() -> _World:
    return _World()


@given(statements=_STATEMENTS, operation=st.sampled_from(sorted(_CALLS)), number=st.integers(0, 3))
def test_a_session_policy_never_widens(
    world: _World, statements: list[dict[str, Any]], operation: str, number: int
) -> None:
    tokens, params = world.tokens, {"KeyId": world.keys[number], **_CALLS[operation]}
    pairs = [
        (world.free, tokens.assume(Policy=text(*statements))),
        (world.user, tokens.of(tokens.call("GetFederationToken", Name="bob", Policy=text(*statements)))),
    ]
    for whole, limited in pairs:
        if tokens.kms_refusal(whole, operation, **params) is not None:
            assert tokens.kms_refusal(limited, operation, **params) is not None


@given(operation=st.sampled_from(sorted(_CALLS)), number=st.integers(0, 3))
def test_a_session_policy_that_allows_everything_changes_nothing(world: _World, operation: str, number: int) -> None:
    tokens, params = world.tokens, {"KeyId": world.keys[number], **_CALLS[operation]}
    limited = tokens.assume(Policy=text(allow("*")))
    assert tokens.kms_refusal(world.free, operation, **params) == tokens.kms_refusal(limited, operation, **params)
