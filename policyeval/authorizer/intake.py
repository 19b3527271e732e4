"""The request's facts gathered into the context that statements look at (S34, K4–K9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.contradictions import contradictions
from policyeval.authorizer.derived import endpoint_keys
from policyeval.authorizer.facts import Key, KeyReader, fold_pairs
from policyeval.authorizer.profiles import Target
from policyeval.errors import RequestError, UnknownEntityError
from policyeval.evaluator.context import CallerFacts, EvaluationContext, Value, Values
from policyeval.evaluator.key_names import ENCRYPTION_CONTEXT, REQUEST_TAG, SOURCE_ACCOUNT
from policyeval.evaluator.values import instant
from policyeval.model.keeping import keep
from policyeval.model.records import AccountRecord, PolicySource
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic

# Applications use a few names, of some letters; somebody may send others, a million of letters long.
_NAMES = 4096
_LONGEST = 256
_OF_PAIRS = (ENCRYPTION_CONTEXT, "kms:encryptioncontextkeys")
# Two keys go by old names, too: whatever sets one sets both (K9).
_OTHER_NAME = {
    "kms:keyspec": "kms:customermasterkeyspec",
    "kms:customermasterkeyspec": "kms:keyspec",
    "kms:keyusage": "kms:customermasterkeyusage",
    "kms:customermasterkeyusage": "kms:keyusage",
}


class Intake:
    """Makes contexts."""

    def __init__(self, clock: Callable[[], datetime], source: PolicySource) -> None:
        self._clock = clock
        self._source = source
        self._keys = KeyReader()
        self._lower: dict[str, None] = {}  # names of encryption contexts that fold to themselves

    def met(self, action: ActionFacts) -> Mapping[str, Key]:
        """Give the context keys met so far that `read_met` reads for an action."""
        return self._keys.met(action)

    def pairs(self, pairs: Mapping[str, str]) -> Values:
        """Fold an encryption context; names are in lower case already, for the most part.

        Raises:
            RequestError: a value that is no string.

        """
        lower = self._lower
        for name in pairs:
            if name not in lower or pairs[name].__class__ is not str:
                break
        else:
            return {**pairs}
        folded = fold_pairs(pairs)
        for name in folded:
            if len(name) <= _LONGEST:
                keep(lower, name, None, _NAMES)
        return folded

    def bare(self, action: ActionFacts, caller: CallerFacts, target: Target, alias: str | None) -> EvaluationContext:
        """Make the context that knows who asks for what, and nothing else of a request."""
        call = (target.sides.get(action.folded) or target.side(action)).call
        context = EvaluationContext(caller, target, call, self._clock)
        if alias is not None:
            context.alias = alias
        return context

    def context(
        self, request: Request, action: ActionFacts, caller: CallerFacts, target: Target, alias: str | None
    ) -> EvaluationContext:
        """Gather what statements may look at.

        Raises:
            RequestError: a context value of the wrong type, or one that contradicts what is known.
            UnknownEntityError: nobody describes the endpoint that the request comes through.

        """
        context = self.bare(action, caller, target, alias)
        if request.via_service is not None or request.at is not None:
            tell(context, request)
        if request.vpc_endpoint is not None:
            self._come_through(request.vpc_endpoint, context)
        if request.encryption_context:
            if context.call.takes_encryption_context:
                context.encryption_context = fold_pairs(request.encryption_context)
                context.pairs = request.encryption_context
            else:
                context.fault(f"`{action.name}` on `{target.arn}` takes no encryption context: left out")
        if request.context:
            context.given, guarded = self._keys.read(request.context, action, context.fault)
            if guarded:
                self._follow(context)
                _settle(request, context)
            if context.endpoint is not None and context.via_service is None and context.given.get("aws:sourceip"):
                context.fault(f"requests through `{context.endpoint.id}` carry no `aws:SourceIp`: left out")
        return context

    def _follow(self, context: EvaluationContext) -> None:
        """Look up what the request's own keys name: the account it is for, the endpoint it comes through."""
        context.origin = self._origin(context)
        told = context.given.get("aws:sourcevpce")
        if context.endpoint is None and isinstance(told, str) and told:
            with suppress(UnknownEntityError):  # it need not be described (S34)
                self._come_through(told, context)

    def _come_through(self, endpoint_id: str, context: EvaluationContext) -> None:
        """Let a request come through an endpoint, whose account says more of it."""
        context.endpoint = self._source.endpoint(endpoint_id)
        context.endpoint_owner = self._source.account(context.endpoint.account_id)
        context.endpoint_keys = endpoint_keys(context.endpoint_owner)

    def _origin(self, context: EvaluationContext) -> AccountRecord | None:
        """Find the account that a service says it calls for; nobody else says so (S34)."""
        told = context.given.get(SOURCE_ACCOUNT)
        if context.caller.caller_type != "Service" or not isinstance(told, str) or not told:
            return None
        try:
            return self._source.account(told)
        except UnknownEntityError:
            return None


