"""The request as conditions see it, and how a condition key finds its value (S34, K6–K9).

A value is text, a tuple of texts for a multi-valued key, or None when the request has no such
key. Keys are folded to lower case once, when a policy is compiled; what the caller gave is
folded when the request comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from policyeval.catalog.regions import IAM_REGIONS
from policyeval.evaluator.key_names import (
    CALLER_KEYS,
    ENCRYPTION_CONTEXT,
    OTHER_FAMILIES,
    OTHER_RESOURCE_TAGS,
    OWN_FAMILIES,
    OWNER_KEYS,
    PRINCIPAL_TAG,
    RESOURCE_TAG,
    TARGET_KEYS,
    UNKNOWN_ID,
    UNKNOWN_SESSION,
)
from policyeval.model.records import AccountRecord, EndpointRecord

Value: TypeAlias = str | tuple[str, ...] | None
Values: TypeAlias = Mapping[str, Value]
NOTHING: Values = MappingProxyType({})
NO_PAIRS: Mapping[str, str] = MappingProxyType({})


class CallerFacts:
    """Who calls, as statements see it.

    Attributes:
        account: the account id; "" for services, identity providers and anonymous callers.
        account_arn: the account as a principal, its root ARN; account numbers are per partition.
        name: the caller as a Principal element names it: a user's or role's ARN, a service name, …;
            "" for a root user, whom only the account names.
        session_arn: a role session's or federated session's own ARN, None where it is not known.
        unique_id: the user's or role's unique id.
        caller_type: the key of the Principal element that can name the caller, "" for anonymous.
        is_session: whether `name` is a role, or a user whose federated session calls (S8).
        temporary: whether temporary credentials sign the request.
        has_boundary: whether a permissions boundary limits the caller (S13).
        described: whether a key that the caller does not have is known to be absent.
        organization_known: whether an organization of the caller's would be known if there were one.
        keys: the condition keys that come from the principal.

    """

    __slots__ = (
        "account",
        "account_arn",
        "caller_type",
        "described",
        "has_boundary",
        "is_session",
        "keys",
        "name",
        "organization_known",
        "session_arn",
        "temporary",
        "unique_id",
    )

    account: str
    account_arn: str
    name: str
    session_arn: str | None
    unique_id: str | None
    caller_type: str
    is_session: bool
    temporary: bool
    has_boundary: bool
    described: bool
    organization_known: bool
    keys: Values


class TargetFacts:
    """What is asked for, as statements see it: its ARN (or `*`), its Region, its condition keys.

    `untold` are families of keys of which nothing is known though the resource is `described`.
    """

    __slots__ = ("arn", "described", "is_key", "keys", "organization_known", "region", "untold")

    arn: str
    region: str
    is_key: bool
    described: bool
    organization_known: bool
    untold: tuple[str, ...]
    keys: Values


class CallFacts(NamedTuple):
    """What action and resource together settle of a call.

    `defaults` stand in for request parameters that are left out (K9). `has_caller_account`,
    `has_via_service` and `has_for_service` (`kms:GrantIsForAWSResource`) tell whether requests for
    the action carry those kms: keys at all (K7); on an alias there are none (K4). An encryption
    context belongs to symmetric operations and grants (K8). `service` is called, by the prefix of its actions.
    `lacks` are keys that requests for the action do not have, though there is what they tell (S34).
    """

    defaults: Mapping[str, str] = NO_PAIRS
    has_caller_account: bool = False
    has_via_service: bool = False
    takes_encryption_context: bool = False
    has_for_service: bool = False
    service: str = ""
    lacks: frozenset[str] = frozenset()


class EvaluationContext:
    """Everything that statements may look at. One per decision, never shared.

    Attributes:
        caller, target, call: who calls, on what, and what kind of call it is.
        given: condition keys of the request itself, folded.
        encryption_context: the encryption context by folded name, `pairs` as written.
        via_service: the service that calls on the caller's behalf.
        endpoint: the VPC endpoint; `endpoint_keys` are the condition keys that its account gives, and
            `endpoint_organization_known` tells whether an organization of its would be among them.
        origin: the account of what makes a service call, where it is known (`aws:SourceAccount`).
        alias: the alias name the caller used (K6).
        moment: the request's time, None until somebody looks; `clock` then tells it.
        faults: what could not be evaluated.

    """

    # Most requests have few of these: what is not set costs nothing to make.
    given: Values = NOTHING
    encryption_context: Values = NOTHING
    pairs: Mapping[str, str] = NO_PAIRS
    via_service: str | None = None
    endpoint: EndpointRecord | None = None
    endpoint_keys: Values = NOTHING
    endpoint_organization_known: bool = True
    origin: AccountRecord | None = None
    alias: str | None = None
    moment: datetime | None = None
    faults: list[str] | None = None

    def __init__(
        self, caller: CallerFacts, target: TargetFacts, call: CallFacts, clock: Callable[[], datetime]
    ) -> None:
        self.caller = caller
        self.target = target
        self.call = call
        self.clock = clock

    def time(self) -> datetime:
        """Give the request's time; it does not move while one request is decided."""
        if self.moment is None:
            self.moment = self.clock()
        return self.moment

    def fault(self, why: str) -> None:
        """Note that something could not be evaluated."""
        if self.faults is None:
            self.faults = []
        if why not in self.faults:
            self.faults.append(why)


