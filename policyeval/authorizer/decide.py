"""The decision: every layer's answer combined, as AWS combines them (S1–S9, K1–K3, G1–G5).

An explicit deny anywhere ends it. Then every layer that only restricts must allow, the resource's
side must let the caller in where it has to, and the caller's own half must allow.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from policyeval.authorizer.case import Case
from policyeval.authorizer.grants import MatchedGrant
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.layers import BoundStatement, LevelStack, PolicyLayer
from policyeval.evaluator.principals import Door
from policyeval.model.decision import Layer, Reason

Determining: TypeAlias = tuple[BoundStatement | MatchedGrant, ...]


class Outcome(NamedTuple):
    """What was decided, by which layer or rule, on which statements."""

    reason: Reason
    layer: Layer | None = None
    rule: str | None = None
    determining: Determining = ()


class _Opened(NamedTuple):
    """The resource policy's Allow statements that match, and the widest door among them."""

    door: Door
    statements: tuple[tuple[Door, BoundStatement], ...]


def decide(case: Case) -> Outcome:
    """Decide one request."""
    if case.crosses_partitions:
        return Outcome("implicit_deny", None, "S6")
    denied = explicit_denies(case)
    if denied:
        return Outcome("explicit_deny", denied[0].layer, None, tuple(denied))
    if case.cross_account and not case.action.crosses_accounts and case.target.is_key:
        return Outcome("implicit_deny", None, "K3")
    restricted = _restriction(case)
    if restricted is not None:
        return Outcome("implicit_deny", restricted)
    if case.retirable is not None:
        return _retire(case, case.retirable)
    opened = _open(case.resource_policy, case.context, case.action.folded)
    if case.caller.caller_type != "AWS":
        return _without_account(case, opened)
    return _both_halves(case, opened)


def explicit_denies(case: Case) -> list[BoundStatement]:
    """Collect every Deny that matches, in the order of the layers."""
    context, action = case.context, case.action.folded
    denied: list[BoundStatement] = []
    for stack in (case.rcps, case.caller.scps):
        if stack is not None:
            denied += [s for s in stack.candidates(action)[0] if s.matches(context)]
    for layer in case.policy_layers():
        candidates = layer.candidates(action)[0]
        if candidates:
            denied += [s for s in candidates if s.matches(context)]
    return denied


def _restriction(case: Case) -> Layer | None:
    """Find the first layer that must allow every request and does not (S2–S4)."""
    context, action = case.context, case.action.folded
    for stack in (case.rcps, case.caller.scps):
        if stack is not None and not _every_level_allows(stack, context, action):
            return stack.layer
    if case.endpoint is not None and not _allows(case.endpoint, context, action):
        return Layer.ENDPOINT
    return None


def _every_level_allows(stack: LevelStack, context: EvaluationContext, action: str) -> bool:
    return all(any(s.matches(context) for s in allows) for allows in stack.candidates(action)[1])


def _allows(layer: PolicyLayer | None, context: EvaluationContext, action: str) -> bool:
    """Tell whether a layer allows; one that is not there limits nothing (S7)."""
    return layer is None or any(s.matches(context) for s in layer.candidates(action)[1])


def _open(policy: PolicyLayer | None, context: EvaluationContext, action: str) -> _Opened:
    """Find out how the resource's own policy lets the caller in (S8)."""
    if policy is None:
        return _CLOSED
    door, statements = Door.NONE, []
    for statement in policy.candidates(action)[1]:
        named = statement.names(context) if statement.names is not None else Door.NONE
        if named and statement.test(context):
            statements.append((named, statement))
            door = max(door, named)
    return _Opened(door, tuple(statements))


_CLOSED = _Opened(Door.NONE, ())


def _without_account(case: Case, opened: _Opened) -> Outcome:
    """Decide for callers without a principal's half: services, identity providers, anonymous (S6)."""
    if opened.door:
        return Outcome("allowed", case.target.layer, None, tuple(s for _, s in opened.statements))
    if case.grants:
        return Outcome("allowed", Layer.GRANT, None, tuple(case.grants))
    return Outcome("implicit_deny", case.target.layer)


