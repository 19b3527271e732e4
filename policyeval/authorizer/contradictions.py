"""Context keys that the principal, the resource and the request settle cannot be forged (S34)."""

from __future__ import annotations

from collections.abc import Callable

from policyeval.evaluator import values
from policyeval.evaluator.context import CallerFacts, EvaluationContext, Value, Values
from policyeval.evaluator.key_names import (
    CALLER_KEYS,
    ENCRYPTION_CONTEXT,
    PRINCIPAL_TAG,
    REQUEST_TAG,
    RESOURCE_TAGS,
    SOURCE_ACCOUNT,
    TARGET_KEYS,
    UNKNOWN_ID,
    UNKNOWN_TYPE,
)
from policyeval.evaluator.key_values import getter, origin_keys, service_principal, via_name, vpc_arn
from policyeval.model.arn import split_arn
from policyeval.model.source import Diagnostic

# Of how a role's session began, which its name does not tell.
_TOLD_OF_ROLES = frozenset({"aws:sourceidentity", "aws:federatedprovider"})
_NOBODYS = (UNKNOWN_ID, UNKNOWN_TYPE)


def may_contradict(folded: str) -> bool:
    """Tell whether something in a request can settle a folded key, or the key another one."""
    return _is_settled(folded) or folded.startswith(REQUEST_TAG) or folded == SOURCE_ACCOUNT


def _is_settled(folded: str) -> bool:
    return folded in _SETTLED or folded.startswith(_SETTLED_FAMILIES)


def contradictions(given: Values, context: EvaluationContext) -> list[Diagnostic]:
    """Find the given keys that contradict what is known."""
    faults: list[Diagnostic] = []
    for key, value in given.items():
        why = _contradicted(key, value, context) if value is not None and _is_settled(key) else None
        if why is not None:
            message = f"context key `{key}` is `{_shown(value)}`, but {why}"
            faults.append(Diagnostic(message, "leave it out: it is derived"))
    return faults


def _contradicted(key: str, value: Value, context: EvaluationContext) -> str | None:
    if key in CALLER_KEYS or key.startswith(PRINCIPAL_TAG):
        return _against_caller(key, value, context)
    if key in TARGET_KEYS or key.startswith(RESOURCE_TAGS):
        return _against_target(key, value, context)
    if key.startswith(ENCRYPTION_CONTEXT):
        return _against_pairs(context.encryption_context.get(key.removeprefix(ENCRYPTION_CONTEXT)), value)
    return _CHECKS[key](value, context)


def _against_caller(key: str, value: Value, context: EvaluationContext) -> str | None:
    caller = context.caller
    derived = caller.keys.get(key)
    if derived is not None:
        return None if _same(derived, value) else _principals(derived)
    if key == "aws:tokenissuetime":
        return None if caller.temporary else "no temporary credentials sign the request"
    if key == "aws:userid" and caller.is_session:
        return _against_session(value, caller)
    if key in _TOLD_OF_ROLES and caller.keys.get("aws:principaltype") == "AssumedRole":
        return None
    return "the principal has none" if caller.is_without(key) else None


def _principals(derived: Value) -> str:
    return "the principal has none" if derived in _NOBODYS else f"the principal's is `{_shown(derived)}`"


def _against_session(value: Value, caller: CallerFacts) -> str | None:
    """Hold a session's user id against the part of it that is known (S14)."""
    known, _, name = str(value or "").partition(":")
    if caller.unique_id not in {None, known}:
        return f"the role's unique id is `{caller.unique_id}`"
    own = caller.session_name
    return None if own in {"", name} else f"the session is named `{own}`"


def _against_target(key: str, value: Value, context: EvaluationContext) -> str | None:
    derived = context.target.keys.get(key)
    if derived is not None:
        return None if _same(derived, value) else f"the resource's is `{_shown(derived)}`"
    return "the resource has none" if context.target.is_without(key) else None


def _against_pairs(actual: Value, value: Value) -> str | None:
    if actual == value:
        return None
    return "the encryption context has none" if actual is None else f"the encryption context says `{_shown(actual)}`"


def _same(derived: Value, value: Value) -> bool:
    if isinstance(derived, tuple):
        return set(derived) == set(value or ())  # such a key is multi-valued: never one text
    return derived == value or (isinstance(value, str) and value.lower() == derived in {"true", "false"})


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value or ())


def _check_time(value: Value, context: EvaluationContext) -> str | None:
    if not value or not isinstance(value, str):
        return None  # an empty text is null
    try:
        same = int(values.instant(value)) == int(context.time().timestamp())
    except ValueError:  # a number, as aws:EpochTime may be, and no epoch seconds
        return "it is no time of a request"
    return None if same else f"the request is made at {context.time().isoformat()}"


