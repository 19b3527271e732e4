"""Why an allow may be of a request that nobody can send, where a statement looks at what makes it so.

A key that is missing fits ForAllValues and IfExists and escapes a Deny; where AWS would have a value, such an
allow holds for the request as told, and not for one that is sent. So does one that rests on a key which no
such request has. Neither contradicts what is derived (S34), so both are decided as they are told. And what else
must permit a request, and is not asked, is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Final, NamedTuple

from policyeval.authorizer.case import Case
from policyeval.authorizer.foregone import needs_no_permission
from policyeval.authorizer.report import every_layer
from policyeval.catalog.keys import CONDITION_KEYS
from policyeval.catalog.services import MAKING_ACTIONS, governing, may_have_policy
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_names import (
    BUCKET_TAG,
    OTHER_OWNER_KEYS,
    OTHER_RESOURCE_TAGS,
    RESOURCE_TAG,
    RESOURCE_TAGS,
    UNKNOWN_ID,
)
from policyeval.evaluator.key_values import getter
from policyeval.evaluator.layers import BoundStatement
from policyeval.evaluator.principals import whom
from policyeval.evaluator.statements import CompiledStatement
from policyeval.model.arn import Arn, is_account_id
from policyeval.model.policy import Statement
from policyeval.model.source import Diagnostic

__all__ = ["doubts", "reservations", "unasked"]


class Unasked(NamedTuple):
    """What has a say in a request and is not known: `why` says so, `condition` what an allow takes for granted."""

    why: Diagnostic
    condition: str


_BUCKET: Final = Unasked(
    Diagnostic(
        "the bucket behind an access point must permit the request as well, and is not asked here",
        "ask it of the bucket or the object in it, too: AWS may decide otherwise",
    ),
    "the bucket behind the access point permits it as well",
)
_PUBLIC: Final = Unasked(
    Diagnostic(
        "the policy is public, and S3 Block Public Access, on unless it was turned off, is not asked here",
        "with RestrictPublicBuckets it lets in its own account and services alone: AWS may decide otherwise",
    ),
    "S3 Block Public Access does not restrict it",
)
_OWNERS: Final = frozenset({"aws:resourceaccount", *OTHER_OWNER_KEYS.values()})
_POINT: Final = re.compile(r"(outpost/[^/]+/)?accesspoint/")
_WHERE: Final = frozenset({"aws:requestedregion"})
_WHERE_IN_EC2: Final = frozenset({"ec2:region"})
# What all requests over TLS to S3 have, and those that somebody signs (service authorization reference).
_S3: Final = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
# "This key is always included in the request context", the guide says of both.
_HOW: Final = (frozenset({"aws:securetransport"}), frozenset({"aws:useragent"}))
# As good as all requests come over TLS, and S3 takes none older (S3 user guide, "Protecting data in transit with
# encryption"): an answer that holds for those is in no doubt.
_USUAL: Final = {"aws:securetransport": "true", **{f"{service}:tlsversion": "1.2" for service in _S3}}
# Of requests that somebody makes for himself: who it is, and the address they come from (S34).
_WHO: Final = frozenset({"aws:userid"})
_WHENCE: Final = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_THROUGH_ENDPOINT: Final = tuple(
    frozenset({key}) for key in ("aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpceaccount")
)
# Only a service that calls for itself passes these ("directly", the guide says), and only what comes through an
# endpoint has those.
_OF_SERVICES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_OF_ENDPOINTS: Final = frozenset(
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


def doubts(case: Case) -> tuple[Diagnostic, ...]:
    """Name what an allow rests on that no real request lacks, or that none has."""
    besides = (_BUCKET.why,) if _has_bucket_behind(case) else ()
    why = dict.fromkeys(_untold(case), "not told, which every request has") | dict(_impossible(case))
    return (*besides, *_of_sessions(case), *_hanging(why, case))


def reservations(case: Case) -> tuple[Diagnostic, ...]:
    """Give the doubts and, for who asks about an estate that may not be described in full, what is not known of it.

    A scenario describes all that there is: there it is no doubt.
    """
    tags = dict.fromkeys(_unknown_tags(case), "not told, and the resource is not described")
    tags |= dict.fromkeys(_tags_of_bucket(case), "a bucket's tag, which counts only where ABAC is enabled for it")
    unknown = (each.why for each in (_of_public(case), _of_undescribed(case)) if each is not None)
    return (*doubts(case), *_hanging(tags, case), *unknown, *_of_owner(case))


def _of_owner(case: Case) -> Iterator[Diagnostic]:
    """Say whose a resource is taken to be that policies are handed over for, where neither ARN nor request tells."""
    target, told = case.target, case.context.given.keys() & _OWNERS
    if target.parts is None or target.record is None or target.record.described or not case.caller.account:
        return
    if not (is_account_id(target.parts.account) or case.request.resource_account or told):
        message = f"whose `{target.arn}` is, is not told: it is taken for the caller's own"
        yield Diagnostic(message, "give `resource_account`: another account's needs both sides to allow")


def _of_sessions(case: Case) -> Iterator[Diagnostic]:
    """Name each Deny of one session of the caller's role, where nobody tells which session calls (S14)."""
    if not case.caller.is_role or case.context.caller.session_arn is not None:
        return
    for statement in _statements(case):
        possible, context = statement.compiled.possible_names, case.context
        if statement.allow or possible is None or statement.answer(context):
            continue
        if possible(context) and statement.compiled.test(context):
            yield Diagnostic(
                "the session's name is not told, which every request of a role has: otherwise the Deny may match in "
                f"{statement.ref()}",
                "give the session a name: AWS may decide otherwise",
                place=statement.place,
            )


