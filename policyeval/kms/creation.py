"""What creating a key and creating a replica have in common: what policies see of it, and the quota."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from policyeval.evaluator.key_values import service_principal
from policyeval.kms.call import Call, Conditions
from policyeval.kms.caller import Caller
from policyeval.kms.errors import KmsError
from policyeval.kms.managed import ALIAS_PREFIX
from policyeval.kms.records import Key
from policyeval.kms.tagging import tag_conditions
from policyeval.model.request import ContextValue, Request

_KMS: Final = "kms.amazonaws.com"
# What these tell is of the caller's own request, and not of the one that KMS makes on from it.
_OF_ITS_OWN: Final = ("aws:calledvia", "aws:viaawsservice")
# What keeps the members of multi-Region keys alike, and its role.
_SYNCHRONIZER: Final = "mrk.kms.amazonaws.com"
_ROLE: Final = f"aws-service-role/{_SYNCHRONIZER}/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"


def creation_conditions(call: Call, key: Key) -> Conditions:
    """Give the condition keys of kms:CreateKey: they come from the request, for the key is not there yet (K9)."""
    conditions: dict[str, Any] = {
        "kms:KeySpec": key.spec,
        "kms:KeyUsage": key.usage,
        "kms:CustomerMasterKeySpec": key.spec,
        "kms:CustomerMasterKeyUsage": key.usage,
        "kms:KeyOrigin": key.origin,
        "kms:MultiRegion": key.multi_region is not None,
        **tag_conditions(call.params),
    }
    if key.multi_region is not None:
        conditions["kms:MultiRegionKeyType"] = key.multi_region_type
    if "BypassPolicyLockoutSafetyCheck" in call.params:
        conditions["kms:BypassPolicyLockoutSafetyCheck"] = call.params["BypassPolicyLockoutSafetyCheck"]
    return conditions


def ask_to_synchronize(call: Call) -> None:
    """Ask whether the caller may make the service-linked role of multi-Region keys, as KMS does for each new primary.

    KMS makes it with the caller's permissions, and makes it again where it is there already ("Control access to
    multi-Region keys" of the KMS guide). The caller's address and endpoint are not IAM's to see (S34).
    """
    caller = call.caller
    call.decide(
        Request(
            caller.principal,
            "iam:CreateServiceLinkedRole",
            f"arn:{caller.partition}:iam::{caller.account}:role/{_ROLE}",
            context={**_as_kms_passes_on(caller), "iam:AWSServiceName": _SYNCHRONIZER},
            session=caller.session,
            via_service=f"kms.{call.region}.amazonaws.com",
            at=call.now,
        )
    )


def _as_kms_passes_on(caller: Caller) -> dict[str, ContextValue]:
    """Give the caller's condition keys; in the chain of services that make the request KMS is the last (S34)."""
    keys = {name: value for name, value in caller.context.items() if not name.lower().startswith(_OF_ITS_OWN)}
    if caller.via_service is None:
        return keys
    told = next((value for name, value in caller.context.items() if name.lower() == "aws:calledvia"), ())
    before = [str(told)] if not isinstance(told, Sequence) or isinstance(told, str) else [str(each) for each in told]
    return {**keys, "aws:CalledVia": [*(before or [service_principal(caller.via_service)]), _KMS]}


def check_key_quota(call: Call, account: str, region: str) -> None:
    """Refuse one key too many for an account in a Region; AWS managed keys do not count.

    Raises:
        KmsError: `LimitExceededException`.

    """
    most, reading = call.core.settings.keys, call.reading
    count = reading.count_keys(account, region)
    if count < most:
        return
    aliases = reading.aliases(account, region, ALIAS_PREFIX, count)
    managed = sum(alias.name.startswith(ALIAS_PREFIX) for alias in aliases)  # every one of them has its alias
    if (used := count - managed) >= most:
        quota = f"Key quota for this account in this region is {most} but the current usage is {used}."
        raise KmsError("LimitExceededException", quota)