def _check_via(value: Value, context: EvaluationContext) -> str | None:
    told, via = value if isinstance(value, str) else "", context.via_service or ""
    return None if via_name(told) == via_name(via) else f"the request comes via `{via}`"


def _check_via_aws(value: Value, context: EvaluationContext) -> str | None:
    actual = "true" if context.via_service is not None else "false"
    if isinstance(value, str) and value.lower() == actual:
        return None
    return "no service calls on the principal's behalf" if actual == "false" else "a service makes the call"


def _check_called_via(value: Value, context: EvaluationContext) -> str | None:
    if context.via_service is None:
        return "no service calls on the principal's behalf (give `via_service`)"
    service = service_principal(context.via_service)
    return None if value and value[-1] == service else f"the request comes via `{service}`"


def _check_end(key: str, end: str) -> Callable[[Value, EvaluationContext], str | None]:
    def check(value: Value, context: EvaluationContext) -> str | None:
        derived = getter(key)(context)
        if derived is None:
            return "no service calls on the principal's behalf (give `via_service`)"
        return None if value == derived else f"the chain of services {end} `{_shown(derived)}` (give `aws:CalledVia`)"

    return check


def _check_endpoint(value: Value, context: EvaluationContext) -> str | None:
    endpoint = context.endpoint
    return None if endpoint is None or endpoint.id == value else f"the request comes through `{endpoint.id}`"


def _check_vpc(value: Value, context: EvaluationContext) -> str | None:
    endpoint = context.endpoint
    if endpoint is None or endpoint.vpc is None or endpoint.vpc == value:
        return None
    return f"the endpoint's VPC is `{endpoint.vpc}`"


def _check_vpc_arn(value: Value, context: EvaluationContext) -> str | None:
    parts = split_arn(value) if isinstance(value, str) else None
    own = vpc_arn(context, parts.region if parts is not None else "")
    return None if own in {None, value} else f"the endpoint's VPC is `{own}`"


def _check_account(value: Value, context: EvaluationContext) -> str | None:
    account = context.caller.account
    if not account:
        return "the caller has no account"
    return None if value == account else f"the caller's account is `{account}`"


def _check_alias(value: Value, context: EvaluationContext) -> str | None:
    return None if context.alias in {None, value} else f"the request names `{context.alias}`"


def _check_context_keys(value: Value, context: EvaluationContext) -> str | None:
    if not context.pairs or set(value or ()) == set(context.pairs):
        return None
    return f"the encryption context has `{', '.join(context.pairs)}`"


def _check_owner(key: str) -> Callable[[Value, EvaluationContext], str | None]:
    def check(value: Value, context: EvaluationContext) -> str | None:
        if context.endpoint_owner is None:
            return None
        known = context.endpoint_keys.get(key)
        if known is None:
            return "the endpoint's account has none" if context.endpoint_owner.organization_known else None
        return None if _same(known, value) else f"the endpoint's is `{_shown(known)}`"

    return check


def _check_origin(key: str) -> Callable[[Value, EvaluationContext], str | None]:
    def check(value: Value, context: EvaluationContext) -> str | None:
        known = origin_keys(context)
        if known is None:
            return None
        owner = known[key]
        if owner is None:
            return f"account `{_shown(context.given[SOURCE_ACCOUNT])}` has none"
        return None if _same(owner, value) else f"that of the account it is for is `{_shown(owner)}`"

    return check


_CHECKS: dict[str, Callable[[Value, EvaluationContext], str | None]] = {
    "aws:currenttime": _check_time,
    "aws:epochtime": _check_time,
    "kms:viaservice": _check_via,
    "aws:viaawsservice": _check_via_aws,
    "aws:calledvia": _check_called_via,
    "aws:calledviafirst": _check_end("aws:calledviafirst", "begins with"),
    "aws:calledvialast": _check_end("aws:calledvialast", "ends with"),
    "aws:sourcevpce": _check_endpoint,
    "aws:sourcevpc": _check_vpc,
    "aws:sourcevpcarn": _check_vpc_arn,
    "aws:vpceaccount": _check_owner("aws:vpceaccount"),
    "aws:vpceorgid": _check_owner("aws:vpceorgid"),
    "aws:vpceorgpaths": _check_owner("aws:vpceorgpaths"),
    "aws:sourceorgid": _check_origin("aws:sourceorgid"),
    "aws:sourceorgpaths": _check_origin("aws:sourceorgpaths"),
    "kms:calleraccount": _check_account,
    "kms:encryptioncontextkeys": _check_context_keys,
    "kms:requestalias": _check_alias,
}
_SETTLED = CALLER_KEYS | TARGET_KEYS | frozenset(_CHECKS)
_SETTLED_FAMILIES = (PRINCIPAL_TAG, *RESOURCE_TAGS, ENCRYPTION_CONTEXT)