def _hanging(why: Mapping[str, str], case: Case) -> Iterator[Diagnostic]:
    """Say of keys, each with what is doubtful about it, which statements hang on them."""
    for statement in _statements(case) if why else ():
        yield from _doubted(statement, why, case)


def _statements(case: Case) -> Iterator[BoundStatement]:
    layers = every_layer(case)
    if needs_no_permission(case):
        layers = [layer for layer in layers if layer is case.endpoint]
    for layer in layers:
        denies, allows = layer.candidates(case.action.folded)
        yield from (*denies, *allows)


def _unknown_tags(case: Case) -> Iterator[str]:
    """Find the tags that statements ask for, of a resource that is not described; an alias has none."""
    families = _unknown_families(case)
    for statement in _statements(case):
        yield from (key for key in _keys(statement.compiled) if key.startswith(families) and _is_missing(key, case))


def _unknown_families(case: Case) -> tuple[str, ...]:
    """Name the keys of tags that a request may have and of which nothing is known."""
    parts = _undescribed(case)
    if parts is None:
        families = list(case.target.untold)  # of what lies in a resource that is described
    elif parts.service == "kms":
        return ()
    else:
        service = case.action.service
        own = (family for family in RESOURCE_TAGS if family.startswith(f"{service}:"))
        families = [RESOURCE_TAG, OTHER_RESOURCE_TAGS.get(service, RESOURCE_TAG), *own]
    return tuple(family for family in families if family not in case.action.lacks)


def _tags_of_bucket(case: Case) -> Iterator[str]:
    """Find the tags of a bucket that statements ask for: S3 looks them up where somebody enabled that.

    Source: Amazon S3 user guide, "Using tags with S3 general purpose buckets".
    """
    parts = case.target.parts
    if parts is not None and parts.service == "s3" and not parts.account and case.target.described:
        yield from (key for key in case.target.keys if key.startswith((RESOURCE_TAG, BUCKET_TAG)))


def unasked(case: Case) -> Iterator[Unasked]:
    """Find what would have to be asked, too."""
    if _has_bucket_behind(case):
        yield _BUCKET
    yield from (each for each in (_of_public(case), _of_undescribed(case)) if each is not None)


def _of_public(case: Case) -> Unasked | None:
    """Name what may keep strangers from a bucket or an access point whose policy lets everybody in.

    Source: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage".
    """
    parts, policy = case.target.parts, case.resource_policy
    if parts is None or parts.service != "s3" or policy is None or not case.cross_account:
        return None
    statements = (statement for named in policy.policies for statement in named.policy.statements)
    return _PUBLIC if any(map(_lets_everybody_in, statements)) else None


def _lets_everybody_in(statement: Statement) -> bool:
    return statement.effect == "Allow" and not statement.conditions and whom(statement.principal)[0]


def _of_undescribed(case: Case) -> Unasked | None:
    """Name the policy that a resource may have and that nobody describes."""
    parts = _undescribed(case) or _inside_undescribed(case)
    if parts is None or not may_have_policy(parts.service, parts.account, parts.resource):
        return None
    whole = parts._replace(resource=governing(parts.service, parts.account, parts.resource) or parts.resource)
    why = Diagnostic(
        f"`{whole}` is not described: if it has a policy, that is not asked here",
        "describe it under `resources`, with its policy: AWS may decide otherwise",
    )
    return Unasked(why, f"no policy of {whole}, which is not described, denies it")


def _undescribed(case: Case) -> Arn | None:
    """Give what is asked for where nobody describes it; what the action makes is not there yet."""
    target = case.target
    return target.parts if target.record is None and case.action.folded not in MAKING_ACTIONS else None


def _inside_undescribed(case: Case) -> Arn | None:
    """Give what is described, without a policy, though what it lies in is not."""
    parts, record = case.target.parts, case.target.record
    if parts is None or record is None or not record.described:
        return None
    if record.policy is not None or record.arn != case.target.arn:
        return None
    return parts if governing(parts.service, parts.account, parts.resource) is not None else None


