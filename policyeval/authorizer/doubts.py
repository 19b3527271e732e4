"""Why AWS may deny what is allowed here: the request is told as nobody can send it, or not all is asked.

A key that is missing fits ForAllValues and IfExists and escapes a Deny. Where AWS would have a value, such an allow
holds for the request as it was told, but for none that can be sent; the same goes for one that rests on a key which no
such request has. Neither contradicts what is derived (S34): both are decided as they were told, and the allow says so.
It also says what else must permit the request and is not asked.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from policyeval.authorizer.callers import ANONYMOUS
from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import decide
from policyeval.authorizer.nameless import of_path, of_region, of_session, sessions
from policyeval.authorizer.presence import USUAL, account_of_source, impossible, is_lacking, is_missing, untold
from policyeval.authorizer.report import Doubted, every_statement, otherwise
from policyeval.authorizer.unasked import of_bucket, of_endpoint, of_public, of_undescribed, undescribed
from policyeval.catalog.keys import CONDITION_KEYS
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.globs import compile_glob, tokenize
from policyeval.evaluator.key_names import (
    ACCOUNT_KEYS,
    BUCKET_TAG,
    OTHER_RESOURCE_TAGS,
    PRINCIPAL_TAG,
    RESOURCE_TAG,
    RESOURCE_TAGS,
    SOURCE_ACCOUNT,
    TARGET_KEYS,
)
from policyeval.evaluator.key_values import origin_keys
from policyeval.evaluator.layers import BoundStatement
from policyeval.evaluator.statements import CompiledStatement
from policyeval.model.arn import is_account_id
from policyeval.model.source import Diagnostic


class _Doubt(NamedTuple):
    """What is doubtful about a key, as it finishes "`key` is …", and how to settle it."""

    what: str
    hint: str


_TELL: Final = "tell it as context"
_LEAVE_OUT: Final = "leave it out"
_UNTOLD: Final = _Doubt("not told, which every request has", _TELL)
_SUPPOSED: Final = _Doubt("not told, and taken for the request's time", _TELL)
_UNKNOWN_CALLER: Final = _Doubt("not told, and the caller is not described", _TELL)
_UNKNOWN_SOURCE: Final = _Doubt("not told, and the account that the service calls for is not known", _TELL)
_UNKNOWN_RESOURCE: Final = _Doubt("not told, and the resource is not described", _TELL)
_TAG_OF_BUCKET: Final = _Doubt("a bucket's tag, which counts only where ABAC is enabled for it", _LEAVE_OUT)

_ISSUED: Final = "aws:tokenissuetime"
# For how many seconds temporary credentials are good: AssumeRole of the STS reference, and GetFederationToken and
# GetSessionToken.
_LONGEST_OF_ROLES: Final = 12 * 3600
_LONGEST: Final = 36 * 3600


def doubts(case: Case) -> tuple[Diagnostic, ...]:
    """Name what a statement looks at that every real request has and this one lacks, or that only this one has."""
    return (*_besides(case), *(each.why for each in standing(_of_request(case), case)))


def reservations(case: Case) -> tuple[Diagnostic, ...]:
    """Give the doubts and, for who asks about an estate that may not be described in full, what is not known of it.

    A scenario describes all that there is: there it is no doubt.
    """
    keys = dict.fromkeys(_unknown_tags(case), _UNKNOWN_RESOURCE) | dict(_of_handed_over(case))
    keys |= dict.fromkeys(_tags_of_bucket(case), _TAG_OF_BUCKET) | dict.fromkeys(_of_source(case), _UNKNOWN_SOURCE)
    unknown = (*(each.why for each in (of_public(case), of_undescribed(case)) if each is not None), *of_endpoint(case))
    found = standing((*_of_request(case), *of_path(case), *_depending(keys, case)), case)
    return (*_besides(case), *(each.why for each in found), *unknown, *_of_owner(case), *_of_unsigned(case))


def _besides(case: Case) -> Iterator[Diagnostic]:
    """Say what bears on the answer beside what the request was told."""
    bucket = of_bucket(case)
    if bucket is not None:
        yield bucket.why
    yield from _of_task(case)
    yield from _of_no_arns(case)


def _of_request(case: Case) -> Iterator[Doubted]:
    """Find the statements that look at what a request was not told, or was told as nobody can send it."""
    doubtful = dict.fromkeys(untold(case), _UNTOLD)
    doubtful |= {key: _Doubt(what, _LEAVE_OUT) for key, what in impossible(case)}
    yield from of_session(case)
    yield from of_region(case)
    yield from _depending(doubtful | _of_age(case), case)


def standing(found: Iterable[Doubted], case: Case) -> list[Doubted]:
    """Leave out the doubts of Allows where other ones suffice: then the answer depends on none of them."""
    found = tuple(found)
    allows = {each.statement for each in found if each.statement.allow}
    idle = allows if allows and _stands_without(allows, case) else ()
    return [each for each in found if each.statement not in idle]


def _stands_without(allows: Container[BoundStatement], case: Case) -> bool:
    other = case.copy()
    other.matched = {each: each.answer(case.context) for each in every_statement(case) if each not in allows}
    return decide(other).reason == "allowed"


def _of_unsigned(case: Case) -> Iterator[Diagnostic]:
    """Say that KMS takes nothing unsigned, whatever a key policy permits.

    Source: AWS KMS API reference, "Welcome" ("Requests must be signed").
    """
    if case.action.kms is not None and case.caller.name == ANONYMOUS:
        yield Diagnostic(
            "KMS takes no unsigned request, whatever the key policy permits",
            "ask for a principal of some account: whom the policy lets in is everybody with credentials",
        )


def _of_owner(case: Case) -> Iterator[Diagnostic]:
    """Say whose a resource is taken to be that policies are handed over for, where neither ARN nor request tells."""
    target, told = case.target, case.context.given.keys() & ACCOUNT_KEYS
    if target.parts is None or target.record is None or target.record.described or not case.caller.account:
        return
    if not (is_account_id(target.parts.account) or case.request.resource_account or told):
        message = f"whose `{target.arn}` is, is not told: it is taken for the caller's own"
        yield Diagnostic(message, "give `resource_account`: another account's needs both sides to allow")


def _of_task(case: Case) -> Iterator[Diagnostic]:
    """Say that a root user's session of AssumeRoot does no more than its task.

    Source: AssumeRoot of the STS reference, TaskPolicyArn.
    """
    if case.caller.is_root and str(case.context.given.get("aws:assumedroot")).lower() == "true":
        yield Diagnostic(
            "the task policy that AssumeRoot made the session with must permit the request as well, and is not asked",
            "see that it is one of the task's actions: AWS may decide otherwise",
        )


def _of_no_arns(case: Case) -> Iterator[Diagnostic]:
    """Name each Deny of the action whose Resource is no ARN: IAM refuses such a policy, and elsewhere it is idle (S21).

    Source: IAM user guide, "IAM policy validation reference", invalid ARN prefix.
    """
    for statement in every_statement(case):
        compiled = statement.compiled
        element = compiled.statement.resource
        if statement.allow or element is None or element.negated:
            continue
        others = [compiled.names, compiled.misplaced, *(condition.test for condition in compiled.conditions)]
        if all(test(case.context) for test in others if test is not None):
            for value in filter(_is_no_arn, element.values):
                message = f"the resource `{value}` is no ARN, so the Deny does not match by it in {statement.ref()}"
                yield Diagnostic(message, "write the whole ARN, or `*` for all", place=statement.place)


def _is_no_arn(resource: str) -> bool:
    head, colon, _ = resource.partition(":")
    return not (compile_glob(tokenize(head))("arn") and (colon or "*" in head or "?" in head))


def _of_age(case: Case) -> dict[str, _Doubt]:
    """Say that nobody tells when the caller's temporary credentials were issued, at the latest now."""
    told = case.context.given.get(_ISSUED)
    return {_ISSUED: _SUPPOSED} if case.context.caller.temporary and not told else {}


