"""What belongs where a cursor is, by the names on the way to it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.editor.walk import Role, depth_of_statement

if TYPE_CHECKING:
    from policyeval.lint.editor.walk import Spot, Strings


class Slot(Enum):
    """What stands at a place of a policy."""

    POLICY_ELEMENT = "an element of a policy"
    VERSION = "a version"
    ELEMENT = "an element of a statement"
    EFFECT = "an effect"
    ACTION = "an action"
    PRINCIPAL_KIND = "a kind of principal"
    OPERATOR = "an operator of a condition"
    CONDITION_KEY = "a condition key"
    CONDITION_VALUE = "what a condition key is compared with"


class Placed(NamedTuple):
    """A slot, the statement it is in, and the names above it in the statement (`Condition`, the operator, the key)."""

    slot: Slot
    statement: Strings
    path: tuple[str, ...] = ()


_EFFECTS: Final = (["Allow"], ["Deny"])
_ACTIONS: Final = frozenset({"Action", "NotAction"})
_PRINCIPALS: Final = frozenset({"Principal", "NotPrincipal"})
# In entities files, templates and what the AWS CLI prints, under these names stands a policy.
_HOLDERS: Final = frozenset(
    {
        "AssumeRolePolicyDocument",
        "KeyPolicy",
        "PolicyDocument",
        "document",
        "permissions_boundary",
        "policy",
        "trust_policy",
    }
)


def place(spot: Spot) -> Placed | None:
    """Tell what belongs where a cursor is; None where nothing of a policy does."""
    depth = depth_of_statement(spot.path)
    if depth is None:
        depth = _depth_of_part(spot)
    if depth is None:
        slot = _in_policy(spot)
        return Placed(slot, {}) if slot is not None else None
    path = spot.path[depth:]
    statement = spot.objects[depth] if len(spot.objects) > depth else {}
    slot = None
    if spot.role is not Role.KEY:
        slot = _value(path)
    if spot.role is not Role.VALUE and slot is None:
        slot = _key(path)
    return Placed(slot, statement, path) if slot is not None else None


def _depth_of_part(spot: Spot) -> int | None:
    """Tell how deep a statement outside of a policy is around the cursor: by the effect that it has so far."""
    depths = range(len(spot.objects) - 1, -1, -1)
    return next((depth for depth in depths if spot.objects[depth].get("Effect") in _EFFECTS), None)


def _value(path: tuple[str, ...]) -> Slot | None:
    match path:
        case ("Effect",):
            return Slot.EFFECT
        case (name,) if name in _ACTIONS:
            return Slot.ACTION
        case ("Condition", _, _):
            return Slot.CONDITION_VALUE
    return None


def _key(path: tuple[str, ...]) -> Slot | None:
    match path:
        case ():
            return Slot.ELEMENT
        case ("Condition",):
            return Slot.OPERATOR
        case ("Condition", _):
            return Slot.CONDITION_KEY
        case (name,) if name in _PRINCIPALS:
            return Slot.PRINCIPAL_KIND
    return None


def _in_policy(spot: Spot) -> Slot | None:
    siblings = spot.objects[-1].keys() if spot.objects else frozenset[str]()
    if spot.role is Role.VALUE and spot.path[-1:] == ("Version",) and (len(spot.path) == 1 or "Statement" in siblings):
        return Slot.VERSION
    if spot.role is Role.VALUE:
        return None
    # Any JSON file may be open: names of policies are offered where one is, or nothing is yet.
    begun = spot.role is Role.KEY and not siblings.isdisjoint({"Version", "Statement"})
    blank = not spot.path and not siblings - {spot.word}
    held = bool(spot.path) and spot.path[-1] in _HOLDERS
    return Slot.POLICY_ELEMENT if begun or blank or held else None
