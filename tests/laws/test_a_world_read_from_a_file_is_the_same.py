"""A world written as an entities file and read from it decides as the records that were written."""

from __future__ import annotations

from dataclasses import replace

from policyeval.errors import PolicySyntaxError
from policyeval.model.policy import Effect, Element, NamedPolicy, Policy, PolicyType, Statement
from policyeval.model.records import AccountRecord, PolicyLevels, ResourceRecord
from policyeval.model.request import Request
from policyeval.scenarios import scenarios_from_text
from policyeval.syntax.policy import parse_policy
from tests.differential.awsmanaged import AWS_MANAGED_KEY
from tests.differential.policies import EVERYONE, FULL_ACCESS, RCP_FULL_ACCESS
from tests.differential.scenarios import scenario
from tests.laws.changes import change_policies, decided, lives, with_statements
from tests.reference.world import World

_TYPES = {
    "scp": [PolicyType.SCP],
    "rcp": [PolicyType.RCP],
    "identity": [PolicyType.IDENTITY],
    "boundary": [PolicyType.IDENTITY],
    "trust": [PolicyType.TRUST],
    "endpoint": [PolicyType.VPC_ENDPOINT],
    "session": [PolicyType.SESSION],
    "resource": [PolicyType.RESOURCE, PolicyType.KEY],
}


def _readable(policy: NamedPolicy, kind: str) -> NamedPolicy:
    """Leave out the statements that no policy of the kind can have; worlds have some."""
    kept = [one for one in policy.policy.statements if _reads(one, policy.policy.version, kind)]
    return with_statements(policy, [replace(one, sid=None) for one in kept] or [_inert(kind)])


def _reads(statement: Statement, version: str | None, kind: str) -> bool:
    document = Policy((statement,), version).to_document()
    try:
        for policy_type in _TYPES[kind]:
            parse_policy(document, policy_type=policy_type)
    except PolicySyntaxError:
        return False
    return True


def _inert(kind: str) -> Statement:
    """Say what no request here asks: a policy must say something."""
    principal = EVERYONE if _TYPES[kind][0].names_principals else None
    effect: Effect = "Deny" if kind == "rcp" else "Allow"
    resource = None if kind == "trust" else Element(("*",))
    return Statement(
        effect, None, principal, Element(("sts:SetContext" if kind == "trust" else "sqs:PurgeQueue",)), resource
    )


def _governed(account: AccountRecord) -> AccountRecord:
    """Put on an account what a file can say: AWS's default on the root, and beside every RCP."""
    scps, rcps = account.service_control_policies[1:], account.resource_control_policies[1:]
    if account.organization_id is None:
        return account
    levels: PolicyLevels = tuple(level or (FULL_ACCESS,) for level in scps)
    return replace(
        account,
        service_control_policies=((FULL_ACCESS,), *levels),
        resource_control_policies=((RCP_FULL_ACCESS,), *((RCP_FULL_ACCESS, *level) for level in rcps)),
    )


def _sayable(world: World, request: Request) -> tuple[World, Request] | None:
    """Give the world as far as a file can say it; None where there are two organizations, or nobody knows of one."""
    if len({account.organization_id for account in world.accounts} - {None}) > 1:
        return None
    if not all(account.organization_known for account in world.accounts):
        return None
    world, request = change_policies(world, request, _readable)
    for account in list(world.accounts):
        world = world.with_account(account, _governed(account))
    resources = [one if one.key is None or one.key.manager == "CUSTOMER" else _managed(one) for one in world.resources]
    grants = [replace(one, creation_date=None, tokens=frozenset()) for one in world.all_grants]
    return replace(world, resources=resources, all_grants=grants), request.replace(grant_tokens=())


def _managed(key: ResourceRecord) -> ResourceRecord:
    return replace(key, policy=AWS_MANAGED_KEY)


def test_a_world_written_to_a_file_and_read_again_decides_alike() -> None:
    allowed = 0
    for life in lives(23, worlds=150):
        said = _sayable(life.world, life.request)
        if said is None:
            continue
        before = decided(*said)
        read = scenarios_from_text(scenario(*said, before, "a world"))
        assert decided(read.entities, read.cases[0].request) == before, f"seed {life.seed}: {life.request}"
        allowed += before.allowed
    assert allowed > 30
