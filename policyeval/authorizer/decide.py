"""The decision: every layer's answer combined, as AWS combines them (S1–S9, K1–K3, G1–G5).

An explicit deny anywhere ends it. Then every layer that only restricts must allow, the resource's
side must let the caller in where it has to, and the caller's own half must allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from policyeval.authorizer.actions import ASSUME_ROOT
from policyeval.authorizer.case import Case
from policyeval.authorizer.foregone import needs_no_permission, rule_against
from policyeval.authorizer.grants import MatchedGrant
from policyeval.evaluator.layers import BoundStatement, PolicyLayer
from policyeval.evaluator.principals import Door
from policyeval.model.decision import Layer, Reason

Determining: TypeAlias = Sequence[BoundStatement | MatchedGrant]
Statements: TypeAlias = Sequence[BoundStatement]
# A statement that matches, and the `Door` it opens.
Opening: TypeAlias = tuple[int, BoundStatement]


class Outcome(NamedTuple):
    """What was decided, by which layer or rule, on which statements."""

    reason: Reason
    layer: Layer | None = None
    rule: str | None = None
    determining: Determining = ()


def decide(case: Case) -> Outcome:  # noqa: PLR0911 - it reads like the page that explains it
    """Decide one request."""
    if case.crosses_partitions:
        return Outcome("implicit_deny", None, "S6")
    if needs_no_permission(case):
        return _without_permission(case)
    own, theirs = case.own, case.theirs
    if theirs.denies or own.denies or case.endpoint is not None or case.session is not None:
        denied = explicit_denies(case)
        if denied:
            return Outcome("explicit_deny", denied[0].layer, None, denied)
    rule = rule_against(case)
    if rule is not None:
        return Outcome("implicit_deny", None, rule)
    if own.scp_asked or theirs.rcp_asked or case.endpoint is not None:
        restricted = _restriction(case)
        if restricted is not None:
            return Outcome("implicit_deny", restricted)
    if case.retirable is not None:
        return _retire(case, case.retirable)
    opening = _matching(theirs.allows, case)
    if case.caller.caller_type != "AWS":
        return _without_account(case, opening)
    return _both_halves(case, opening)


def _without_permission(case: Case) -> Outcome:
    """Decide what needs no permission: the endpoint that the call comes through may still not let it pass (S4)."""
    denied = explicit_denies(case)
    if denied:
        return Outcome("explicit_deny", Layer.ENDPOINT, None, denied)
    if case.endpoint is not None and not _any_matches(case.endpoint.candidates(case.action.folded)[1], case):
        return Outcome("implicit_deny", Layer.ENDPOINT)
    return Outcome("allowed", None, "S35")


def _matching(statements: Statements, case: Case) -> list[Opening]:
    """Find the statements that match, each with how it names the caller (S8)."""
    # Loops rather than comprehensions, here and below: a comprehension is one more call.
    found = []
    for statement in statements:
        door = case.door(statement)
        if door:
            found.append((door, statement))
    return found


def _statements(openings: Sequence[Opening]) -> list[BoundStatement]:
    return [statement for _, statement in openings]


def explicit_denies(case: Case) -> list[BoundStatement]:
    """Collect every Deny that matches, in the order of the layers."""
    if needs_no_permission(case):
        return _denies_of(case, case.endpoint)
    denied: list[BoundStatement] = []
    bound = not case.caller.service_linked  # else RCPs do not bind it (S3)
    theirs = case.theirs.denies
    if case.spared:
        theirs = tuple(statement for statement in theirs if statement.layer is not Layer.RESOURCE)
    for statement in theirs:
        if (bound or statement.layer is not Layer.RCP) and case.door(statement):
            denied.append(statement)  # noqa: PERF401 - see `_matching`
    for statement in case.own.denies:
        if case.door(statement):
            denied.append(statement)  # noqa: PERF401 - see `_matching`
    denied += (*_denies_of(case, case.endpoint), *_denies_of(case, case.session))
    return sorted(denied, key=lambda statement: _ORDER[statement.layer])


def _denies_of(case: Case, layer: PolicyLayer | None) -> list[BoundStatement]:
    denies = layer.candidates(case.action.folded)[0] if layer is not None else ()
    return [statement for statement in denies if case.door(statement)]


_ORDER = {layer: number for number, layer in enumerate(Layer)}


def _restriction(case: Case) -> Layer | None:
    """Find the first layer that must allow every request and does not (S2–S4)."""
    for allows in case.theirs.rcp_asked:
        if not (case.caller.service_linked or _any_matches(allows, case)):
            return Layer.RCP
    for allows in case.own.scp_asked:
        if not _any_matches(allows, case):
            return Layer.SCP
    if case.endpoint is not None and not _any_matches(case.endpoint.candidates(case.action.folded)[1], case):
        return Layer.ENDPOINT
    return None


def _any_matches(allows: Statements, case: Case) -> bool:
    return any(case.door(statement) for statement in allows)


def _without_account(case: Case, opening: Sequence[Opening]) -> Outcome:
    """Decide for callers without a principal's half: services, identity providers, anonymous (S6)."""
    if opening:
        return Outcome("allowed", case.theirs.layer, None, _statements(opening))
    if case.grants:
        return Outcome("allowed", Layer.GRANT, None, case.grants)
    return Outcome("implicit_deny", case.theirs.layer)


