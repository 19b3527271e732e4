"""What a builder collects and hands to `Entities`, and the helpers that all builders share."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from policyeval.entities.changes import Changes
from policyeval.entities.policies import PolicyReader
from policyeval.entities.reading import Document, Spot
from policyeval.entities.schema import AccountModel, EntitiesModel
from policyeval.entities.values import AccessKey, KeyGrants
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, EndpointRecord, PrincipalRecord, ResourceRecord
from policyeval.syntax import tree


@dataclass(slots=True)
class Parts:
    """Everything described, by the names it is asked by."""

    accounts: dict[str, AccountRecord] = field(default_factory=dict)
    principals: dict[str, PrincipalRecord] = field(default_factory=dict)
    users: dict[tuple[str, str], PrincipalRecord] = field(default_factory=dict)
    roles: dict[tuple[str, str], PrincipalRecord] = field(default_factory=dict)
    resources: dict[str, ResourceRecord] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    grants: dict[str, KeyGrants] = field(default_factory=dict)
    endpoints: dict[str, EndpointRecord] = field(default_factory=dict)
    managed: dict[str, NamedPolicy] = field(default_factory=dict)
    access_keys: dict[str, AccessKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountPart:
    """One file's description of an account; a file that adds to another may describe it further."""

    model: AccountModel
    spot: Spot
    partition: str


class Building:
    """One run: the faults so far, the policies read, the names taken."""

    def __init__(self, reader: PolicyReader, chain: Iterable[Document[EntitiesModel]] = ()) -> None:
        self.parts = Parts()
        self.reader = reader
        self.faults = reader.faults
        self.usual_partition = "aws"
        self._taken: dict[Hashable, Spot] = {}
        self.changes = Changes(chain, self.faults, self.claim)

    def claim(self, name: Hashable, what: str, spot: Spot) -> bool:
        """Take a name; when it is taken, note a fault that tells by whom and give False."""
        first = self._taken.setdefault(name, spot)
        if first is spot:
            return True
        self.faults.append(spot.fault(f"{what} is described twice", f"first at {first.place()}"))
        return False

    def attached(
        self, nodes: Iterable[tuple[tree.Node, Spot]], kind: PolicyType, name: str, account: str | None = None
    ) -> tuple[NamedPolicy, ...]:
        """Read policies, each with where it stands; `name` has a `{}` for the number of one without a name of its own.

        `account` is the one whose managed policies they may name, None where any account's will do.
        """
        before, _, after = name.partition("{}")  # what comes after may have braces of its own
        found = (
            self.reader.attached(node, kind, f"{before}{index}{after}", spot, account)
            for index, (node, spot) in enumerate(nodes, 1)
        )
        return tuple(policy for policy in found if policy is not None)