def tell(context: EvaluationContext, request: Request) -> None:
    """Tell a context the request's service and time."""
    if request.via_service is not None:
        context.via_service = str.__str__(request.via_service)  # a TypeError where it is no text
    at = request.at
    if at is not None and at.tzinfo is None:
        context.moment = at.replace(tzinfo=UTC)
    elif at is not None:
        try:
            context.moment = at if at.tzinfo is UTC else at.astimezone(UTC)
        except OverflowError:
            raise _no_time(at.isoformat()) from None


def _settle(request: Request, context: EvaluationContext) -> None:
    """Refuse what is given against what is known, and take from the rest what is not known yet (S34)."""
    if not context.call.takes_encryption_context:
        _leave_out_pairs(request, context)
    given = context.given
    _imply_facts(given, context)
    context.given = {**given, **_implied_tags(given, request), **_by_other_names(given)}
    if not request.encryption_context and (pairs := _names_after(ENCRYPTION_CONTEXT, request, given)):
        context.encryption_context, context.pairs = fold_pairs(pairs), pairs
    faults = contradictions(given, context)
    if faults:
        raise RequestError(faults)


def _leave_out_pairs(request: Request, context: EvaluationContext) -> None:
    """Leave out keys of an encryption context where there can be none, as with an asymmetric key (K8)."""
    pairs = [name for name in context.given if name.startswith(_OF_PAIRS)]
    for name in pairs:
        context.fault(f"`{request.action}` on `{context.target.arn}` takes no encryption context: `{name}` left out")
    context.given = {name: value for name, value in context.given.items() if name not in pairs}


def _moment(time: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(instant(time)), UTC)
    except (ValueError, OverflowError, OSError):
        raise _no_time(time) from None


def _no_time(time: str) -> RequestError:
    return RequestError([Diagnostic(f"`{time}` is no time of a request", "years run from 1 to 9999")])


def _imply_facts(given: Values, context: EvaluationContext) -> None:
    """Let keys given as context set the fact of the request that they derive from, where it is not told."""
    via = given.get("kms:viaservice")
    if context.via_service is None and isinstance(via, str) and via:
        context.via_service = via
    time = given.get("aws:currenttime") or given.get("aws:epochtime")
    if context.moment is None and isinstance(time, str):
        context.moment = _moment(time)


def _implied_tags(given: Values, request: Request) -> dict[str, Value]:
    """Give `aws:TagKeys` with the tags that the request is said to carry."""
    tags = _names_after(REQUEST_TAG, request, given)
    if not tags:
        return {}
    told = given.get("aws:tagkeys") or ()
    folded = {name.lower() for name in told}
    return {"aws:tagkeys": (*told, *(tag for tag in tags if tag.lower() not in folded))}


def _by_other_names(given: Values) -> dict[str, Value]:
    """Give what is told of keys that go by another name, too, by that."""
    return {other: value for key, value in given.items() if (other := _OTHER_NAME.get(key)) and other not in given}


def _names_after(family: str, request: Request, given: Values) -> dict[str, str]:
    """Give the keys of a family as they were written, without its name, and their texts."""
    names = [name for name in request.context or {} if name.lower().startswith(family)]
    return {name[len(family) :]: value for name in names if isinstance(value := given.get(name.lower()), str)}