def _both_halves(case: Case, opened: _Opened) -> Outcome:
    """Decide for callers that belong to an account: their half and the resource's half."""
    context, action, caller = case.context, case.action.folded, case.caller
    own = _identity_allows(case)
    has_permission = bool(own) or caller.has_everything
    boundary_allows = _allows(caller.boundary, context, action)
    session_allows = _allows(case.session, context, action)
    within = boundary_allows and session_allows
    needs_resource_side = case.cross_account or case.target.needs_own_policy(action)

    # A permission given directly needs no identity policy; across accounts only a grant gives it (K2).
    named = [] if case.cross_account else [s for s in opened.statements if _sufficient(s[0], within=within)]
    granted = [g for g in case.grants if _grant_sufficient(g.door, case=case, within=within)]
    resource_side = opened.door is not Door.NONE or bool(case.grants)
    delegates = resource_side if case.cross_account else _delegates(case, opened)
    delegated = has_permission and within and (delegates or not needs_resource_side)
    if named or granted or delegated:
        return _allowed(case, opened, own, named=named, granted=granted, delegated=delegated)
    if needs_resource_side and not resource_side:
        return Outcome("implicit_deny", case.target.layer)
    directly = (not case.cross_account and opened.door >= Door.LIMITED) or any(
        grant.door >= Door.LIMITED for grant in case.grants
    )
    if not has_permission and not directly:
        return Outcome("implicit_deny", Layer.IDENTITY)
    return Outcome("implicit_deny", Layer.SESSION if boundary_allows else Layer.BOUNDARY)


def _delegates(case: Case, opened: _Opened) -> bool:
    """Tell whether the resource's side passes the decision to the account's own policies (K1, S10)."""
    doors = (*(door for door, _ in opened.statements), *(grant.door for grant in case.grants))
    return Door.ACCOUNT in doors


def _identity_allows(case: Case) -> tuple[BoundStatement, ...]:
    layer = case.caller.identity
    if layer is None:
        return ()
    context = case.context
    return tuple(s for s in layer.candidates(case.action.folded)[1] if s.test(context))


def _sufficient(door: Door, *, within: bool) -> bool:
    """Tell whether a door is enough by itself: a role's is limited by boundary and session (S8)."""
    return door is Door.DIRECT or (door is Door.LIMITED and within)


def _grant_sufficient(door: Door, *, case: Case, within: bool) -> bool:
    # Across accounts boundary and session policy limit every caller (S6, G2).
    return door >= Door.LIMITED and within if case.cross_account else _sufficient(door, within=within)


def _allowed(  # noqa: PLR0913 - the ways in which it is allowed
    case: Case,
    opened: _Opened,
    own: tuple[BoundStatement, ...],
    *,
    named: list[tuple[Door, BoundStatement]],
    granted: list[MatchedGrant],
    delegated: bool,
) -> Outcome:
    """Name the layer that allowed, and every statement on a complete way to the permission."""
    statements: list[BoundStatement | MatchedGrant] = []
    if delegated and (case.cross_account or case.target.needs_own_policy(case.action.folded)):
        statements += [s for _, s in opened.statements]
        granted = [*granted, *(g for g in case.grants if g not in granted)]
    else:
        statements += [s for _, s in named]
    statements += granted
    if delegated:
        statements += own
    if case.caller.is_root and not case.cross_account and not case.target.needs_own_policy(case.action.folded):
        return Outcome("allowed", None, "S9", tuple(statements))
    if named or (case.caller.has_everything and opened.door):
        layer = case.target.layer
    elif any(g.door >= Door.LIMITED for g in granted) or not own:
        layer = Layer.GRANT
    else:
        layer = Layer.IDENTITY
    return Outcome("allowed", layer, None, tuple(statements))


def _retire(case: Case, retirable: list[MatchedGrant]) -> Outcome:
    """Decide RetireGrant: the right lies in the grant, IAM policies only pass it on (G5)."""
    context, action, caller = case.context, case.action.folded, case.caller
    within = _allows(caller.boundary, context, action) and _allows(case.session, context, action)
    if any(_grant_sufficient(grant.door, case=case, within=within) for grant in retirable):
        return Outcome("allowed", Layer.GRANT, None, tuple(g for g in retirable if g.door >= Door.LIMITED))
    own = _identity_allows(case)
    if own and within and retirable:
        return Outcome("allowed", Layer.IDENTITY, None, (*retirable, *own))
    if not retirable:
        return Outcome("implicit_deny", None, "G5")
    if not own and not any(grant.door >= Door.LIMITED for grant in retirable):
        return Outcome("implicit_deny", Layer.IDENTITY)
    boundary_allows = _allows(caller.boundary, context, action)
    return Outcome("implicit_deny", Layer.SESSION if boundary_allows else Layer.BOUNDARY)
