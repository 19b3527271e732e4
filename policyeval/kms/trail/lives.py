"""The lives of the keys that a trail tells of: when each was created, rotated and ended (docs/trail.md).

What the store could not keep is taken back, and rotations that are told again count once.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any

__all__ = ["Life", "Lives"]

# How many changes may come between a record and the one that takes it back: they follow soon (docs/trail.md).
_RECENT = 1024
_CREATED = {"CreateKey": "keyMetadata", "ReplicateKey": "replicaKeyMetadata"}


class Life:
    """What the records say of one key; `rotations` by what tells each from the others, for some are told again."""

    __slots__ = ("account", "end", "manager", "rotations", "start")

    def __init__(self, account: str, manager: str, start: datetime) -> None:
        self.account = account
        self.manager = manager
        self.start = start
        self.end: datetime | None = None
        self.rotations: Mapping[str, datetime] = {}

    def rotate(self, name: str, at: datetime) -> None:
        """Note a rotation; what was noted under its name before did not come to be."""
        self.rotations = {**self.rotations, name: at}


class Lives:
    """Keys, by their ARNs, as records tell of them in the order of the trail."""

    def __init__(self) -> None:
        self._keys: dict[str, Life] = {}
        self._gone: list[tuple[str, Life]] = []
        self._changed: dict[str, dict[str, Life | None]] = {}  # by request: the keys before it

    def all(self) -> list[tuple[str, Life]]:
        """Give every key's ARN and life, by ARN and start; a replica that was made anew is there twice."""
        return sorted([*self._gone, *self._keys.items()], key=lambda named: (named[0], named[1].start))

    def note(self, record: Mapping[str, Any], name: str, at: datetime) -> None:
        """Note what a record of something that was done tells of keys; `name` is the event's."""
        if not record["readOnly"] and record["eventType"] == "AwsApiCall":
            self._remember(record, name)
        facts = record["additionalEventData"]["keys"]
        for resource, fact in zip(record["resources"], facts, strict=True):
            if resource["ARN"] not in self._keys:
                self._keys[resource["ARN"]] = Life(resource["accountId"], fact["manager"], at)
        if name in _CREATED:
            born = record["responseElements"][_CREATED[name]]
            self._keys.setdefault(born["arn"], Life(born["AWSAccountId"], born.get("keyManager", "CUSTOMER"), at))
        elif record["resources"]:
            self._change(record, name, at, record["resources"][0]["ARN"])

    def take_back(self, request: str) -> bool:
        """Undo what the trail told of a change before the store failed; tell whether it told of one."""
        before = self._changed.pop(request, None)
        for arn, life in (before or {}).items():
            if life is None:
                self._keys.pop(arn, None)
            else:
                self._keys[arn] = life
        return before is not None

    def _change(self, record: Mapping[str, Any], name: str, at: datetime, arn: str) -> None:
        life = self._keys[arn]
        if name == "ScheduleKeyDeletion":
            life.end = at
        elif name == "CancelKeyDeletion":
            life.end = None  # AWS charges as though it was never scheduled
        elif name == "DeleteKey":
            life.end = life.end or at
            self._gone.append((arn, self._keys.pop(arn)))  # a replica that is made anew has the same ARN
        elif name == "RotateKeyOnDemand":
            for member in self._with_replicas(arn):
                self._keys[member].rotate(record["requestID"], at)
        elif name == "RotateKey" and record["serviceEventDetails"].get("rotationType") != "ON_DEMAND":
            # What the store could not keep is done again, from the same material.
            life.rotate(record["serviceEventDetails"].get("previousKeyMaterialId"), at)

    def _with_replicas(self, arn: str) -> list[str]:
        """Name a key, and those of the multi-Region set that it is of: they share their material (KMS 22)."""
        if ":key/mrk-" not in arn:
            return [arn]
        account_and_key = arn.split(":", 4)[4]
        return [other for other in self._keys if other.split(":", 4)[4] == account_and_key]

    def _remember(self, record: Mapping[str, Any], name: str) -> None:
        """Keep what is known of the keys that a request changes: it may be taken back."""
        arns = [str(resource["ARN"]) for resource in record["resources"]]
        if name in _CREATED:
            arns.append(record["responseElements"][_CREATED[name]]["arn"])
        elif name == "RotateKeyOnDemand":
            arns += self._with_replicas(arns[0])
        self._changed[record["requestID"]] = {arn: copy(self._keys.get(arn)) for arn in arns}
        if len(self._changed) > _RECENT:
            del self._changed[next(iter(self._changed))]
