"""Does one statement match one request? And what does a layer of policies say?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from policyeval.model.policy import Element, Policy, Statement
from tests.reference.callers import Caller, Way, readable, spared, ways
from tests.reference.conditions import Truth, both, either, holds, inverse
from tests.reference.text import Facts, action_matches, resource_matches, whole

PolicyKind = Literal["identity", "session", "resource", "key", "trust", "scp", "rcp", "endpoint"]
_NAMES_PRINCIPALS = {"resource", "key", "trust", "rcp", "endpoint"}


@dataclass(frozen=True)
class Asked:
    """One request, with everything about it that a statement can look at."""

    caller: Caller
    action: str
    resource: str
    facts: Facts


@dataclass
class Said:
    """What some policies say together: a deny, and the ways in which they allow."""

    denied: bool = False
    allowed: bool = False
    ways: set[Way] = field(default_factory=set)


def ask(policies: Iterable[Policy], kind: PolicyKind, asked: Asked) -> Said:
    """Ask every statement of every policy; order plays no part (S1)."""
    said = Said()
    for policy in policies:
        for statement in policy.statements:
            if not matches(statement, policy.version, kind, asked):
                continue
            if statement.effect == "Deny":
                said.denied = True
            else:
                said.allowed = True
                said.ways |= ways(statement.principal, asked.caller)
    return said


def matches(statement: Statement, version: str | None, kind: PolicyKind, asked: Asked) -> bool:
    """Tell whether a statement applies. What cannot be evaluated fails an Allow and makes a Deny match (S33)."""
    parts: list[Truth] = [
        _action(statement.action, asked),
        _resource(statement, version, kind, asked),
        _principal(statement, kind, asked.caller),
    ]
    parts += [holds(condition, version, asked.facts, in_key_policy=kind == "key") for condition in statement.conditions]
    truth = both(parts)
    return statement.effect == "Deny" if truth is None else truth


def _action(element: Element | None, asked: Asked) -> Truth:
    """S20; a statement without actions is inert."""
    if element is None:
        return False
    if not element.values:
        return None if element.negated else False
    found = any(action_matches(pattern, asked.action) for pattern in element.values)
    return found is not element.negated


def _resource(statement: Statement, version: str | None, kind: PolicyKind, asked: Asked) -> Truth:
    """S21-S23: an unresolved variable matches nothing, in NotResource it is unknown."""
    element = statement.resource
    if element is None:
        if kind == "resource":  # S23: what it is attached to; S3 has no such statement
            return None if asked.resource.split(":")[2] == "s3" or whole(asked.resource) != asked.resource else True
        return kind == "trust"  # S23, S35: a trust policy has no Resource
    if not element.values:
        return None if element.negated else False
    completes = kind == "identity"  # IAM's Resource page: an ARN that ends early, in identity policies
    found = either(
        resource_matches(pattern, version, asked.facts, asked.resource, completes=completes)
        for pattern in element.values
    )
    if element.negated:
        return inverse(found)
    return found is True


def _principal(statement: Statement, kind: PolicyKind, caller: Caller) -> Truth:
    """S10-S15; identity policies and SCPs speak of whom they are attached to."""
    if kind not in _NAMES_PRINCIPALS:
        return True
    element = statement.principal
    if element is None:
        return False
    if not element.negated:
        unread = not all(readable(value) for value in element.values)
        return True if ways(element, caller) else None if unread else False
    return statement.effect == "Deny" and not spared(element, caller)  # S13
