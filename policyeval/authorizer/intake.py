"""A request turned into a case: who calls, on what, with which facts (S14, S34, K4–K9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.callers import Calling, session_keys
from policyeval.authorizer.case import Case
from policyeval.authorizer.contradictions import contradictions
from policyeval.authorizer.facts import fold
from policyeval.authorizer.profiles import Target
from policyeval.catalog.kms import SYMMETRIC_SPECS
from policyeval.errors import RequestError
from policyeval.evaluator.context import ENCRYPTION_CONTEXT, NOTHING, EvaluationContext, Value, Values
from policyeval.evaluator.values import instant
from policyeval.model.records import EndpointRecord
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic

_NO_DEFAULTS: Mapping[str, str] = MappingProxyType({})
_NO_PAIRS: Mapping[str, str] = MappingProxyType({})


def evaluation_context(  # noqa: PLR0913 - what a context is made of
    request: Request,
    action: ActionFacts,
    calling: Calling,
    target: Target,
    endpoint: EndpointRecord | None,
    alias: str | None,
    clock: Callable[[], datetime],
) -> EvaluationContext:
    """Gather what statements may look at.

    Raises:
        RequestError: a context value of the wrong type, or one that contradicts what is known.

    """
    caller = calling.caller
    context = EvaluationContext()
    context.faults = None
    context.action = action.folded
    context.resource = target.arn
    context.account = caller.account
    context.name = caller.name
    context.session_arn = calling.session_arn
    context.unique_id = caller.unique_id
    context.caller_type = caller.caller_type
    context.caller_described = caller.described
    context.is_session = caller.is_role or calling.federated
    context.temporary = calling.temporary
    context.has_boundary = caller.boundary is not None
    context.organization_known = caller.organization_known
    context.caller = session_keys(calling) if calling.session is not None else caller.keys
    context.target = target.keys
    context.region = target.region
    context.endpoint = endpoint
    context.alias = alias
    context.via_service = request.via_service
    # On an alias there are no condition keys of the call (K4).
    context.on_kms_key = action.service == "kms" and not (action.on_alias and not target.is_key)
    context.clock = clock
    moment = request.at
    context.moment = moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
    context.defaults = _defaults(action, target)
    context.given = NOTHING
    context.encryption_context = NOTHING
    context.encryption_keys = ()
    if request.encryption_context:
        _take_encryption_context(request.encryption_context, action, target, context)
    if request.context:
        context.given = _given(request, action, context, calling, target)
    return context


def _defaults(action: ActionFacts, target: Target) -> Mapping[str, str]:
    if target.key is None or not action.defaults or target.key.spec in SYMMETRIC_SPECS:
        return action.defaults
    # Only symmetric keys have an algorithm that goes without saying.
    return {key: value for key, value in action.defaults.items() if key != "kms:encryptionalgorithm"}


def _take_encryption_context(
    pairs: Mapping[str, str], action: ActionFacts, target: Target, context: EvaluationContext
) -> None:
    if not action.takes_encryption_context:
        context.fault(f"`{action.name}` takes no encryption context: left out")
        return
    if target.key is not None and target.key.spec not in SYMMETRIC_SPECS:
        context.fault(f"a {target.key.spec} key takes no encryption context: left out")
        return
    context.encryption_context = fold_pairs(pairs)
    context.encryption_keys = tuple(pairs)


def fold_pairs(pairs: Mapping[str, str]) -> Values:
    """Fold the names of an encryption context; two that differ in case alone are one key with two values (K8)."""
    folded: dict[str, Value] = {}
    for name, value in pairs.items():
        if value.__class__ is not str:
            message = f"encryption context `{name}` has a value of type {type(value).__name__}"
            raise RequestError([Diagnostic(message, "an encryption context holds strings")])
        key = name.lower()
        if key in folded:
            known = folded[key]
            folded[key] = (*known, value) if isinstance(known, tuple) else (str(known), value)
        else:
            folded[key] = value
    return folded


def _given(
    request: Request, action: ActionFacts, context: EvaluationContext, calling: Calling, target: Target
) -> Values:
    given = fold(request.context or {}, action, context.fault)
    if any(key in _IMPLYING or key.startswith(ENCRYPTION_CONTEXT) for key in given):
        _imply(given, request, context)
    faults = contradictions(given, context, calling, target)
    if faults:
        raise RequestError(faults)
    return given


# Keys that stand for a fact of the request: given as context, they set it.
_IMPLYING = frozenset({"kms:viaservice", "aws:currenttime", "aws:epochtime"})


def _imply(given: dict[str, Value], request: Request, context: EvaluationContext) -> None:
    via = given.get("kms:viaservice")
    if context.via_service is None and isinstance(via, str) and via:
        context.via_service = via
    time = given.get("aws:currenttime") or given.get("aws:epochtime")
    if context.moment is None and isinstance(time, str):
        context.moment = _moment(time)
    pairs = {key: value for key, value in given.items() if key.startswith(ENCRYPTION_CONTEXT)}
    if pairs and not request.encryption_context:
        names = [name for name in request.context or {} if name.lower().startswith(ENCRYPTION_CONTEXT)]
        width = len(ENCRYPTION_CONTEXT)
        written = {name[width:]: given[name.lower()] for name in names if name.lower() in given}
        context.encryption_context = {name.lower(): value for name, value in written.items()}
        context.encryption_keys = tuple(written)


def _moment(time: str) -> datetime | None:

    return datetime.fromtimestamp(float(instant(time)), UTC)


def constraint_pairs(request: Request, context: EvaluationContext) -> Mapping[str, str]:
    """Give the encryption context as grants compare it: names and values exactly (G3)."""
    if not context.encryption_keys:
        return _NO_PAIRS
    if request.encryption_context:
        return request.encryption_context
    pairs = ((name, context.encryption_context.get(name.lower())) for name in context.encryption_keys)
    return {name: value for name, value in pairs if isinstance(value, str)}


def make_case(request: Request, action: ActionFacts, calling: Calling, target: Target) -> Case:
    """Start a case; the layers that depend on where policies come from are put in by the caller."""
    case = Case()
    case.request = request
    case.action = action
    case.caller = caller = calling.caller
    case.target = target
    case.label = calling.session_arn or caller.label
    case.session = case.endpoint = case.retirable = None
    case.grants = []
    case.cross_account = caller.account != target.account and caller.caller_type in _OF_ACCOUNTS
    return case


# Services and identity providers have no account of their own to cross from (S6).
_OF_ACCOUNTS = frozenset({"AWS", ""})
