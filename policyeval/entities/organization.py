"""The organization's tree, and what it puts on each account: a path, and policies level by level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policyeval.entities.parts import AccountPart, Building
from policyeval.entities.policies import full_aws_access, rcp_full_aws_access
from policyeval.entities.reading import Spot
from policyeval.entities.schema import OrganizationModel, UnitModel
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, PolicyLevels
from policyeval.syntax import tree

Level = tuple[NamedPolicy, ...]


def build_accounts(
    building: Building, organization: tuple[OrganizationModel, Spot] | None, parts: dict[str, list[AccountPart]]
) -> None:
    """Make the account records: of the accounts in the tree, and of those described."""
    places: dict[str, AccountRecord] = {}
    manager = None
    if organization is not None:
        model, spot = organization
        above = AccountRecord("", organization_id=model.id, organization_path=f"{model.id}/")
        root = _unit(building, model.root, spot.at("root"), above)
        places = dict(_members(building, model.root, spot.at("root"), root))
        manager = model.management_account
        if manager is not None:
            # It is a member of its own organization also where the tree leaves it out; nothing binds it anyway.
            places.setdefault(manager, root)
    for account in dict.fromkeys([*places, *parts]):
        described = parts.get(account, [])
        record = places.get(account, AccountRecord(account))
        building.parts.accounts[account] = replace(
            record,
            id=account,
            partition=described[0].partition if described else building.usual_partition,
            is_management_account=account == manager,
            service_control_policies=_with_scps(building, record, described),
            resource_control_policies=_with_rcps(building, record, described),
        )


def _unit(building: Building, unit: UnitModel, spot: Spot, parent: AccountRecord) -> AccountRecord:
    """Give what a unit puts on each account that is right in it: its place in the tree, and the policies down to it."""
    building.claim(("unit", unit.id), f"organizational unit `{unit.id}`", spot.at("id"))
    scps = _scps(building, unit.service_control_policies, unit.id, spot)
    rcps = _rcps(building, unit.resource_control_policies, unit.id, spot)
    return replace(
        parent,
        organization_path=f"{parent.organization_path}{unit.id}/",
        service_control_policies=(*parent.service_control_policies, scps or (full_aws_access(),)),
        resource_control_policies=(*parent.resource_control_policies, (rcp_full_aws_access(), *rcps)),
    )


def _members(
    building: Building, unit: UnitModel, spot: Spot, here: AccountRecord
) -> Iterator[tuple[str, AccountRecord]]:
    """Give the accounts of a unit, and those further down, each with the record of the unit that it is right in."""
    for index, account in enumerate(unit.accounts):
        if building.claim(("member", account), f"account `{account}` in the organization", spot.at("accounts", index)):
            yield account, here
    for index, child in enumerate(unit.units):
        where = spot.at("units", index)
        yield from _members(building, child, where, _unit(building, child, where, here))


def _scps(building: Building, nodes: tuple[tree.Node, ...], owner: str, spot: Spot) -> Level:
    name = f"service control policy {{}} of {owner}"
    return building.policies(nodes, PolicyType.SCP, name, spot.at("service_control_policies"))


def _rcps(building: Building, nodes: tuple[tree.Node, ...], owner: str, spot: Spot) -> Level:
    name = f"resource control policy {{}} of {owner}"
    written = building.policies(nodes, PolicyType.RCP, name, spot.at("resource_control_policies"))
    always = rcp_full_aws_access().policy
    return tuple(policy for policy in written if policy.policy != always)


def _with_scps(building: Building, record: AccountRecord, described: list[AccountPart]) -> PolicyLevels:
    written = tuple(
        policy
        for part in described
        for policy in _scps(building, part.model.service_control_policies, f"account {part.model.id}", part.spot)
    )
    if not written and record.organization_id is None:
        return ()
    return (*record.service_control_policies, written or (full_aws_access(),))


def _with_rcps(building: Building, record: AccountRecord, described: list[AccountPart]) -> PolicyLevels:
    written = tuple(
        policy
        for part in described
        for policy in _rcps(building, part.model.resource_control_policies, f"account {part.model.id}", part.spot)
    )
    if not written and record.organization_id is None:
        return ()
    return (*record.resource_control_policies, (rcp_full_aws_access(), *written))
