"""GetKeyPolicy, PutKeyPolicy and ListKeyPolicies (KMS 17)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from policyeval.kms.call import Call, Response
from policyeval.kms.key_policy import DEFAULT_NAME, check_name, missing_policy, shown_policy
from policyeval.kms.lockout import with_new_policy
from policyeval.kms.operations.row import Operation, given
from policyeval.kms.paging import at_hand, page

_PAGE: Final = 100


def get_key_policy(call: Call) -> Response:
    """Give a key's policy, as it was put but for users and roles that are gone: of those their unique ids are left."""
    if call.params.get("PolicyName", DEFAULT_NAME) != DEFAULT_NAME:
        raise missing_policy()
    return {"Policy": shown_policy(call.key.policy, call.core.names), "PolicyName": DEFAULT_NAME}


def put_key_policy(call: Call) -> Response:
    """Replace a key's policy; the very next decision goes by it."""
    check_name(call.params.get("PolicyName"))
    call.transaction.put_key(with_new_policy(call, replace(call.key, policy=call.params["Policy"])))
    return {}


def list_key_policies(call: Call) -> Response:
    """List the names of a key's policies; there is one."""
    fetch = at_hand([DEFAULT_NAME], str)
    return page(call, member="PolicyNames", default=_PAGE, fetch=fetch, order=str, show=str, of=call.key.arn)


_NAME: Final = given("PolicyName")
_PUT: Final = given("PolicyName", "BypassPolicyLockoutSafetyCheck")

OPERATIONS: Final = (
    Operation("GetKeyPolicy", get_key_policy, conditions=_NAME),
    Operation("PutKeyPolicy", put_key_policy, writes=True, conditions=_PUT),
    Operation("ListKeyPolicies", list_key_policies),
)