def _has_bucket_behind(case: Case) -> bool:
    """Tell whether a request comes through an S3 access point, whose bucket is not known.

    Source: Amazon S3 user guide, "Configuring IAM policies for using access points".
    """
    parts = case.target.parts
    if parts is None or parts.service not in _S3 or not parts.account or "accesspoint" in case.action.folded:
        return False
    return _POINT.match(parts.resource) is not None


def _untold(case: Case) -> Iterator[str]:
    """Find the keys of which a request has at least one of each group, and this one none."""
    for group in _always(case):
        if all(_is_missing(key, case) for key in group) and group.isdisjoint(case.action.lacks):
            yield from group


def _always(case: Case) -> Iterator[frozenset[str]]:
    if case.action.kms is not None:
        yield from case.action.kms.always
    yield _WHERE
    if case.action.service == "ec2":
        yield _WHERE_IN_EC2
    yield from _HOW
    service = case.action.service
    if service in _S3 and str(getter("aws:securetransport")(case.context)).lower() != "false":
        yield frozenset({f"{service}:tlsversion"})
    if case.caller.account and case.context.via_service is None:
        yield _WHO
        yield from [_WHENCE] if _is_missing("aws:sourcevpce", case) else _THROUGH_ENDPOINT
        if service in _S3:
            yield from (frozenset({f"{service}:{key}"}) for key in ("authtype", "signatureversion"))


def _is_missing(key: str, case: Case) -> bool:
    value = getter(key)(case.context)
    # Of a role that is made up for `simulate` only the session's name is known (S14).
    return value is None or (not case.caller.described and isinstance(value, str) and value.startswith(UNKNOWN_ID))


def _impossible(case: Case) -> Iterator[tuple[str, str]]:
    """Find the keys that are told and that no such request has, each with the reason."""
    context, target = case.context, case.target
    told = {key for key, value in context.given.items() if value}
    yield from ((key, "told, but AWS does not look it up for this action") for key in told if _is_lacking(key, case))
    if case.caller.caller_type != "Service":
        yield from ((key, "told, but only services pass it") for key in told & _OF_SERVICES)
    if context.via_service is not None:
        yield from ((key, "told, but a service makes the call") for key in told & _OF_ENDPOINTS)
    if "aws:sourceip" in told and told & _OF_ENDPOINTS:
        yield "aws:sourceip", "told, but through a VPC endpoint there is none"
    if target.is_key and context.given.get("aws:requestedregion") not in {None, target.region}:
        yield "aws:requestedregion", f"told to be another, but the key is in `{target.region}`"
    if context.alias is None and target.described and "kms:requestalias" in told:
        aliases = target.keys.get("kms:resourcealiases") or ()
        if context.given["kms:requestalias"] not in aliases:
            yield "kms:requestalias", "told, but the key has no such alias"


def _is_lacking(key: str, case: Case) -> bool:
    return key in case.action.lacks or f"{key.partition('/')[0]}/" in case.action.lacks


def _doubted(statement: BoundStatement, why: Mapping[str, str], case: Case) -> Iterator[Diagnostic]:
    """Say of each doubtful key that a statement's answer hangs on it: an Allow that matches, a Deny that might."""
    compiled = statement.compiled
    keys = _keys(compiled) & why.keys()
    if not keys or not _bears(statement, keys, case):
        return
    effect = "the Allow may not match" if statement.allow else "the Deny may match"
    for reason in dict.fromkeys(why[key] for key in sorted(keys)):
        names = " and ".join(f"`{_name(key, compiled)}`" for key in sorted(keys) if why[key] == reason)
        message = f"{names} is {reason}: otherwise {effect} in {statement.ref()}"
        told = "tell it as context" if reason.startswith("not") else "leave it out"
        yield Diagnostic(message, f"{told}: AWS may decide otherwise", place=statement.place)


def _keys(compiled: CompiledStatement) -> frozenset[str]:
    """Give the condition keys that a statement looks at."""
    return frozenset().union(*(condition.keys for condition in compiled.conditions))


def _name(key: str, compiled: CompiledStatement) -> str:
    """Give a key as AWS writes it, or as the statement does."""
    if key in CONDITION_KEYS:
        return CONDITION_KEYS[key].name
    written = (condition.condition.key for condition in compiled.conditions)
    return next((name for name in written if name.lower() == key), key)


def _bears(statement: BoundStatement, keys: frozenset[str], case: Case) -> bool:
    compiled, context, unknown = statement.compiled, case.context, keys - _USUAL.keys()
    usual = _as_usual(context)
    if compiled.allow:
        return bool(statement.answer(context) and (unknown or not statement.answer(usual)))
    tests = [compiled.names, compiled.resource, compiled.inert]
    tests += [condition.test for condition in compiled.conditions if not condition.keys & unknown]
    return all(test(usual) for test in tests if test is not None)


def _as_usual(context: EvaluationContext) -> EvaluationContext:
    usual = copy(context)
    usual.given = {**_USUAL, **context.given}
    return usual
