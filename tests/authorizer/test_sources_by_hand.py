"""A policy source written by hand: the least of the protocol, and what its records may leave open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from policyeval import Authorizer, Grant, Request, RequestError
from policyeval.model.policy import NamedPolicy
from policyeval.model.records import AccountRecord, EndpointRecord, PrincipalRecord, ResourceRecord
from policyeval.syntax.policy import parse_policy
from tests.authorizer.estates import (
    ALICE,
    BOB,
    BUCKET,
    A,
    B,
    allow,
    policy,
    to,
    when,
)


class Described:
    """The least of a policy source, by hand: one account, one user, no resource."""

    def __init__(self, account: AccountRecord, *, fails: Exception | None = None) -> None:
        self._account = account
        self._user = PrincipalRecord(
            ALICE, "user", account, "alice", identity_policies=(NamedPolicy("all", parse_policy(policy(allow()))),)
        )
        self._fails = fails

    def account(self, _account_id: str) -> AccountRecord:
        return self._account

    def principal(self, _arn: str) -> PrincipalRecord:
        if self._fails is not None:
            raise self._fails
        return self._user

    def role(self, _account_id: str, _name: str) -> PrincipalRecord:
        return self._user

    def user(self, _account_id: str, _name: str) -> PrincipalRecord | None:
        return self._user

    def resource(self, arn: str) -> ResourceRecord | None:
        return ResourceRecord(arn, self._account)

    def grants(self, _key_arn: str, _grantee: str) -> Sequence[Grant]:
        return ()

    def retirable_grants(self, _key_arn: str) -> Sequence[Grant]:
        return ()

    def endpoint(self, endpoint_id: str) -> EndpointRecord:
        return EndpointRecord(endpoint_id, None, self._account.id)

    def managed_policy(self, arn: str) -> NamedPolicy:
        raise NotImplementedError(arn)

    def principals(self, _account_id: str | None = None) -> Iterable[PrincipalRecord]:
        return (self._user,)


def test_an_organization_may_be_known_without_the_path_in_it() -> None:
    known = AccountRecord(A, organization_id="o-a1b2c3d4e5")
    conditions = {
        **when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        "Null": {"aws:PrincipalOrgPaths": "true", "aws:ResourceOrgPaths": "true"},
    }
    statement = policy(allow(Condition=conditions))
    source = Described(known)
    source._user = PrincipalRecord(
        ALICE, "user", known, "alice", identity_policies=(NamedPolicy("all", parse_policy(statement)),)
    )
    assert Authorizer(source).authorize(Request(ALICE, "s3:GetObject", BUCKET)).allowed


def test_where_no_organization_is_known_of_one_may_be_said() -> None:
    source = Described(AccountRecord(A, organization_known=False))
    context = {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:ResourceOrgID": "o-a1b2c3d4e5"}
    assert Authorizer(source).authorize(Request(ALICE, "s3:GetObject", BUCKET, context=context)).allowed
    with pytest.raises(RequestError, match="the resource has none"):
        Authorizer(source).authorize(Request(ALICE, "s3:GetObject", BUCKET, context={"aws:ResourceTag/a": "b"}))


def test_an_endpoint_without_a_policy_lets_everything_through() -> None:
    request = Request(ALICE, "s3:GetObject", BUCKET, vpc_endpoint="vpce-1")
    decision = Authorizer(Described(AccountRecord(A))).authorize(request)
    assert decision.allowed
    assert {verdict.verdict for verdict in decision.layers if verdict.layer == "vpc_endpoint_policy"} == {
        "not_applicable"
    }


def test_a_fault_of_the_source_is_not_blamed_on_the_request() -> None:
    authorizer = Authorizer(Described(AccountRecord(A), fails=TypeError("the source's own")))
    with pytest.raises(TypeError, match="the source's own"):
        authorizer.authorize(Request(ALICE, "s3:GetObject", BUCKET))


def test_resource_control_policies_that_allow_nothing_deny_all_but_service_linked_roles() -> None:
    closed = AccountRecord(A, resource_control_policies=((), ()))
    decision = Authorizer(Described(closed)).authorize(Request(ALICE, "s3:GetObject", BUCKET))
    assert (decision.reason, decision.layer) == ("implicit_deny", "resource_control_policy")
    levels = [f"  - level {n} of the resource control policies of account {A} must allow s3:GetObject" for n in (1, 2)]
    assert decision.explain().splitlines()[-3:] == ["To allow it, all of:", *levels]


def test_resource_control_policies_may_allow_under_conditions() -> None:
    under = when("StringEquals", "team:x", "y")
    level = (NamedPolicy("rcp", parse_policy(policy(allow(Principal="*", Condition=under)))),)
    authorizer = Authorizer(Described(AccountRecord(A, resource_control_policies=(level,))))
    for _ in range(3):  # by a plan in the end
        seen = [
            authorizer.authorize(Request(ALICE, "s3:GetObject", BUCKET, context={"team:x": value}))
            for value in ("y", "z")
        ]
        assert [(decision.reason, decision.layer) for decision in seen] == [
            ("allowed", "identity_policy"),
            ("implicit_deny", "resource_control_policy"),
        ]


def test_resource_control_policies_that_let_in_others_deny() -> None:
    for names, reason in [([BOB], "implicit_deny"), ([BOB, ALICE], "allowed"), (["*"], "allowed")]:
        level = (NamedPolicy("rcp", parse_policy(policy(allow(Principal=to(*names))))),)
        authorizer = Authorizer(Described(AccountRecord(A, resource_control_policies=(level,))))
        assert authorizer.authorize(Request(ALICE, "s3:GetObject", BUCKET)).reason == reason


def test_a_level_that_allows_everyone_everything_need_not_be_asked() -> None:
    free, named, bound = allow(Principal="*"), allow(Principal=to(ALICE)), allow(Principal="*", Resource=BUCKET)
    levels = tuple((NamedPolicy("rcp", parse_policy(policy(statement))),) for statement in (free, named, bound))
    authorizer = Authorizer(Described(AccountRecord(A, resource_control_policies=levels)))
    asked = authorizer._exact.case(Request(ALICE, "s3:GetObject", BUCKET)).theirs.rcp_asked
    assert [[statement.policy for statement in level] for level in asked] == [[levels[1][0]], [levels[2][0]]]


def test_an_endpoint_that_changes_is_compiled_again_and_one_that_does_not_is_not() -> None:
    source = Described(AccountRecord(A))
    closed = NamedPolicy("closed", parse_policy(policy(allow("kms:*", Principal="*"))))
    authorizer = Authorizer(source)
    request = Request(ALICE, "s3:GetObject", BUCKET, vpc_endpoint="vpce-1")
    answers, layers = [], []
    for record in (EndpointRecord("vpce-1", None, A), EndpointRecord("vpce-1", None, A, closed)):
        source.endpoint = lambda _id, record=record: record  # type: ignore[misc, method-assign]
        for _ in range(2):
            answers.append(authorizer.authorize(request).allowed)
            layers.append(authorizer._exact._endpoints["vpce-1"][1])
    assert answers == [True, True, False, False]
    assert layers[2] is layers[3] is not None


def test_a_policy_that_was_not_looked_over_may_lack_a_principal_and_lets_nobody_in() -> None:
    source = Described(AccountRecord(A))
    careless = NamedPolicy("careless", parse_policy(policy(allow())))
    source.resource = lambda arn: ResourceRecord(arn, source._account, careless)  # type: ignore[method-assign]
    source.principals = lambda _account=None: ()  # type: ignore[method-assign]
    assert Authorizer(source).account_access(B, "s3:GetObject", BUCKET).door == "closed"


def test_a_source_without_a_revision_has_plans_too() -> None:
    authorizer = Authorizer(Described(AccountRecord(A)))
    request = Request(ALICE, "s3:GetObject", BUCKET)
    # Its user and account are the same each time, its resource is not.
    resource = authorizer.source.resource(BUCKET)
    authorizer.source.resource = lambda _arn: resource  # type: ignore[method-assign]
    assert [authorizer.authorize(request).allowed for _ in range(2)] == [True, True]
    plan = authorizer._plans.find(request)
    assert plan is not None
    assert authorizer._plans.find(request) is plan


def test_a_management_account_is_bound_by_neither_kind_of_control_policy() -> None:
    managed = AccountRecord(
        A, is_management_account=True, resource_control_policies=((),), service_control_policies=((),)
    )
    assert Authorizer(Described(managed)).authorize(Request(ALICE, "s3:GetObject", BUCKET)).allowed