Getter: TypeAlias = Callable[[EvaluationContext], Value]


def _current_time(context: EvaluationContext) -> Value:
    return context.time().astimezone(UTC).isoformat().replace("+00:00", "Z")


def _epoch_time(context: EvaluationContext) -> Value:
    return str(int(context.time().timestamp()))


def _via_service(context: EvaluationContext) -> Value:
    return context.via_service if context.call.has_via_service else None


def _via_aws_service(context: EvaluationContext) -> Value:
    return "true" if context.via_service is not None else "false"


def service_principal(via_service: str) -> str:
    """Give a service's principal name for its regional name in kms:ViaService."""
    name, _, rest = via_service.partition(".")
    return f"{name}.amazonaws.com.cn" if rest.endswith(".cn") else f"{name}.amazonaws.com"


def _called_via(context: EvaluationContext) -> Value:
    given = context.given.get("aws:calledvia")
    if given is not None or context.via_service is None:
        return given
    return (service_principal(context.via_service),)


def _called_via_first(context: EvaluationContext) -> Value:
    chain = _called_via(context)
    return chain[0] if isinstance(chain, tuple) and chain else None


def _called_via_last(context: EvaluationContext) -> Value:
    chain = _called_via(context)
    return chain[-1] if isinstance(chain, tuple) and chain else None


def _through(context: EvaluationContext, key: str, value: Value) -> Value:
    # A service that calls on someone's behalf does not come through their endpoint.
    return value if context.endpoint is not None and context.via_service is None else context.given.get(key)


def _source_endpoint(context: EvaluationContext) -> Value:
    return _through(context, "aws:sourcevpce", context.endpoint.id if context.endpoint else None)


def _source_vpc(context: EvaluationContext) -> Value:
    own = context.endpoint.vpc if context.endpoint else None
    return _through(context, "aws:sourcevpc", own or context.given.get("aws:sourcevpc"))


def _of_endpoint(key: str) -> Getter:
    """Give the way to what an endpoint's account says; what it does not say may be told as context."""

    def get(context: EvaluationContext) -> Value:
        owner = None if key in context.call.lacks else context.endpoint_keys.get(key)
        return _through(context, key, owner or context.given.get(key))

    return get


def origin_keys(context: EvaluationContext) -> Values | None:
    """Give the condition keys that say which organization a service calls for; None where nothing tells."""
    origin = context.origin
    if origin is None or not origin.organization_known:
        return None
    path = origin.organization_path
    return {"aws:sourceorgid": origin.organization_id, "aws:sourceorgpaths": (path,) if path else None}


def _of_origin(key: str) -> Getter:
    return lambda context: context.given.get(key) if (known := origin_keys(context)) is None else known[key]


def _source_ip(context: EvaluationContext) -> Value:
    # Through an endpoint the address is private and stands in aws:VpcSourceIp (S34).
    return _through(context, "aws:sourceip", None)


def _request_alias(context: EvaluationContext) -> Value:
    return context.alias if context.alias is not None else context.given.get("kms:requestalias")


def _encryption_keys(context: EvaluationContext) -> Value:
    return tuple(context.pairs) or context.given.get("kms:encryptioncontextkeys")


def _for_service(context: EvaluationContext) -> Value:
    given = context.given.get("kms:grantisforawsresource")
    if given is not None or not context.call.has_for_service:
        return given
    # AWS's own Deny on what nobody's service does compares with `false`, without IfExists (K7).
    return "true" if context.via_service is not None or context.caller.caller_type == "Service" else "false"


def _user_id(context: EvaluationContext) -> Value:
    caller = context.caller
    known = caller.keys.get("aws:userid") or context.given.get("aws:userid")
    if known is not None or caller.keys.get("aws:principaltype") != "AssumedRole":
        return known
    # Every session has one (S14): where a part of it is not known, only a wildcard matches that part.
    _, _, name = (caller.session_arn or "").rpartition("/")
    return f"{caller.unique_id or UNKNOWN_ID}:{name or UNKNOWN_SESSION}"