def _depending(doubtful: Mapping[str, _Doubt], case: Case) -> Iterator[Doubted]:
    """Say of doubtful keys which statements depend on them."""
    for statement in every_statement(case) if doubtful else ():
        yield from _doubted(statement, doubtful, case)


def _of_handed_over(case: Case) -> Iterator[tuple[str, _Doubt]]:
    """Find what statements ask of a caller or a resource of which no more than the name is known (`simulate`)."""
    caller, record = case.caller, case.target.record
    for key in (key for statement in every_statement(case) for key in _keys(statement.compiled)):
        if not is_missing(key, case):
            continue
        if not caller.described and key.startswith((PRINCIPAL_TAG, "aws:principalorg")):
            yield key, _UNKNOWN_CALLER
        if record is not None and not record.described and _is_of_resource(key, case):
            yield key, _UNKNOWN_RESOURCE


def _of_source(case: Case) -> Iterator[str]:
    """Find the keys of the organization for which a service calls; it names a source of which nobody tells whose it is.

    Source: IAM user guide, "AWS global condition context keys", aws:SourceOrgID (of accounts that are in one).
    """
    named = any(case.context.given.get(key) for key in ("aws:sourcearn", SOURCE_ACCOUNT))
    if named and case.caller.caller_type == "Service" and origin_keys(case.context) is None:
        yield from (key for key in ("aws:sourceorgid", "aws:sourceorgpaths") if is_missing(key, case))


