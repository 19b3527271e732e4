from __future__ import annotations

from dataclasses import replace

from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy, Policy
from policyeval.model.records import AccountRecord, KeyFacts, PrincipalRecord, ResourceRecord
from policyeval.model.request import Request
from tests.differential.policies import FULL_ACCESS, RCP_FULL_ACCESS
from tests.laws.changes import decided, lives
from tests.reference.world import World

_DENY_ALL = NamedPolicy(
    "DenyAll",
    Policy(tuple(replace(one, effect="Deny") for one in RCP_FULL_ACCESS.policy.statements), "2012-10-17"),
)
_AWAY = AccountRecord(
    "222233334444",
    organization_id="o-away1234567",
    organization_path="o-away1234567/r-zz99/",
    service_control_policies=((_DENY_ALL,),),
    resource_control_policies=((_DENY_ALL,),),
)
_KEY = "arn:aws:kms:us-east-1:{}:key/99998888-7777-6666-5555-444433332222"


def _crowded(world: World, request: Request) -> World:
    home = world.accounts[0]
    keys = [
        ResourceRecord(_KEY.format(home.id), home, _DENY_ALL, key=KeyFacts(aliases=("alias/elsewhere",))),
        ResourceRecord(_KEY.format(_AWAY.id), _AWAY, RCP_FULL_ACCESS, key=KeyFacts(aliases=("alias/app",))),
    ]
    people = [
        PrincipalRecord(f"arn:aws:iam::{_AWAY.id}:root", "root", _AWAY, "root"),
        PrincipalRecord(f"arn:aws:iam::{_AWAY.id}:role/app", "role", _AWAY, "app", identity_policies=(FULL_ACCESS,)),
        PrincipalRecord(f"arn:aws:iam::{home.id}:user/carol", "user", home, "carol", permissions_boundary=_DENY_ALL),
    ]
    every = frozenset({"Decrypt", "Encrypt", "CreateGrant", "DescribeKey", "RetireGrant", "GenerateDataKey"})
    grants = [
        Grant(keys[0].arn, "on another key", every, request.principal, retiring_principal=request.principal),
        *(
            Grant(key.arn, f"to another {number}", every, people[1].arn, issuing_account=_AWAY.id)
            for number, key in enumerate(world.resources)
            if key.key is not None
        ),
    ]
    return replace(
        world,
        accounts=[*world.accounts, _AWAY],
        people=[*people, *world.people],
        resources=[*keys, *world.resources],
        all_grants=[*grants, *world.all_grants],
    )


def test_an_unrelated_account_key_principal_or_grant_changes_nothing() -> None:
    for life in lives(6):
        before = decided(life.world, life.request)
        after = decided(_crowded(life.world, life.request), life.request)
        assert before == after, f"seed {life.seed}: {life.request}"
