"""A policy as values: what the language says, without what it means.

Equality and hash ignore places, so that equal texts are one policy wherever they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from policyeval.model.source import NOWHERE, Place

CURRENT_VERSION = "2012-10-17"
OLD_VERSION = "2008-10-17"

Effect = Literal["Allow", "Deny"]


class PolicyType(StrEnum):
    """Which kind of policy a document is; its elements and quotas depend on it."""

    IDENTITY = "identity"
    SESSION = "session"
    RESOURCE = "resource"
    KEY = "key"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc-endpoint"

    @property
    def names_principals(self) -> bool:
        """Whether its statements have a Principal element (the others may not have one)."""
        return self not in {PolicyType.IDENTITY, PolicyType.SESSION, PolicyType.SCP}


@dataclass(frozen=True, slots=True)
class Element:
    """The values of Action, Resource or their Not… forms, as written.

    `places` runs parallel to `values`.
    """

    values: tuple[str, ...]
    negated: bool = False
    places: tuple[Place, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class PrincipalValue:
    """One principal: `kind` is AWS, Service, Federated or CanonicalUser; `"*"` is AWS's."""

    kind: str
    value: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """The Principal or, negated, NotPrincipal element."""

    values: tuple[PrincipalValue, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator: `{operator: {key: values}}`.

    Values are text as written: `true` for a JSON boolean, the digits for a number.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    place: Place = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        """Write it on one line, as reports print it."""
        values = ", ".join(self.values) if len(self.values) == 1 else f"[{', '.join(self.values)}]"
        return f"{self.operator} {self.key} = {values}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. An element that is absent is None."""

    effect: Effect
    sid: str | None = None
    principal: PrincipalElement | None = None
    action: Element | None = None
    resource: Element | None = None
    conditions: tuple[Condition, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document. `version` is None when absent, which means 2008-10-17 (S22)."""

    statements: tuple[Statement, ...]
    version: str | None = None
    id: str | None = None
    place: Place = field(default=NOWHERE, compare=False)

    def to_document(self) -> dict[str, object]:
        """Give the policy as the JSON value that `parse_policy` makes it of."""
        document: dict[str, object] = {}
        if self.version is not None:
            document["Version"] = self.version
        if self.id is not None:
            document["Id"] = self.id
        document["Statement"] = [_statement_document(statement) for statement in self.statements]
        return document


def _statement_document(statement: Statement) -> dict[str, object]:
    document: dict[str, object] = {}
    if statement.sid is not None:
        document["Sid"] = statement.sid
    document["Effect"] = statement.effect
    if statement.principal is not None:
        name = "NotPrincipal" if statement.principal.negated else "Principal"
        document[name] = _principal_document(statement.principal)
    for name, element in (("Action", statement.action), ("Resource", statement.resource)):
        if element is not None:
            document[f"Not{name}" if element.negated else name] = _short(element.values)
    if statement.conditions:
        operators: dict[str, dict[str, str | list[str]]] = {}
        for condition in statement.conditions:
            operators.setdefault(condition.operator, {})[condition.key] = _short(condition.values)
        document["Condition"] = operators
    return document


def _principal_document(principal: PrincipalElement) -> dict[str, str | list[str]]:
    kinds: dict[str, list[str]] = {}
    for value in principal.values:
        kinds.setdefault(value.kind, []).append(value.value)
    return {kind: _short(values) for kind, values in kinds.items()}


def _short(values: Sequence[str]) -> str | list[str]:
    """Write a lone value without a list, as nearly everybody does."""
    return values[0] if len(values) == 1 else list(values)


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy under the name that decisions print: a policy name, an ARN or a file."""

    name: str
    policy: Policy
    arn: str | None = None
