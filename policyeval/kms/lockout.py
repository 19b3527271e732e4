"""The lockout check: nobody puts a key policy under which they could not put another (KMS 17)."""

from __future__ import annotations

from dataclasses import replace

from policyeval.authorizer import Authorizer
from policyeval.kms.call import Call
from policyeval.kms.errors import KmsError
from policyeval.kms.key_policy import check_policy, kept_policy
from policyeval.kms.records import Key
from policyeval.kms.source import WithPolicy


def with_new_policy(call: Call, candidate: Key) -> Key:
    """Give a key as it is kept under its new policy.

    Refuses a key policy that AWS refuses, and unless the caller bypasses it one that locks the caller out.

    Args:
        call: the call; its `BypassPolicyLockoutSafetyCheck` says whether to skip the second.
        candidate: the key as it would be under the policy.

    Raises:
        KmsError: `MalformedPolicyDocumentException` or `LimitExceededException`.

    """
    core = call.core
    check_policy(candidate.policy, candidate.partition, core.iam, core.names, core.settings.policy)
    key = replace(candidate, policy=kept_policy(candidate.policy, core.iam, core.names, call.transaction))
    if call.params.get("BypassPolicyLockoutSafetyCheck"):
        return key
    authorizer = Authorizer(WithPolicy(core.iam, core.store, core.names, key))
    if not authorizer.authorize(call.request(candidate.arn, "kms:PutKeyPolicy")).allowed:
        message = "The new key policy will not allow you to update the key policy in the future."
        raise KmsError("MalformedPolicyDocumentException", message)
    return key