def _multi_factor(context: EvaluationContext) -> Value:
    # With temporary credentials, and where a service calls with the caller's, the key is there; unless more is known
    # (how long ago it was) nobody has shown a second factor. With long-term credentials there is no such key (S34).
    given = context.given.get("aws:multifactorauthpresent")
    caller = context.caller
    if given is None and context.given.get("aws:multifactorauthage"):
        return "true"
    if given is not None or not caller.account:
        return given
    return "false" if caller.temporary or context.via_service is not None else None


def _token_issue_time(context: EvaluationContext) -> Value:
    # When the session began is not known unless it is given; that it is the request's time at the
    # latest is.
    if not context.caller.temporary:
        return None
    return context.given.get("aws:tokenissuetime") or _current_time(context)


def _requested_region(context: EvaluationContext) -> Value:
    given = context.given.get("aws:requestedregion")
    if given or context.call.service != "iam":
        return given or context.target.region or None
    return IAM_REGIONS.get(context.caller.account_arn.split(":")[1]) if context.caller.account_arn else None


def _caller_account(context: EvaluationContext) -> Value:
    return (context.caller.account or None) if context.call.has_caller_account else None


# Keys that more than one fact of the request decides.
COMPUTED: Mapping[str, Getter] = {
    "aws:userid": _user_id,
    "aws:multifactorauthpresent": _multi_factor,
    "aws:currenttime": _current_time,
    "aws:epochtime": _epoch_time,
    "aws:tokenissuetime": _token_issue_time,
    "aws:viaawsservice": _via_aws_service,
    "aws:calledvia": _called_via,
    "aws:calledviafirst": _called_via_first,
    "aws:calledvialast": _called_via_last,
    "aws:sourcevpce": _source_endpoint,
    "aws:sourcevpc": _source_vpc,
    "aws:vpceaccount": _of_endpoint("aws:vpceaccount"),
    "aws:vpceorgid": _of_endpoint("aws:vpceorgid"),
    "aws:vpceorgpaths": _of_endpoint("aws:vpceorgpaths"),
    "aws:sourceip": _source_ip,
    "aws:sourceorgid": _of_origin("aws:sourceorgid"),
    "aws:sourceorgpaths": _of_origin("aws:sourceorgpaths"),
    "aws:requestedregion": _requested_region,
    "kms:viaservice": _via_service,
    "kms:calleraccount": _caller_account,
    "kms:grantisforawsresource": _for_service,
    "kms:requestalias": _request_alias,
    "kms:encryptioncontextkeys": _encryption_keys,
}


def _given(context: EvaluationContext, folded: str) -> Value:
    value = context.given.get(folded)
    return context.call.defaults.get(folded) if value is None else value


def _tag_by_another_name(folded: str) -> Getter:
    """Compile the way to a resource's tag, which requests to other services do not have under this key."""

    def get(context: EvaluationContext) -> Value:
        value = context.target.keys.get(folded)
        if value is None:
            return context.given.get(folded)
        return value if folded.startswith(OTHER_RESOURCE_TAGS.get(context.call.service, RESOURCE_TAG)) else None

    return get


def _of_some(folded: str, name: str, service: str | None) -> Getter:
    """Compile the way to what a resource gives in calls of a service, None for all, that do not lack `name`."""

    def get(context: EvaluationContext) -> Value:
        call = context.call
        has = service in {None, call.service} and name not in call.lacks
        value = context.target.keys.get(folded) if has else None
        return context.given.get(folded) if value is None else value

    return get


def _of_call(folded: str) -> Getter | None:
    """Compile the way to a key that hangs on what kind of call it is, or on more than one fact."""
    if folded.startswith(OTHER_FAMILIES):
        return _tag_by_another_name(folded)
    if folded in OWNER_KEYS:
        return _of_some(folded, folded, None)
    if folded.startswith(OWN_FAMILIES):
        return _of_some(folded, folded[: folded.index("/") + 1], folded.partition(":")[0])
    return COMPUTED.get(folded)


def getter(folded: str) -> Getter:
    """Compile the way to a key's value; the key is folded already. What it looks at, residuals.py must know."""
    if folded.startswith(ENCRYPTION_CONTEXT):
        name = folded.removeprefix(ENCRYPTION_CONTEXT)
        return lambda context: context.encryption_context.get(name)
    computed = _of_call(folded)
    if computed is not None:
        return computed
    if folded in CALLER_KEYS or folded.startswith(PRINCIPAL_TAG):
        return lambda context: (
            context.given.get(folded) if (value := context.caller.keys.get(folded)) is None else value
        )
    if folded in TARGET_KEYS or folded.startswith(RESOURCE_TAG):
        return lambda context: _given(context, folded) if (value := context.target.keys.get(folded)) is None else value
    if folded.startswith("kms:"):
        return lambda context: _given(context, folded)
    return lambda context: context.given.get(folded)
