"""How a condition key finds its value in a request (S34, K6–K9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import TypeAlias

from policyeval.catalog.regions import IAM_REGIONS
from policyeval.evaluator.context import EvaluationContext, Value, Values
from policyeval.evaluator.key_names import (
    CALLER_KEYS,
    ENCRYPTION_CONTEXT,
    OTHER_FAMILIES,
    OTHER_RESOURCE_TAGS,
    OWN_FAMILIES,
    OWNER_KEYS,
    PRINCIPAL_TAG,
    RESOURCE_TAG,
    SERVICE_NAME,
    TARGET_KEYS,
    UNKNOWN_ID,
    UNKNOWN_SESSION,
)

Getter: TypeAlias = Callable[[EvaluationContext], Value]


def _current_time(context: EvaluationContext) -> Value:
    return context.time().astimezone(UTC).isoformat().replace("+00:00", "Z")


def _epoch_time(context: EvaluationContext) -> Value:
    return str(int(context.time().timestamp()))


def via_name(service: str) -> str:
    """Give a service's name as kms:ViaService has it: ending in `amazonaws.com` in every partition (KMS guide)."""
    return service.removesuffix(".cn")


def _via_service(context: EvaluationContext) -> Value:
    via = context.via_service
    return via_name(via) if via is not None and context.call.has_via_service else None


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


def vpc_arn(context: EvaluationContext, region: str) -> str | None:
    """Give the ARN that the endpoint's VPC has in a Region; None where nobody says which VPC, or whose."""
    endpoint, owner = context.endpoint, context.endpoint_owner
    if endpoint is None or not endpoint.vpc or owner is None or not owner.id:
        return None
    return f"arn:{owner.partition}:ec2:{region}:{owner.id}:vpc/{endpoint.vpc}"


def _source_vpc_arn(context: EvaluationContext) -> Value:
    told, region = context.given.get("aws:sourcevpcarn"), _requested_region(context)
    if told or not isinstance(region, str) or "aws:sourcevpcarn" in context.call.lacks:
        return told  # some endpoints lead to another Region
    return _through(context, "aws:sourcevpcarn", vpc_arn(context, region))


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
    return f"{caller.unique_id or UNKNOWN_ID}:{caller.session_name or UNKNOWN_SESSION}"


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


def _ec2_region(context: EvaluationContext) -> Value:
    # All requests to EC2 have the Region under a key of its own, too (service authorization reference).
    given = context.given.get("ec2:region")
    return given if given or context.call.service != "ec2" else _requested_region(context)


def _requested_region(context: EvaluationContext) -> Value:
    given = context.given.get("aws:requestedregion")
    if given or context.call.service != "iam":
        return given or context.target.region or None
    arn = context.caller.account_arn or context.target.arn  # a service has no account
    return IAM_REGIONS.get(arn.split(":")[1]) if ":" in arn else None


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
    "aws:sourcevpcarn": _source_vpc_arn,
    "aws:vpceaccount": _of_endpoint("aws:vpceaccount"),
    "aws:vpceorgid": _of_endpoint("aws:vpceorgid"),
    "aws:vpceorgpaths": _of_endpoint("aws:vpceorgpaths"),
    "aws:sourceip": _source_ip,
    "aws:sourceorgid": _of_origin("aws:sourceorgid"),
    "aws:sourceorgpaths": _of_origin("aws:sourceorgpaths"),
    "aws:requestedregion": _requested_region,
    "ec2:region": _ec2_region,
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
    """Compile the way to a key that depends on what kind of call it is, or on more than one fact."""
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
    if folded.startswith("kms:") or folded == SERVICE_NAME:
        return lambda context: _given(context, folded)
    return lambda context: context.given.get(folded)
