"""Requests one step off another: another caller, action, resource or fact."""

from __future__ import annotations

from policyeval.model.request import Request, Session
from tests.differential.asking import PROVIDERS, SERVICES, origin, principal
from tests.differential.dice import Dice, chance, pick, weighted
from tests.differential.estates import Estate, Family
from tests.reference.world import World

_CALLER_KEYS = {"aws:TokenIssueTime", "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"}


def variants(dice: Dice, world: World, ground: Estate, request: Request, family: Family) -> list[Request]:
    """Give up to three more requests to the same world."""
    return [_variant(dice, world, ground, request, family) for _ in range(3)]


def _variant(dice: Dice, world: World, ground: Estate, request: Request, family: Family) -> Request:
    step = weighted(dice, {"caller": 40, "pairs": 10, "context": 25, "session": 15, "tokens": 10})
    if step == "caller":
        elsewhere = chance(dice, 40) and family != "plain"
        who, session = principal(dice, ground, family, elsewhere=elsewhere)
        given = {key: value for key, value in (request.context or {}).items() if key not in _CALLER_KEYS}
        given |= origin(dice, ground, who)
        via = None if who in {*SERVICES, "anonymous"} else request.via_service
        if via is None:
            given.pop("aws:CalledVia", None)
        action = PROVIDERS.get(who, "sts:AssumeRole" if "AssumeRoleWith" in request.action else request.action)
        return request.replace(principal=who, session=session, action=action, context=given, via_service=via)
    if step == "context" and request.context:
        gone = pick(dice, sorted(request.context))
        return request.replace(context={key: value for key, value in request.context.items() if key != gone})
    if step == "pairs" and request.encryption_context:
        return request.replace(encryption_context={**request.encryption_context, "tenant": pick(dice, ["Blue", "red"])})
    if step == "session" and request.session is not None and request.session.policies:
        session = request.session
        return request.replace(session=Session(session.name, (), session.tags, session.source_identity))
    if step == "tokens" and world.all_grants:
        grant = pick(dice, world.all_grants)
        return request.replace(grant_tokens=(pick(dice, [grant.grant_id, *sorted(grant.tokens)]),))
    return request.replace(at=None if request.at is None else request.at.replace(minute=15))
