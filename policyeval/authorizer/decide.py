"""The decision: every layer's answer combined, as AWS combines them (S1–S9, K1–K3, G1–G5).

An explicit deny anywhere ends it. Then every layer that only restricts must allow, the resource's
side must let the caller in where it has to, and the caller's own half must allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from policyeval.authorizer.case import Case
from policyeval.authorizer.grants import MatchedGrant
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.layers import BoundStatement
from policyeval.evaluator.principals import Door
from policyeval.model.decision import Layer, Reason

Determining: TypeAlias = Sequence[BoundStatement | MatchedGrant]
Statements: TypeAlias = Sequence[BoundStatement]


class Outcome(NamedTuple):
    """What was decided, by which layer or rule, on which statements."""

    reason: Reason
    layer: Layer | None = None
    rule: str | None = None
    determining: Determining = ()


def decide(case: Case) -> Outcome:
    """Decide one request."""
    if case.crosses_partitions:
        return Outcome("implicit_deny", None, "S6", ())
    denied = explicit_denies(case)
    if denied:
        return Outcome("explicit_deny", denied[0].layer, None, denied)
    if case.cross_account and not case.action.crosses_accounts:
        return Outcome("implicit_deny", None, "K3", ())
    restricted = _restriction(case)
    if restricted is not None:
        return Outcome("implicit_deny", restricted, None, ())
    if case.retirable is not None:
        return _retire(case, case.retirable)
    door, opening = _open(case)
    if case.caller.caller_type != "AWS":
        return _without_account(case, opening)
    return _both_halves(case, door, opening)


def explicit_denies(case: Case) -> list[BoundStatement]:
    """Collect every Deny that matches, in the order of the layers."""
    context = case.context
    denied: list[BoundStatement] = []
    for statements in _deny_statements(case):
        for statement in statements:
            if statement.matches(context):
                denied.append(statement)  # noqa: PERF401 - a comprehension is a call more, on the hot path
    return denied


def _deny_statements(case: Case) -> Sequence[Statements]:
    """Give the Deny statements to ask, layer by layer."""
    own, theirs, folded = case.own, case.theirs, case.action.folded
    rcp_denies = () if case.caller.service_linked else theirs.rcp_denies
    if case.endpoint is None and case.session is None:
        return rcp_denies, own.scp_denies, theirs.denies, own.denies
    endpoint = case.endpoint.candidates(folded)[0] if case.endpoint is not None else ()
    session = case.session.candidates(folded)[0] if case.session is not None else ()
    return rcp_denies, own.scp_denies, endpoint, theirs.denies, own.denies, session


def _restriction(case: Case) -> Layer | None:
    """Find the first layer that must allow every request and does not (S2–S4)."""
    context = case.context
    for allows in case.theirs.rcp_asked:
        if not (case.caller.service_linked or _any_matches(allows, context)):
            return Layer.RCP
    for allows in case.own.scp_asked:
        if not _any_matches(allows, context):
            return Layer.SCP
    if case.endpoint is not None and not _any_matches(case.endpoint.candidates(case.action.folded)[1], context):
        return Layer.ENDPOINT
    return None


def _any_matches(allows: Statements, context: EvaluationContext) -> bool:
    return any(statement.matches(context) for statement in allows)


def _open(case: Case) -> tuple[Door, list[tuple[Door, BoundStatement]]]:
    """Find the Allow statements of the resource's policy that match, and the widest door they open (S8)."""
    context = case.context
    widest = Door.NONE
    opening: list[tuple[Door, BoundStatement]] = []
    for statement in case.theirs.allows:
        door = statement.names(context) if statement.names is not None else Door.NONE
        if door and statement.test(context):
            opening.append((door, statement))
            widest = max(widest, door)
    return widest, opening


def _without_account(case: Case, opening: Sequence[tuple[Door, BoundStatement]]) -> Outcome:
    """Decide for callers without a principal's half: services, identity providers, anonymous (S6)."""
    if opening:
        return Outcome("allowed", case.theirs.layer, None, [statement for _, statement in opening])
    if case.grants:
        return Outcome("allowed", Layer.GRANT, None, case.grants)
    return Outcome("implicit_deny", case.theirs.layer)


class _Limits(NamedTuple):
    """Whether boundary and session policy let the request through; one that is not there does (S7)."""

    boundary: bool
    session: bool


def _limits(case: Case) -> _Limits:
    context = case.context
    boundary = case.own.boundary_allows
    session = case.session
    return _Limits(
        boundary is None or _any_matches(boundary, context),
        session is None or _any_matches(session.candidates(case.action.folded)[1], context),
    )


