"""The operations of STS, but for AssumeRole, and the table of all.

Source: the STS API reference, and the IAM user guide, "Compare AWS STS credentials".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from policyeval.kms.sts.assume_role import assume_role
from policyeval.kms.sts.call import Call, Response
from policyeval.kms.sts.issued import Issued, Kind
from policyeval.kms.sts.names import unique_id
from policyeval.kms.sts.sessions import (
    answer,
    refuse_mfa,
    refuse_sessions,
    session_policies,
    tag_conditions,
    tags_of,
    users_duration,
)
from policyeval.model.arn import federated_session_arn

__all__ = ["OPERATIONS"]


def get_caller_identity(call: Call) -> Response:
    """Tell who calls; nobody is asked, and no policy can deny it."""
    return {"UserId": _user_id(call), "Account": call.arn.account, "Arn": call.identity.arn}


def _user_id(call: Call) -> str:
    record, session = call.principal, call.identity.session
    if record.kind == "role":
        return f"{unique_id(record)}:{call.arn.resource.rpartition('/')[2]}"
    if session is not None and session.name is not None:  # federated
        return f"{call.arn.account}:{session.name}"
    return unique_id(record)


def get_session_token(call: Call) -> Response:
    """Make a session of a user or root user; it authenticates, and no policy has a say in that."""
    refuse_sessions(call)
    refuse_mfa(call.params)
    record, start = call.principal, int(call.now.timestamp())
    return answer(call, Issued(Kind.USER, record.arn, record.unique_id, None, start, start + users_duration(call)))


def get_federation_token(call: Call) -> Response:
    """Make a session of a user or root user under another name, with what session policies leave of its permissions."""
    refuse_sessions(call)
    name: str = call.params["Name"]
    arn = federated_session_arn(call.arn, name)
    tags = tags_of(call.params)
    conditions = tag_conditions(tags)
    call.ask("sts:GetFederationToken", arn, conditions)
    if tags:
        call.ask("sts:TagSession", arn, conditions)
    policies = session_policies(call, call.arn)
    record, start = call.principal, int(call.now.timestamp())
    end = start + users_duration(call)
    issued = Issued(
        Kind.FEDERATED, record.arn, record.unique_id, name, start, end, policies.inline, policies.arns, tags
    )
    federated = {"FederatedUserId": f"{call.arn.account}:{name}", "Arn": arn}
    return answer(call, issued) | {"FederatedUser": federated}


OPERATIONS: Final[Mapping[str, Callable[[Call], Response]]] = MappingProxyType(
    {
        "AssumeRole": assume_role,
        "GetCallerIdentity": get_caller_identity,
        "GetFederationToken": get_federation_token,
        "GetSessionToken": get_session_token,
    }
)
"""What each operation does."""
