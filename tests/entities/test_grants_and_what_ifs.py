"""Grants in files, and changes that leave every other record as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.entities import Entities
from policyeval.entities.overlay import Overlay
from policyeval.entities.values import KeyGrants
from policyeval.errors import EntitiesError, PolicySyntaxError, UnknownEntityError
from policyeval.model.grant import Grant

A, B = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-east-1:{A}:key/k-1"
OTHER = f"arn:aws:kms:us-east-1:{A}:key/k-2"
APP = f"arn:aws:iam::{B}:role/app"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
LISTED = {
    "KeyId": KEY,
    "GrantId": "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60",
    "Name": "",
    "CreationDate": "2026-01-31T12:00:00.250000+00:00",
    "GranteePrincipal": APP,
    "RetiringPrincipal": f"arn:aws:iam::{A}:root",
    "IssuingAccount": f"arn:aws:iam::{A}:root",
    "Operations": ["Decrypt", "RetireGrant"],
    "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
}


def build(*grants: dict[str, Any]) -> Entities:
    keys = [
        {"id": "k-1", "region": "us-east-1", "aliases": ["alias/app"], "grants": list(grants)},
        {"id": "k-2", "region": "us-east-1", "grants": [{"GranteePrincipal": APP, "Operations": ["Encrypt"]}]},
    ]
    accounts = [{"id": A, "keys": keys}, {"id": B, "roles": [{"name": "app"}], "users": [{"name": "ann"}]}]
    return Entities.from_mapping({"policyeval": 1, "accounts": accounts})


def test_a_grant_as_aws_prints_it() -> None:
    (grant,) = build(LISTED).grants(KEY, APP)
    assert grant == Grant(
        key_arn=KEY,
        grant_id=LISTED["GrantId"],
        operations=frozenset({"Decrypt", "RetireGrant"}),
        grantee_principal=APP,
        retiring_principal=f"arn:aws:iam::{A}:root",
        issuing_account=A,
        context_subset={"tenant": "blue"},
        creation_date=datetime(2026, 1, 31, 12, 0, 0, 250000, tzinfo=UTC),
    )


@pytest.mark.parametrize("date", [1769860800, 1769860800.0, "1769860800", "1.7698608E9", "2026-01-31T12:00:00Z"])
def test_dates_are_epoch_seconds_or_iso_8601(date: object) -> None:
    (grant,) = build({**LISTED, "CreationDate": date}).grants(KEY, APP)
    assert grant.creation_date == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"GranteePrincipal": B}, f"arn:aws:iam::{B}:root"),
        ({"GranteePrincipal": f"arn:aws:iam::{B}:root"}, f"arn:aws:iam::{B}:root"),
        ({"GranteePrincipal": "dynamodb.amazonaws.com"}, "dynamodb.amazonaws.com"),
        ({"GranteeServicePrincipal": "dynamodb.amazonaws.com"}, "dynamodb.amazonaws.com"),
        ({"GranteePrincipal": f"arn:aws:sts::{B}:assumed-role/app/s"}, f"arn:aws:sts::{B}:assumed-role/app/s"),
        ({"GranteePrincipal": "AROAEXAMPLE"}, "AROAEXAMPLE"),
    ],
    ids=[
        "an account id stands for its root ARN",
        "an account by its root ARN",
        "a service printed as a principal (G2)",
        "a service in its own field",
        "a role session",
        "the unique id of a principal that is gone",
    ],
)
def test_grantees(fields: dict[str, str], asked: str) -> None:
    assert len(build({"Operations": ["Decrypt"], **fields}).grants(KEY, asked)) == 1


def test_grants_without_an_id_are_numbered_around_those_that_have_one() -> None:
    simple = {"GranteePrincipal": B, "Operations": ["Decrypt"]}
    entities = build(simple, {**simple, "GrantId": "grant-2"}, simple, simple)
    assert [grant.grant_id for grant in entities.retirable_grants(KEY)] == ["grant-1", "grant-2", "grant-3", "grant-4"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Operations": []}, "`Operations` is empty"),
        ({"GranteeServicePrincipal": "x.amazonaws.com"}, "a grant has either a `GranteePrincipal` or a"),
        ({"KeyId": OTHER}, f"the grant is on `{OTHER}`, not on this key"),
        ({"CreationDate": "yesterday"}, "`yesterday` is not a date"),
        ({"Constraint": {}}, "unknown key `Constraint` in this grant"),
        (
            {"Constraints": {"EncryptionContextEquals": {"a": "b"}, "EncryptionContextSubset": {"c": "d"}}},
            "a grant has one constraint on the encryption context, not two",
        ),
    ],
)
def test_what_is_no_grant(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(EntitiesError) as caught:
        build().with_grant(KEY, {**LISTED, **fields})
    assert str(caught.value.diagnostics[0].message).startswith(message)


def test_two_grants_of_one_id_are_refused() -> None:
    with pytest.raises(EntitiesError, match="described twice"):
        build(LISTED, LISTED)


def test_a_grant_more_leaves_everything_else_the_same() -> None:
    before = build(LISTED)
    after = before.with_grant(KEY, {"GranteePrincipal": APP, "Operations": ["Encrypt"]})
    assert [grant.grant_id for grant in after.grants(KEY, APP)] == [LISTED["GrantId"], "grant-2"]
    assert after.grants(KEY, APP)[0] is before.grants(KEY, APP)[0]
    assert after.grants(OTHER, APP) is before.grants(OTHER, APP)
    assert after.resource(KEY) is before.resource(KEY)
    assert len(before.grants(KEY, APP)) == 1


def test_a_grant_less() -> None:
    before = build(LISTED)
    after = before.without_grant(KEY, LISTED["GrantId"])
    assert after.grants(KEY, APP) == ()
    assert after.retirable_grants(KEY) == ()
    assert len(before.grants(KEY, APP)) == 1


def test_a_key_is_named_by_its_alias_too() -> None:
    alias = f"arn:aws:kms:us-east-1:{A}:alias/app"
    after = build().with_grant(alias, LISTED)
    (grant,) = after.grants(KEY, APP)
    assert grant.key_arn == KEY
    assert after.without_grant(alias, grant.grant_id).grants(KEY, APP) == ()


def test_a_grant_on_another_key_is_refused() -> None:
    grant = Grant(OTHER, "g", frozenset({"Decrypt"}), grantee_principal=APP)
    with pytest.raises(EntitiesError) as caught:
        build().with_grant(KEY, grant)
    assert caught.value.diagnostics[0].message == f"the grant is on `{OTHER}`, not on `{KEY}`"


def test_what_is_no_key_has_no_grants() -> None:
    bucket = {"id": A, "resources": [{"arn": "arn:aws:s3:::bucket"}]}
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [bucket]})
    for arn in ("arn:aws:s3:::bucket", "arn:aws:s3:::none"):
        with pytest.raises(UnknownEntityError, match=f"no key `{arn}` is described"):
            entities.with_grant(arn, LISTED)


def test_another_resource_policy_changes_that_resource_alone() -> None:
    before = build(LISTED)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:*"}]}
    after = before.with_resource_policy(KEY, policy)
    assert after.resource(KEY) is not before.resource(KEY)
    assert after.resource(KEY).policy.policy.statements[0].effect == "Deny"
    assert after.resource(OTHER) is before.resource(OTHER)
    assert after.grants(KEY, APP) is before.grants(KEY, APP)
    assert after.with_resource_policy(KEY, None).resource(KEY).policy is None


def test_a_policy_is_a_trust_policy_on_a_role_alone() -> None:
    logs = f"arn:aws:logs:us-east-1:{B}:log-group:role/app"
    account = {"id": B, "roles": [{"name": "app"}], "resources": [{"arn": logs}]}
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [account]})
    policy = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"}}
    assert entities.with_resource_policy(logs, policy).resource(logs).policy.name == "resource policy"
    with pytest.raises(PolicySyntaxError, match="a role's trust policy may not have `Resource`"):
        entities.with_resource_policy(APP, policy)


def test_a_user_has_no_resource_policy() -> None:
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": B, "users": [{"name": "alice"}]}]})
    with pytest.raises(UnknownEntityError) as caught:
        entities.with_resource_policy(f"arn:aws:iam::{B}:user/alice", ALLOW)
    (said,) = caught.value.diagnostics
    assert said.message == f"`arn:aws:iam::{B}:user/alice` is a user: nobody attaches a resource policy to those"
    assert said.hint is None


def test_nobody_changes_the_policy_of_an_aws_managed_key() -> None:
    key = {"id": "k", "region": "us-east-1", "manager": "AWS", "aliases": ["alias/aws/s3"]}
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "keys": [key]}]})
    with pytest.raises(UnknownEntityError, match="is an AWS managed key: nobody changes its policy"):
        entities.with_resource_policy(f"arn:aws:kms:us-east-1:{A}:alias/aws/s3", ALLOW)


def test_a_root_user_has_no_policies() -> None:
    with pytest.raises(UnknownEntityError, match="is a root user: nobody attaches policies to those"):
        build().with_identity_policies(f"arn:aws:iam::{A}:root", [ALLOW])


def test_a_service_control_policy_is_no_identity_policy() -> None:
    full = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
    with pytest.raises(UnknownEntityError, match=f"`{full}` is no identity-based policy"):
        build().with_identity_policies(APP, [full])


def test_other_identity_policies_change_that_principal_alone() -> None:
    before = build()
    after = before.with_identity_policies(APP, [ALLOW, "arn:aws:iam::aws:policy/AdministratorAccess"])
    assert after.role(B, "app") is after.principal(APP)
    assert [policy.name for policy in after.principal(APP).identity_policies] == [
        "policy 1 of role app",
        "AdministratorAccess",
    ]
    ann = f"arn:aws:iam::{B}:user/ann"
    assert after.principal(ann) is before.principal(ann)
    assert before.principal(APP).identity_policies == ()


def test_a_what_if_about_nothing_known_is_refused() -> None:
    for change, message in (
        (lambda: build().with_grant(f"{KEY}9", LISTED), f"no key `{KEY}9` is described"),
        (lambda: build().with_resource_policy("arn:aws:s3:::none", ALLOW), "no resource `arn:aws:s3:::none`"),
        (lambda: build().with_identity_policies(f"{APP}9", [ALLOW]), f"no principal `{APP}9` is described"),
    ):
        with pytest.raises(UnknownEntityError, match=message):
            change()
    with pytest.raises(PolicySyntaxError, match=r"`\{` is not closed"):
        build().with_identity_policies(APP, ["{"])


CHANGES = st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.text(max_size=3))), max_size=120)


@given(st.dictionaries(st.integers(0, 9), st.text(max_size=3)), CHANGES)
def test_an_overlay_is_a_dict_that_never_changes(base: dict[int, str], changes: list[tuple[int, str | None]]) -> None:
    overlay: Overlay[int, str] = Overlay(base)
    expected = dict(base)
    for key, value in changes:
        before, seen = overlay, dict(overlay.items())
        overlay = overlay.without(key) if value is None else overlay.with_item(key, value)
        if value is None:
            expected.pop(key, None)
        else:
            expected[key] = value
        assert dict(before.items()) == seen
        assert dict(overlay.items()) == expected
        assert len(overlay) == len(expected)
        assert all((key in overlay) == (key in expected) for key in range(10))
    assert sorted(overlay.values()) == sorted(expected.values())


GRANTS = st.builds(
    Grant,
    key_arn=st.just(KEY),
    grant_id=st.sampled_from("abcd"),
    operations=st.just(frozenset({"Decrypt"})),
    grantee_principal=st.sampled_from([APP, A, B]),
)


@given(st.lists(GRANTS, max_size=6), st.lists(st.one_of(GRANTS, st.sampled_from("abcd")), max_size=12))
def test_changed_grants_are_those_indexed_anew(start: list[Grant], changes: list[Grant | str]) -> None:
    grants, expected = KeyGrants.of(start), {grant.grant_id: grant for grant in start}
    for change in changes:
        if isinstance(change, Grant):
            grants = grants.with_grant(change)
            expected.pop(change.grant_id, None)
            expected[change.grant_id] = change
        else:
            grants = grants.without_grant(change)
            expected.pop(change, None)
    anew = KeyGrants.of(expected.values())
    assert {k: set(v) for k, v in grants.by_grantee.items()} == {k: set(v) for k, v in anew.by_grantee.items()}
    assert set(grants.all) == set(anew.all)