def _limit(case: Case) -> Layer | None:
    """Find which of boundary and session policy does not let the request through; one that is not there does (S7)."""
    boundary, session = case.own.boundary_allows, case.session
    if boundary is not None and not _any_matches(boundary, case):
        return Layer.BOUNDARY
    if session is not None and not _any_matches(session.candidates(case.action.folded)[1], case):
        return Layer.SESSION
    return None


def _both_halves(case: Case, opening: Sequence[Opening]) -> Outcome:
    """Decide for callers that belong to an account: their half and the resource's half."""
    own = _matching(case.own.allows, case)
    has_permission = bool(own) or case.caller.has_everything
    limit = _limit(case)
    within = limit is None
    # A management account becomes its members' root users by its own policies alone.
    crosses = case.cross_account and case.action.folded != ASSUME_ROOT
    needs_resource_side = crosses or case.theirs.needs_own_policy

    # A permission given directly needs no identity policy; across accounts only a grant gives it (K2).
    named = [] if case.cross_account else _sufficient(opening, case, within=within)
    granted = [grant for grant in case.grants if _suffices(grant.door, case, within=within)]
    delegated = has_permission and within and (not needs_resource_side or _delegates(case, opening))
    if named or granted or delegated:
        layer, rule = _by(case, opening, named=named, granted=granted, delegated=delegated)
        if not delegated:
            return Outcome("allowed", layer, rule, [*_statements(named), *granted])
        theirs, grants = (opening, case.grants) if needs_resource_side else (named, granted)
        return Outcome("allowed", layer, rule, [*_statements(theirs), *grants, *_statements(own)])
    if needs_resource_side and not (opening or case.grants):
        return Outcome("implicit_deny", case.theirs.layer)
    if not has_permission and not _names_caller(case, opening):
        return Outcome("implicit_deny", Layer.IDENTITY)
    return Outcome("implicit_deny", limit)


def _by(
    case: Case,
    opening: Sequence[Opening],
    *,
    named: Sequence[Opening],
    granted: Sequence[MatchedGrant],
    delegated: bool,
) -> tuple[Layer | None, str | None]:
    """Name the layer, or the rule, that allowed."""
    if case.caller.has_everything and delegated:  # a session that a root user made may have less
        if not (case.cross_account or case.theirs.needs_own_policy):
            return None, "S9"
        return (case.theirs.layer if opening else Layer.GRANT), None
    if named:
        return case.theirs.layer, None
    return (Layer.GRANT if granted else Layer.IDENTITY), None


def _sufficient(opening: Sequence[Opening], case: Case, *, within: bool) -> list[Opening]:
    found = []
    for each in opening:
        if _suffices(each[0], case, within=within):
            found.append(each)  # noqa: PERF401 - see `_matching`
    return found


def _suffices(door: int, case: Case, *, within: bool) -> bool:
    """Tell whether being named so is enough by itself.

    A role's permission is limited by boundary and session (S8); across accounts everybody's is (S6, G2).
    """
    if within:
        return door >= Door.LIMITED
    return door == Door.DIRECT and not case.cross_account


def _names_caller(case: Case, opening: Sequence[Opening]) -> bool:
    """Tell whether the resource's side gives the permission itself, so that only limits can lack."""
    doors: list[int] = [grant.door for grant in case.grants]
    if not case.cross_account:
        doors += [door for door, _ in opening]
    return any(door >= Door.LIMITED for door in doors)


def _delegates(case: Case, opening: Sequence[Opening]) -> bool:
    """Tell whether the resource's side leaves the decision to the account's own policies (K1, S10)."""
    if case.cross_account:
        return bool(opening or case.grants)
    for door, _ in opening:
        if door == Door.ACCOUNT:
            return True
    return any(grant.door == Door.ACCOUNT for grant in case.grants)


def _retire(case: Case, retirable: Sequence[MatchedGrant]) -> Outcome:
    """Decide RetireGrant: the right lies in the grant, IAM policies only pass it on (G5)."""
    limit = _limit(case)
    within = limit is None
    rightful = [grant for grant in retirable if _suffices(grant.door, case, within=within)]
    if rightful:
        return Outcome("allowed", Layer.GRANT, None, rightful)
    if not retirable:
        return Outcome("implicit_deny", None, "G5")
    own = _statements(_matching(case.own.allows, case))
    has_permission = bool(own) or case.caller.has_everything
    if has_permission and within:
        return Outcome("allowed", Layer.IDENTITY, None, [*retirable, *own])
    if not has_permission and not any(grant.door >= Door.LIMITED for grant in retirable):
        return Outcome("implicit_deny", Layer.IDENTITY)
    return Outcome("implicit_deny", limit)
