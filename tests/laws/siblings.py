"""Requests that share caller, action and resource, and so a plan, and differ in whatever else a request says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

from policyeval import Authorizer, Decision, RequestError
from policyeval.model.records import ResourceRecord
from policyeval.model.request import Request
from tests.differential.asking import NOON, context
from tests.differential.dice import Dice, SeededDice, chance, pick
from tests.differential.worlds import generate
from tests.reference.world import World

# Enough for a plan to be made and used.
TIMES = 4
WORLDS = 100
_NAMES = ("tenant", "Stage", "stage", "TENANT", "Tenant", "document")
_VALUES = ("blue", "red", "Blue", "prod", "dev", "")
# What could contradict what is derived, what is not carried, what is of the wrong type, what has several values.
_ODD: dict[str, tuple[object, ...]] = {
    "kms:EncryptionContext:tenant": ("blue", "red"),
    "kms:EncryptionContextKeys": (["tenant"], ["tenant", "Stage"]),
    "kms:ViaService": ("s3.us-east-1.amazonaws.com",),
    "kms:CallerAccount": ("111122223333",),
    "aws:PrincipalTag/team": ("blue", "red"),
    "aws:PrincipalOrgID": ("o-a1b2c3d4e5",),
    "aws:ResourceTag/team": ("blue",),
    "aws:SourceIp": ("10.0.0.1", "no address", "2001:db8::1", 7),
    "AWS:sourceip": ("10.0.0.2",),
    "aws:SecureTransport": (True, "TRUE", "perhaps"),
    "aws:CurrentTime": ("2026-03-01T12:00:00Z", "noon"),
    "aws:RequestedRegion": ("us-east-1", "eu-west-1", ""),
    "aws:TagKeys": (["team"], "team", []),
    "kms:EncryptionAlgorithm": ("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256"),
    "kms:GrantOperations": (["Decrypt"], ["Encrypt", "CreateGrant"], "Decrypt"),
    "app:level": (3, "seven", (1, 2)),
}


def families(law: int) -> Iterator[tuple[str, World, list[Request]]]:
    """Give many worlds, each with some families of requests; each law its own."""
    for seed in range(law * 1_000_000, law * 1_000_000 + WORLDS):
        made = generate(SeededDice(seed))
        dice = SeededDice(seed + 1)
        asked = [request.replace(session=None, vpc_endpoint=None) for request in made.requests[:2]]
        asked.append(made.requests[0])
        yield f"seed {seed}", made.world, [one for request in asked for one in _siblings(dice, made.world, request)]


def _siblings(dice: Dice, world: World, request: Request) -> list[Request]:
    resource = next((one for one in world.resources if one.arn == request.resource), None)
    return [request, *(_sibling(dice, request, resource) for _ in range(4))]


def _sibling(dice: Dice, request: Request, resource: ResourceRecord | None) -> Request:
    given = context(dice, request.action.lower(), resource, signed=False)
    given |= {key: pick(dice, list(values)) for key, values in _ODD.items() if chance(dice, 4)}  # type: ignore[misc]
    pairs = {name: pick(dice, list(_VALUES)) for name in _NAMES if chance(dice, 30)}
    sibling = request.replace(
        context=given if chance(dice, 80) else None,
        encryption_context=pairs if request.encryption_context is not None or chance(dice, 10) else None,
        at=NOON + timedelta(minutes=dice.below(3) * 30),
    )
    if chance(dice, 10):
        sibling = sibling.replace(via_service="s3.us-east-1.amazonaws.com")
    return sibling


def said(authorizer: Authorizer, request: Request) -> str:
    """Everything an authorizer says of a request, faults included."""
    return told(lambda: authorizer.authorize(request))


def told(decide: Callable[[], Decision]) -> str:
    """Everything that is said when something is decided, faults included."""
    try:
        return json.dumps(decide().to_json())
    except RequestError as error:
        return f"{type(error).__name__}: {error}"
