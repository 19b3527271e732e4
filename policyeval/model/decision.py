"""The parts of a decision that are plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from policyeval.model.source import NOWHERE, Place, escaped


class Layer(StrEnum):
    """Where a statement comes from, in the order in which failures are reported."""

    RCP = "resource_control_policy"
    SCP = "service_control_policy"
    ENDPOINT = "vpc_endpoint_policy"
    RESOURCE = "resource_policy"
    TRUST = "role_trust_policy"
    GRANT = "grant"
    IDENTITY = "identity_policy"
    BOUNDARY = "permissions_boundary"
    SESSION = "session_policy"


Reason = Literal["allowed", "explicit_deny", "implicit_deny"]
Verdict = Literal["allow", "explicit_deny", "implicit_deny", "not_applicable"]


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement (or a grant) by layer, policy, Sid or index, and place; the index counts from 0."""

    layer: Layer
    policy: str | None
    sid: str | None = None
    index: int | None = None
    grant_id: str | None = None
    place: Place = NOWHERE

    @property
    def file(self) -> str | None:
        """The file it stands in."""
        return self.place.file

    @property
    def line(self) -> int | None:
        """Its 1-based line."""
        return self.place.line

    @property
    def column(self) -> int | None:
        """Its 1-based column."""
        return self.place.column

    def __str__(self) -> str:
        """Write it for a person: name, policy, place."""
        if self.grant_id is not None:
            name = f"grant {self.grant_id}"
        else:
            name = f"`{self.sid}`" if self.sid else f"#{self.index}"
            name = f"statement {name} of {self.policy}" if self.policy else f"statement {name}"
        name = escaped(name)
        return f"{name} ({self.place})" if self.place.source is not None else name

    def to_json(self) -> dict[str, object]:
        """Give the fields of the contract."""
        return {
            "layer": str(self.layer),
            "policy": self.policy,
            "sid": self.sid,
            "index": self.index,
            "grant_id": self.grant_id,
            "file": self.file,
            "line": self.line,
            "column": self.column,
        }


@dataclass(frozen=True, slots=True)
class LayerVerdict:
    """What one layer said, and the statements it said it with."""

    layer: Layer
    verdict: Verdict
    statements: tuple[StatementRef, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Give the fields of the contract."""
        return {
            "layer": str(self.layer),
            "verdict": self.verdict,
            "statements": [statement.to_json() for statement in self.statements],
        }


class Access(NamedTuple):
    """One principal's access: certain, dependent on conditions, or none."""

    principal: str
    verdict: Literal["allow", "conditional", "deny"]
    conditions: tuple[str, ...] = ()
