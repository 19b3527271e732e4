"""The organization's tree, and what it puts on each account: a path, and policies level by level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policyeval.entities.changes import Change, listed
from policyeval.entities.parts import AccountPart, Building
from policyeval.entities.policies import full_aws_access, rcp_full_aws_access
from policyeval.entities.reading import Spot
from policyeval.entities.schema import AccountModel, OrganizationModel, UnitModel
from policyeval.model.policy import PolicyType
from policyeval.model.records import AccountRecord, PolicyLevels
from policyeval.syntax import tree

Described = Sequence[tuple[UnitModel | AccountModel, Spot]]


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
        models: Described = [(part.model, part.spot) for part in described]
        record = replace(
            places.get(account, AccountRecord(account)),
            id=account,
            partition=described[0].partition if described else building.usual_partition,
            is_management_account=account == manager,
        )
        change = building.changes.of("account", account)
        building.parts.accounts[account] = _with_policies(building, record, models, f"account {account}", change)


def _unit(building: Building, unit: UnitModel, spot: Spot, parent: AccountRecord) -> AccountRecord:
    """Give what a unit puts on each account directly in it: its place in the tree, and the policies down to it."""
    building.claim(("unit", unit.id), f"organizational unit `{unit.id}`", spot.at("id"))
    here = replace(parent, organization_path=f"{parent.organization_path}{unit.id}/")
    return _with_policies(building, here, [(unit, spot)], unit.id, building.changes.of("unit", unit.id))


def _members(
    building: Building, unit: UnitModel, spot: Spot, here: AccountRecord
) -> Iterator[tuple[str, AccountRecord]]:
    """Give the accounts of a unit, and those further down, each with the record of the unit that it is directly in."""
    for index, account in enumerate(unit.accounts):
        if building.claim(("member", account), f"account `{account}` in the organization", spot.at("accounts", index)):
            yield account, here
    for index, child in enumerate(unit.units):
        where = spot.at("units", index)
        yield from _members(building, child, where, _unit(building, child, where, here))


def _with_policies(
    building: Building, record: AccountRecord, described: Described, owner: str, change: Change
) -> AccountRecord:
    """Add to the levels above what is attached to a unit or an account."""
    return replace(
        record,
        service_control_policies=_scps(building, record, described, owner, change),
        resource_control_policies=_rcps(building, record, described, owner, change),
    )


def _scps(building: Building, record: AccountRecord, described: Described, owner: str, change: Change) -> PolicyLevels:
    name, field = f"service control policy {{}} of {owner}", "service_control_policies"
    held, added = change.many(field, _listed(described, field))
    if record.organization_id is None and not (held or added):
        return ()
    written = building.attached([*held, *added], PolicyType.SCP, name)
    # AWS attaches FullAWSAccess where nothing else is; who attaches one more leaves it there.
    return (*record.service_control_policies, written if held else (full_aws_access(), *written))


def _rcps(building: Building, record: AccountRecord, described: Described, owner: str, change: Change) -> PolicyLevels:
    name, field = f"resource control policy {{}} of {owner}", "resource_control_policies"
    held, added = change.many(field, _listed(described, field))
    always = rcp_full_aws_access()
    written = building.attached([*held, *added], PolicyType.RCP, name)
    others = [policy for policy in written if policy.policy != always.policy]
    if record.organization_id is None and not others:
        return ()
    return (*record.resource_control_policies, (always, *others))


def _listed(described: Described, field: str) -> list[tuple[tree.Node, Spot]]:
    return [each for model, spot in described for each in listed(getattr(model, field), spot.at(field))]
