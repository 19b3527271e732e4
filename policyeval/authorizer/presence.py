"""Which condition keys every real request has, and which a request like the one told cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policyeval.authorizer.actions import WEB_IDENTITY_ACTIONS
from policyeval.authorizer.case import Case
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_names import SERVICE_NAME, SOURCE_ACCOUNT, UNKNOWN_ID
from policyeval.evaluator.key_values import getter
from policyeval.model.arn import is_account_id, split_arn

S3_SERVICES: Final = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
_WHERE: Final = frozenset({"aws:requestedregion"})
_WHERE_IN_EC2: Final = frozenset({"ec2:region"})
# "This key is always included in the request context", the guide says of both.
_HOW: Final = (frozenset({"aws:securetransport"}), frozenset({"aws:useragent"}))
# As good as all requests come over TLS, and S3 takes none older (S3 user guide, "Protecting data in transit with
# encryption"): an answer that holds for those is in no doubt.
USUAL: Final = {"aws:securetransport": "true", **{f"{service}:tlsversion": "1.2" for service in S3_SERVICES}}
# Who has shown a second factor has done so some time ago; an MCP server of AWS adds both of its keys ("AWS MCP Server"
# of the Agent Toolkit guide); and a service that names what it calls for names its account ("The confused deputy
# problem" of the IAM guide).
_TOGETHER: Final = (
    ("aws:multifactorauthpresent", "aws:multifactorauthage"),
    ("aws:calledviaawsmcp", "aws:viaawsmcpservice"),
    ("aws:viaawsmcpservice", "aws:calledviaawsmcp"),
    ("aws:sourcearn", "aws:sourceaccount"),
    ("aws:sourceorgid", "aws:sourceaccount"),
)
# Of requests that no service makes: the address they come from (S34), and of signed ones who it is, and in S3 how.
_WHO: Final = frozenset({"aws:userid"})
_WHENCE: Final = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_THROUGH_ENDPOINT: Final = tuple(
    frozenset({key}) for key in ("aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpceaccount")
)
_SIGNED: Final = ("authtype", "signatureversion")
# Of parameters that the IAM and the STS reference require, by action; the service authorization reference has the keys.
_REQUIRED: Final[Mapping[str, Sequence[str]]] = {
    "iam:attachgrouppolicy": ["iam:policyarn"],
    "iam:attachrolepolicy": ["iam:policyarn"],
    "iam:attachuserpolicy": ["iam:policyarn"],
    "iam:createservicelinkedrole": ["iam:awsservicename"],
    "iam:detachgrouppolicy": ["iam:policyarn"],
    "iam:detachrolepolicy": ["iam:policyarn"],
    "iam:detachuserpolicy": ["iam:policyarn"],
    "iam:putrolepermissionsboundary": ["iam:permissionsboundary"],
    "iam:putuserpermissionsboundary": ["iam:permissionsboundary"],
    "sts:assumerole": ["sts:rolesessionname"],
    "sts:assumerolewithsaml": ["sts:rolesessionname"],
    "sts:assumerolewithwebidentity": ["sts:rolesessionname"],
    "sts:assumeroot": ["sts:taskpolicyarn"],
    "sts:getwebidentitytoken": ["sts:identitytokenaudience", "sts:signingalgorithm"],
    "sts:setsourceidentity": ["sts:sourceidentity"],
}
# What a token or an assertion says of whom it is for, and of whom ("IAM and AWS STS condition context keys").
_OF_ASSERTIONS: Final = ("saml:aud", "saml:doc", "saml:iss", "saml:sub")
_OF_TOKENS: Final = {"graph.facebook.com": ("app_id", "id"), "www.amazon.com": ("app_id", "user_id")}
# Only a service that calls for itself passes these ("directly", the guide says), and only what comes through an
# endpoint has those.
_OF_SERVICES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_ASSUMED_ROOT: Final = "aws:assumedroot"
OF_ENDPOINTS: Final = frozenset(
    {
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:vpcsourceip",
    }
)


def untold(case: Case) -> Iterator[str]:
    """Find the keys of which a request has at least one of each group, and this one none."""
    for group in _always(case):
        if all(is_missing(key, case) for key in group) and group.isdisjoint(case.action.lacks):
            yield from group


def _always(case: Case) -> Iterator[frozenset[str]]:
    """Give groups of keys of which every such request has at least one.

    Source: IAM user guide, "AWS global condition context keys"; for S3 and EC2, the service authorization reference.
    """
    if case.action.kms is not None:
        yield from case.action.kms.always
    yield from (frozenset({key}) for key in (*_REQUIRED.get(case.action.folded, ()), *_claims(case)))
    yield from _beside(case)
    yield _WHERE
    if case.action.service == "ec2":
        yield _WHERE_IN_EC2
    yield from _HOW
    service = case.action.service
    if service in S3_SERVICES and str(getter("aws:securetransport")(case.context)).lower() != "false":
        yield frozenset({f"{service}:tlsversion"})
    if case.caller.caller_type == "Service" or case.context.via_service is not None:
        return
    yield from [_WHENCE] if is_missing("aws:sourcevpce", case) else _THROUGH_ENDPOINT
    if case.caller.account:
        yield _WHO
        if service in S3_SERVICES:
            yield from (frozenset({f"{service}:{key}"}) for key in _SIGNED)


def _beside(case: Case) -> Iterator[frozenset[str]]:
    """Give the keys that come with another one, which is there."""
    for key, other in _TOGETHER:
        if str(getter(key)(case.context) or "false").lower() != "false":
            yield frozenset({other})


def _claims(case: Case) -> Iterator[str]:
    """Name the keys of what a token or an assertion says of whom it is for, and of whom."""
    name = case.caller.name
    if case.action.folded not in WEB_IDENTITY_ACTIONS:
        return
    if ":saml-provider/" in name:
        yield from _OF_ASSERTIONS
        return
    issuer = name.partition(":oidc-provider/")[2] or name
    yield from (f"{issuer}:{claim}".lower() for claim in _OF_TOKENS.get(issuer, ("aud", "sub")))


def is_missing(key: str, case: Case) -> bool:
    """Tell whether a request has no value of a key, as far as is known."""
    value = getter(key)(case.context)
    # Of a role that is made up for `simulate` only the session's name is known (S14).
    return value is None or (not case.caller.described and isinstance(value, str) and value.startswith(UNKNOWN_ID))


def impossible(case: Case) -> Iterator[tuple[str, str]]:
    """Find the keys that are told and that no such request has, each with the reason."""
    context, target = case.context, case.target
    told = {key for key, value in context.given.items() if value}
    yield from ((key, "told, but AWS does not look it up for this action") for key in told if is_lacking(key, case))
    if case.caller.caller_type != "Service":
        yield from ((key, "told, but only services pass it") for key in told & _OF_SERVICES)
    origin = account_of_source(context)
    if origin is not None and context.given.get(SOURCE_ACCOUNT) not in {None, origin}:
        yield SOURCE_ACCOUNT, f"told to be another, but `aws:SourceArn` is of account `{origin}`"
    if _ASSUMED_ROOT in told and not case.caller.is_root:
        yield _ASSUMED_ROOT, "told, but only a root user's session of AssumeRoot has it"
    if context.via_service is not None:
        yield from ((key, "told, but a service makes the call") for key in told & OF_ENDPOINTS)
    if "aws:sourceip" in told and told & OF_ENDPOINTS:
        yield "aws:sourceip", "told, but through a VPC endpoint there is none"
    service = context.call.defaults.get(SERVICE_NAME)
    if context.given.get(SERVICE_NAME) not in {None, service} and service is not None:
        yield SERVICE_NAME, f"told to be another, but the role is of `{service}`"
    of_keys = target.is_key or (case.action.tags_on_creation and target.region)
    if of_keys and context.given.get("aws:requestedregion") not in {None, target.region}:
        yield "aws:requestedregion", f"told to be another, but the key is in `{target.region}`"
    if context.alias is None and target.described and "kms:requestalias" in told:
        aliases = target.keys.get("kms:resourcealiases") or ()
        if context.given["kms:requestalias"] not in aliases:
            yield "kms:requestalias", "told, but the key has no such alias"


def account_of_source(context: EvaluationContext) -> str | None:
    """Give the account of what a service calls for, as `aws:SourceArn` tells it; a bucket's ARN tells none."""
    source = split_arn(str(context.given.get("aws:sourcearn")))
    return source.account if source is not None and is_account_id(source.account) else None


def is_lacking(key: str, case: Case) -> bool:
    """Tell whether requests for the action do not have a key, whatever the resource is."""
    return key in case.action.lacks or f"{key.partition('/')[0]}/" in case.action.lacks
