"""Which partition an account is in: what it says, else what its keys and resources show, else where the others are."""

from __future__ import annotations

from policyeval.catalog.regions import PARTITIONS
from policyeval.entities.parts import AccountPart, Building
from policyeval.entities.reading import Spot
from policyeval.entities.schema import AccountModel
from policyeval.model.arn import split_arn

Described = dict[str, list[tuple[AccountModel, Spot]]]

_REGION_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)


def _partition_of(region: str) -> str:
    """Tell the partition of a Region."""
    return next((partition for prefix, partition in _REGION_PARTITIONS if region.startswith(prefix)), PARTITIONS[0])


def with_partitions(building: Building, described: Described) -> dict[str, list[AccountPart]]:
    """Find every account's partition, and note where one contradicts itself.

    An account that shows none is where all the others are: nothing reaches from one partition into another.
    """
    shown = {account: _shown(parts) for account, parts in described.items()}
    others = {signs[0][0] for signs in shown.values() if signs}
    usual = others.pop() if len(others) == 1 else PARTITIONS[0]
    building.usual_partition = usual
    found = {}
    for account, parts in described.items():
        partition = shown[account][0][0] if shown[account] else usual
        for other, spot in shown[account]:
            if other != partition:
                message = f"partition `{other}` does not go with the account, which is in `{partition}`"
                building.faults.append(spot.fault(message))
        found[account] = [AccountPart(model, spot, partition) for model, spot in parts]
    return found


def _shown(parts: list[tuple[AccountModel, Spot]]) -> list[tuple[str, Spot]]:
    """Gather the signs of a partition, the strongest first."""
    said = [(model.partition, spot.at("partition")) for model, spot in parts if model.partition is not None]
    return said + [sign for model, spot in parts for sign in _signs(model, spot)]


def _signs(model: AccountModel, spot: Spot) -> list[tuple[str, Spot]]:
    signs = [(_partition_of(key.region), spot.at("keys", index, "region")) for index, key in enumerate(model.keys)]
    for index, resource in enumerate(model.resources):
        fields = split_arn(resource.arn)
        if fields is not None:
            signs.append((fields.partition, spot.at("resources", index, "arn")))
    return signs