def _is_of_resource(key: str, case: Case) -> bool:
    if key.startswith("kms:"):
        return case.target.is_key and key in TARGET_KEYS and case.action.carries(key)
    return key.startswith((*RESOURCE_TAGS, "aws:resourceorg")) and not is_lacking(key, case)


def _unknown_tags(case: Case) -> Iterator[str]:
    """Find the tags that statements ask for, of a resource that is not described; an alias has none."""
    families = _unknown_families(case)
    for statement in every_statement(case):
        yield from (key for key in _keys(statement.compiled) if key.startswith(families) and is_missing(key, case))


def _unknown_families(case: Case) -> tuple[str, ...]:
    """Name the keys of tags that a request may have and of which nothing is known."""
    parts = undescribed(case)
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


def _doubted(statement: BoundStatement, doubtful: Mapping[str, _Doubt], case: Case) -> Iterator[Doubted]:
    """Say of each doubtful key that a statement's answer depends on it: an Allow that matches, a Deny that might."""
    compiled = statement.compiled
    keys = _keys(compiled) & doubtful.keys()
    if not keys or not _bears(statement, keys, case):
        return
    for doubt in dict.fromkeys(doubtful[key] for key in sorted(keys)):
        names = " and ".join(f"`{_name(key, compiled)}`" for key in sorted(keys) if doubtful[key] == doubt)
        yield otherwise(statement, f"{names} is {doubt.what}", doubt.hint)


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
    compiled, context, supposed = statement.compiled, case.context, _supposed(case.context)
    unknown, usual = keys - supposed.keys(), context.telling({**supposed, **context.given})
    if compiled.allow:
        return bool(statement.answer(context) and (unknown or not statement.answer(usual)))
    tests = [compiled.names, compiled.resource, compiled.misplaced]
    tests += [condition.test for condition in compiled.conditions if not condition.keys & unknown]
    told = [test for test in tests if test is not None]
    return any(all(test(each) for test in told) for each in (usual, *sessions(statement, case, usual)))


def _supposed(context: EvaluationContext) -> dict[str, str]:
    """Give what untold keys would usually be; credentials are supposed to be as old as they can be."""
    supposed, origin = dict(USUAL), account_of_source(context)
    if context.caller.temporary:
        longest = _LONGEST_OF_ROLES if context.caller.keys.get("aws:principaltype") == "AssumedRole" else _LONGEST
        supposed[_ISSUED] = str(int(context.time().timestamp()) - longest)
    if origin is not None and SOURCE_ACCOUNT not in context.given:
        supposed[SOURCE_ACCOUNT] = origin
    return supposed
