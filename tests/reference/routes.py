"""The ways in: which policies together suffice, and what each way lacks (S5-S9, K1, K2, G1-G5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from policyeval.model.decision import Layer
from tests.reference.callers import Caller, Way

# S8: what names one of these is limited by no implicit deny; a role (and a federated session's user) is
_FREE: set[Way] = {"everyone", "user", "session", "service", "provider"}
_LACK_ORDER = [Layer.RESOURCE, Layer.TRUST, Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION]


class Route(NamedTuple):
    """A way in: the layer that gives it, and the layers that do not agree, in reporting order."""

    layer: Layer
    lacks: list[Layer]


@dataclass(frozen=True)
class Sides:
    """What the layers said of one request, as far as an allow depends on it."""

    caller: Caller
    elsewhere: bool
    resource_layer: Layer
    named: set[Way] = field(default_factory=set)
    identity: bool = False
    boundary: bool = True
    session: bool = True

    def limits(self) -> list[Layer]:
        """S7: what of boundary and session policy does not agree."""
        return [Layer.BOUNDARY] * (not self.boundary) + [Layer.SESSION] * (not self.session)

    def own_half(self) -> list[Layer]:
        """What the principal's own account does not agree to; its root user agrees to all (S6)."""
        if self.caller.kind == "root":
            return []
        return [Layer.IDENTITY] * (not self.identity) + self.limits()

    def resource(self, *, lets_in: bool) -> list[Layer]:
        return [] if lets_in else [self.resource_layer]


def furthest(routes: list[Route]) -> Route:
    """Choose the way that came furthest: what it lacks is what the caller really lacks."""
    return max(routes, key=lambda route: _LACK_ORDER.index(route.lacks[0]))


def routes_to_ordinary(sides: Sides) -> list[Route]:
    """S5-S8: in one account resource or identity policy, across accounts both."""
    if not sides.caller.has_half:
        return [Route(sides.resource_layer, sides.resource(lets_in=bool(sides.named)))]
    if sides.elsewhere:
        return [_across(sides)]
    return [*_direct(sides), Route(Layer.IDENTITY, sides.own_half())]


def routes_to_key_or_role(sides: Sides, granted: set[Way]) -> list[Route]:
    """S5, K1, K2, G1, G2: the key policy (or the trust policy) must let in, or a grant."""
    layer, caller = sides.resource_layer, sides.caller
    if not caller.has_half:
        by_grant = [Route(Layer.GRANT, [])] if granted & _FREE else []
        return [Route(layer, sides.resource(lets_in=bool(sides.named))), *by_grant]
    if sides.elsewhere:
        across, by_grant = _across(sides), _by_grant(sides, granted)
        return [across, *by_grant] if across.layer is layer else [*by_grant, across]
    if caller.kind == "root":
        lets_in = bool(sides.named & {"account", "everyone"})  # S9, K1
        return [Route(layer, sides.resource(lets_in=lets_in)), *_by_grant(sides, granted)]
    by = layer if caller.of_root else Layer.IDENTITY
    delegated = Route(by, sides.resource(lets_in="account" in sides.named) + sides.own_half())
    return [*_direct(sides), *_by_grant(sides, granted), delegated]


def routes_to_retire(sides: Sides, right: set[Way]) -> list[Route]:
    """G5: by the right that a grant gives; an account with the right delegates it."""
    return _by_grant(sides, right)


def _direct(sides: Sides) -> list[Route]:
    """S8: named by the resource's policy in one's own account."""
    layer = sides.resource_layer
    routes = [Route(layer, sides.resource(lets_in=bool(sides.named & _FREE)))]
    if "role" in sides.named:
        routes.append(Route(layer, sides.limits()))
    return routes


def _across(sides: Sides) -> Route:
    """S6, K2: both halves; another account's root user has only the resource's."""
    layer = sides.resource_layer if sides.caller.of_root else Layer.IDENTITY
    return Route(layer, sides.resource(lets_in=bool(sides.named)) + sides.own_half())


def _by_grant(sides: Sides, granted: set[Way]) -> list[Route]:
    """G1, G2: no identity policy is needed, but by an account's grant; limits as S8 says, across accounts always."""
    routes = []
    if granted & _FREE:
        routes.append(Route(Layer.GRANT, sides.limits() if sides.elsewhere else []))
    if "role" in granted:
        routes.append(Route(Layer.GRANT, sides.limits()))
    if "account" in granted:
        layer = Layer.GRANT if sides.caller.of_root else Layer.IDENTITY
        routes.append(Route(layer, sides.own_half()))
    return routes
