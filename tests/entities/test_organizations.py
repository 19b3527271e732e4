"""Levels of SCPs and RCPs, and the path that `aws:PrincipalOrgPaths` carries (S2, S3)."""

from __future__ import annotations

from typing import Any

import pytest

from policyeval.entities import Entities

MANAGER, PROD, OUTSIDE = "999988887777", "444455556666", "111122223333"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}
DENY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}


def build(*, root: dict[str, Any] | None = None, unit: dict[str, Any] | None = None, **account: object) -> Entities:
    tree = {"id": "r-1", **(root or {}), "units": [{"id": "ou-1", "accounts": [PROD], **(unit or {})}]}
    return Entities.from_mapping(
        {
            "policyeval": 1,
            "organization": {"id": "o-1", "management_account": MANAGER, "root": tree},
            "accounts": [{"id": PROD, **account}, {"id": OUTSIDE}],
        }
    )


def levels(entities: Entities, kind: str, account: str = PROD) -> list[list[str]]:
    record = entities.account(account)
    return [[policy.name for policy in level] for level in getattr(record, kind)]


SCP, RCP = "service_control_policies", "resource_control_policies"
SCP_ARN = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"

CASES: dict[str, tuple[dict[str, Any], str, list[list[str]]]] = {
    "SCPs left out mean what AWS attaches, at each level": ({}, SCP, [["FullAWSAccess"]] * 3),
    "an empty list of SCPs means the same": ({"unit": {SCP: []}}, SCP, [["FullAWSAccess"]] * 3),
    "a list of SCPs replaces the default at its level": (
        {"unit": {SCP: [{"name": "NoKms", "document": DENY}]}},
        SCP,
        [["FullAWSAccess"], ["NoKms"], ["FullAWSAccess"]],
    ),
    "a list of SCPs may name the default again": (
        {"root": {SCP: [SCP_ARN, DENY]}},
        SCP,
        [["FullAWSAccess", "service control policy 2 of r-1"], ["FullAWSAccess"], ["FullAWSAccess"]],
    ),
    "a unit may have braces in its id, as a template has where nothing was filled in": (
        {"unit": {"id": "ou-{{ prod }}", SCP: [DENY]}},
        SCP,
        [["FullAWSAccess"], ["service control policy 1 of ou-{{ prod }}"], ["FullAWSAccess"]],
    ),
    "an account's own SCPs are the last level": (
        {SCP: [DENY]},
        SCP,
        [["FullAWSAccess"], ["FullAWSAccess"], [f"service control policy 1 of account {PROD}"]],
    ),
    "RCPFullAWSAccess is always there": ({}, RCP, [["RCPFullAWSAccess"]] * 3),
    "a list of RCPs adds to it": (
        {"root": {RCP: [{"name": "NoKms", "document": DENY_ALL}]}},
        RCP,
        [["RCPFullAWSAccess", "NoKms"], ["RCPFullAWSAccess"], ["RCPFullAWSAccess"]],
    ),
    "naming RCPFullAWSAccess does not attach it twice": (
        {RCP: ["arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess"]},
        RCP,
        [["RCPFullAWSAccess"]] * 3,
    ),
}


@pytest.mark.parametrize(("parts", "kind", "expected"), CASES.values(), ids=CASES)
def test_levels(parts: dict[str, Any], kind: str, expected: list[list[str]]) -> None:
    assert levels(build(**parts), kind) == expected


def test_an_account_knows_its_path() -> None:
    account = build().account(PROD)
    assert (account.organization_id, account.organization_path) == ("o-1", "o-1/r-1/ou-1/")
    assert not account.is_management_account


def test_the_management_account_is_a_member_also_where_the_tree_leaves_it_out() -> None:
    account = build().account(MANAGER)
    assert account.is_management_account
    assert account.organization_path == "o-1/r-1/"


def test_an_account_outside_the_organization_has_neither_path_nor_levels() -> None:
    account = build().account(OUTSIDE)
    assert (account.organization_id, account.organization_path) == (None, None)
    assert levels(build(), SCP, OUTSIDE) == levels(build(), RCP, OUTSIDE) == []


def test_policies_on_an_account_bind_without_an_organization() -> None:
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": PROD, SCP: [DENY], RCP: [DENY_ALL]}]})
    assert levels(entities, SCP) == [[f"service control policy 1 of account {PROD}"]]
    assert levels(entities, RCP) == [["RCPFullAWSAccess", f"resource control policy 1 of account {PROD}"]]


def test_an_account_in_the_tree_alone_is_known_but_not_described() -> None:
    entities = build()
    assert entities.account(MANAGER).id == MANAGER
    assert list(entities.principals(MANAGER)) == []