_UNLIMITED = _Limits(boundary=True, session=True)


def _both_halves(case: Case, door: Door, opening: list[tuple[Door, BoundStatement]]) -> Outcome:
    """Decide for callers that belong to an account: their half and the resource's half."""
    context, caller = case.context, case.caller
    own = []
    for statement in case.own.allows:
        if statement.test(context):
            own.append(statement)  # noqa: PERF401 - a comprehension is a call more, on the hot path
    has_permission = bool(own) or caller.has_everything
    limits = _limits(case) if caller.has_boundary or case.session is not None else _UNLIMITED
    within = limits.boundary and limits.session
    needs_resource_side = case.cross_account or case.theirs.needs_own_policy

    # A permission given directly needs no identity policy; across accounts only a grant gives it (K2).
    named = door >= Door.LIMITED and not case.cross_account and (within or door is Door.DIRECT)
    granted = bool(case.grants) and any(_suffices(grant.door, case, within=within) for grant in case.grants)
    delegated = has_permission and within and (not needs_resource_side or _delegates(case, door, opening))
    if named or granted or delegated:
        return _allowed(case, opening, own, within=within, delegated=delegated)
    if needs_resource_side and not (door or case.grants):
        return Outcome("implicit_deny", case.theirs.layer)
    directly = (door >= Door.LIMITED and not case.cross_account) or _names_caller(case.grants)
    if not has_permission and not directly:
        return Outcome("implicit_deny", Layer.IDENTITY)
    return Outcome("implicit_deny", Layer.SESSION if limits.boundary else Layer.BOUNDARY)


def _suffices(door: Door, case: Case, *, within: bool) -> bool:
    """Tell whether being named so is enough by itself.

    A role's permission is limited by boundary and session (S8); across accounts everybody's is (S6, G2).
    """
    if within:
        return door >= Door.LIMITED
    return door is Door.DIRECT and not case.cross_account


def _names_caller(grants: Sequence[MatchedGrant]) -> bool:
    return any(grant.door >= Door.LIMITED for grant in grants)


def _delegates(case: Case, door: Door, opening: Sequence[tuple[Door, BoundStatement]]) -> bool:
    """Tell whether the resource's side leaves the decision to the account's own policies (K1, S10)."""
    if case.cross_account:
        return bool(door or case.grants)
    return any(each is Door.ACCOUNT for each, _ in opening) or any(g.door is Door.ACCOUNT for g in case.grants)


def _allowed(
    case: Case,
    opening: Sequence[tuple[Door, BoundStatement]],
    own: Sequence[BoundStatement],
    *,
    within: bool,
    delegated: bool,
) -> Outcome:
    """Name the layer that allowed, and every statement on a complete way to the permission."""
    needs_resource_side = case.cross_account or case.theirs.needs_own_policy
    halves = delegated and needs_resource_side
    named: list[BoundStatement] = []
    granted: list[MatchedGrant] = []
    if not case.cross_account:
        named = [statement for door, statement in opening if _suffices(door, case, within=within)]
    if case.grants:
        granted = [grant for grant in case.grants if _suffices(grant.door, case, within=within)]
    statements: list[BoundStatement | MatchedGrant]
    statements = [statement for _, statement in opening] if halves else [*named]
    statements += case.grants if halves else granted
    if delegated:
        statements += own
    if case.caller.has_everything:
        if not needs_resource_side:
            return Outcome("allowed", None, "S9", statements)
        layer = case.theirs.layer if opening else Layer.GRANT
    elif named:
        layer = case.theirs.layer
    else:
        layer = Layer.GRANT if granted else Layer.IDENTITY
    return Outcome("allowed", layer, None, statements)


def _retire(case: Case, retirable: Sequence[MatchedGrant]) -> Outcome:
    """Decide RetireGrant: the right lies in the grant, IAM policies only pass it on (G5)."""
    limits = _limits(case)
    within = limits.boundary and limits.session
    rightful = [grant for grant in retirable if _suffices(grant.door, case, within=within)]
    if rightful:
        return Outcome("allowed", Layer.GRANT, None, rightful)
    if not retirable:
        return Outcome("implicit_deny", None, "G5")
    own = [s for s in case.own.allows if s.test(case.context)]
    if own and within:
        return Outcome("allowed", Layer.IDENTITY, None, [*retirable, *own])
    if not own and not _names_caller(retirable):
        return Outcome("implicit_deny", Layer.IDENTITY)
    return Outcome("implicit_deny", Layer.SESSION if limits.boundary else Layer.BOUNDARY)
