"""AssumeRole: who may, for how long, and what goes on from session to session.

Source: the STS API reference, "AssumeRole"; the IAM user guide, "Pass session tags in AWS STS", "Monitor and
control actions taken with assumed roles"; and the service authorization reference of STS, which lists the
condition keys of each action.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policyeval.kms.errors import KmsError
from policyeval.kms.sts.call import DENIED, Call, Conditions, Response
from policyeval.kms.sts.issued import Issued, Kind
from policyeval.kms.sts.names import unique_id
from policyeval.kms.sts.sessions import (
    AN_HOUR,
    answer,
    refuse_mfa,
    session_policies,
    tag_conditions,
    tags_of,
)
from policyeval.model.arn import Arn, is_account_id, role_session_arn, split_arn
from policyeval.model.records import PrincipalRecord

__all__ = ["assume_role"]

_ASSUME: Final = "sts:AssumeRole"
_SET_SOURCE: Final = "sts:SetSourceIdentity"


def assume_role(call: Call) -> Response:
    """Make a session of a role."""
    params = call.params
    role: str = params["RoleArn"]
    arn = _arn_of_role(role)
    _refuse_some_callers(call, role)
    refuse_mfa(params)
    _refuse_contexts(call)
    tags, inherited = tags_of(params), call.issued.inherited if call.issued is not None else {}
    _check_inherited(tags, inherited)
    source = _source_identity(call, role)
    _ask(call, role, tags, inherited, source)

    policies = session_policies(call, arn)
    record = call.core.iam.principal(role)
    name: str = params["RoleSessionName"]
    start = int(call.now.timestamp())
    issued = Issued(
        Kind.ROLE,
        role,
        record.unique_id,
        name,
        start,
        start + _duration(call, record),
        policies.inline,
        policies.arns,
        inherited | tags,
        (*inherited, *_transitive_keys(call, tags)),
        source,
    )
    response = answer(call, issued)
    response["AssumedRoleUser"] = {
        "AssumedRoleId": f"{unique_id(record)}:{name}",
        "Arn": role_session_arn(arn, name),
    }
    if source is not None:
        response["SourceIdentity"] = source
    return response


def _ask(call: Call, role: str, tags: Mapping[str, str], inherited: Mapping[str, str], source: str | None) -> None:
    """Ask for the session, for its tags where it has any, and for its source identity."""
    conditions = {**tag_conditions(tags), **_transitive(call)}
    call.ask(_ASSUME, role, {**conditions, **_of_assuming(call, source)})
    if tags or inherited:
        call.ask("sts:TagSession", role, conditions)
    if source is not None:
        call.ask(_SET_SOURCE, role, {"sts:SourceIdentity": source})


def _arn_of_role(text: str) -> Arn:
    arn = split_arn(text)
    if arn is None or arn.service != "iam" or arn.region or not is_account_id(arn.account):
        raise KmsError("ValidationError", f"{text} is invalid")
    if not arn.resource.startswith("role/") or not arn.resource.rpartition("/")[2]:
        raise KmsError("ValidationError", f"{text} is invalid")
    return arn


def _refuse_some_callers(call: Call, role: str) -> None:
    """Refuse who may assume no role at all, whatever policies say."""
    if call.issued is not None and call.issued.kind is Kind.FEDERATED:
        raise call.never(_ASSUME, role)
    if call.is_root:
        raise KmsError(DENIED, "Roles may not be assumed by root accounts.")


def _refuse_contexts(call: Call) -> None:
    if "ProvidedContexts" in call.params:
        raise KmsError("InvalidContextAssertion", "Context assertions are not supported here.")


def _check_inherited(tags: Mapping[str, str], inherited: Mapping[str, str]) -> None:
    """Refuse a tag of a key that the session inherits: nothing overrides what is transitive."""
    folded = {key.lower() for key in inherited}
    if any(key.lower() in folded for key in tags):
        words = (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session."
        )
        raise KmsError("InvalidParameterValue", words)


def _source_identity(call: Call, role: str) -> str | None:
    """Give the new session's source identity: once set it goes on, and is never another."""
    asked: str | None = call.params.get("SourceIdentity")
    known = call.issued.source_identity if call.issued is not None else None
    if known is not None and asked not in {None, known}:
        raise call.never(_SET_SOURCE, role)
    return known if known is not None else asked


def _transitive_keys(call: Call, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Give the keys of the request's tags that are to go on, as the tags spell them."""
    folded = {key.lower() for key in call.params.get("TransitiveTagKeys", ())}
    return tuple(key for key in tags if key.lower() in folded)


def _transitive(call: Call) -> Conditions:
    keys = call.params.get("TransitiveTagKeys")
    return {"sts:TransitiveTagKeys": list(keys)} if keys else {}


def _of_assuming(call: Call, source: str | None) -> Conditions:
    """Give the condition keys that AssumeRole alone sets."""
    known = {
        "sts:RoleSessionName": call.params["RoleSessionName"],
        "sts:ExternalId": call.params.get("ExternalId"),
        "sts:SourceIdentity": source,
    }
    return {name: value for name, value in known.items() if value is not None}


def _duration(call: Call, record: PrincipalRecord) -> int:
    """Give how long the session lasts, in seconds; asked of those who may assume the role alone."""
    asked: int = call.params.get("DurationSeconds", AN_HOUR)
    if call.issued is not None and asked > AN_HOUR:
        words = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise KmsError("ValidationError", words)
    if asked > record.max_session_duration:
        words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise KmsError("ValidationError", words)
    return asked
