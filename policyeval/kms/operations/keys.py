"""CreateKey, DescribeKey, ListKeys, UpdateKeyDescription and GetKeyLastUsage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.call import NO_RESOURCE, Call, Params, Response
from policyeval.kms.creation import ask_to_synchronize, check_key_quota, creation_conditions
from policyeval.kms.errors import KmsError
from policyeval.kms.key_policy import default_text
from policyeval.kms.lockout import with_new_policy
from policyeval.kms.metadata import key_metadata
from policyeval.kms.operations.row import Asked, Operation
from policyeval.kms.paging import page, without_ended
from policyeval.kms.records import Key, MultiRegion
from policyeval.kms.states import NOT_PENDING_DELETION
from policyeval.kms.tagging import ask_to_tag, read_tags

_PAGE: Final = 100
_STORES: Final = frozenset({"AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"})


def prepare_key(call: Call) -> None:
    """Ask for a key, and make its material unless that is to be imported."""
    key = _requested(call)
    call.ask_on(NO_RESOURCE, "kms:CreateKey", creation_conditions(call, key))
    ask_to_tag(call, key.region)
    if key.multi_region is not None:
        ask_to_synchronize(call)
    _check_supported(key)
    call.key, call.material = replace(key, tags=read_tags(call.params.get("Tags", ()))), None
    if key.origin != "EXTERNAL":
        call.material = call.core.vault.generate(key.arn, key.key_id, key.spec, 1, call.now)


def create_key(call: Call) -> Response:
    """Create a key as it was prepared."""
    key, material, transaction = call.key, call.material, call.transaction
    if "Policy" in call.params:  # the default policy lets the account in, whoever calls
        key = with_new_policy(call, key)
    check_key_quota(call, key.account, key.region)
    if material is not None:
        key = replace(key, material=material.version, material_id=material.id)
    transaction.put_key(key)
    if material is not None:
        transaction.put_material(material)
    call.keys.append(key)
    return {"KeyMetadata": key_metadata(key)}


def _requested(call: Call) -> Key:
    """Write down the key that a request describes."""
    params, account, partition = call.params, call.caller.account, call.caller.partition
    spec = _spec(params)
    usage = _usage(params, spec)
    origin = params.get("Origin", "AWS_KMS")
    if "CustomKeyStoreId" in params and origin not in _STORES:
        raise KmsError("ValidationException", f"Origin {origin} is not compatible with CustomKeyStoreId")
    if "XksKeyId" in params and origin != "EXTERNAL_KEY_STORE":
        raise KmsError("ValidationException", f"Origin {origin} is not compatible with XksKeyId")
    multi_region = params.get("MultiRegion", False)
    new_id = call.core.vault.new_key_id()
    key_id = f"mrk-{new_id.replace('-', '')}" if multi_region else new_id
    arn = f"arn:{partition}:kms:{call.region}:{account}:key/{key_id}"
    return Key(
        arn=arn,
        account=account,
        region=call.region,
        key_id=key_id,
        created=call.now,
        policy=params.get("Policy") or default_text(partition, account),
        spec=spec,
        usage=usage,
        origin=origin,
        state="PendingImport" if origin == "EXTERNAL" else "Enabled",
        description=params.get("Description", ""),
        multi_region=MultiRegion(arn) if multi_region else None,
    )


def _spec(params: Params) -> str:
    """Read the spec, which has an old name."""
    if "KeySpec" in params and "CustomerMasterKeySpec" in params:
        message = (
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
        raise KmsError("ValidationException", message)
    spec: str = params.get("KeySpec") or params.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    return spec


def _usage(params: Params, spec: str) -> str:
    """Read the usage; a spec has one by itself or needs to be told (KMS 9)."""
    usage: str | None = params.get("KeyUsage") or KEY_SPECS[spec].default_usage
    if usage is None:
        message = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
        raise KmsError("ValidationException", message)
    if usage not in KEY_SPECS[spec].usages:
        raise KmsError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    return usage


def _check_supported(key: Key) -> None:
    """Refuse keys that cannot be made here, or nowhere (KMS 23, 24)."""
    spec = KEY_SPECS[key.spec]
    if key.origin in _STORES:
        raise KmsError("UnsupportedOperationException", "Custom key stores are not supported.")
    if not spec.supported:
        raise KmsError("UnsupportedOperationException", f"KeySpec {key.spec} is not supported.")
    if key.origin == "EXTERNAL" and not spec.importable:
        message = f"Key material for KeySpec {key.spec} cannot be imported."
        raise KmsError("UnsupportedOperationException", message)


def describe_key(call: Call) -> Response:
    """Tell about a key; an alias of AWS's own names one that appears when its service asks (K10)."""
    return {"KeyMetadata": key_metadata(call.key)}


def list_keys(call: Call) -> Response:
    """List the account's keys in the Region, by id.

    Nobody shares keys through AWS RAM here: `OTHER_ACCOUNTS_VIA_RAM` alone lists none.
    """
    owners = sorted(set(call.params.get("ResourceOwners", ("SELF",))))

    def fetch(after: str, limit: int) -> Sequence[Key]:
        if "SELF" not in owners:
            return ()
        account, region = call.caller.account, call.region
        return without_ended(call, lambda: call.reading.keys(account, region, after, limit), _itself)

    return page(call, member="Keys", default=_PAGE, fetch=fetch, order=_by_id, show=_shown, of=" ".join(owners))


def _itself(key: Key) -> Key:
    return key


def _by_id(key: Key) -> str:
    return key.key_id


def _shown(key: Key) -> dict[str, str]:
    return {"KeyId": key.key_id, "KeyArn": key.arn}


def update_key_description(call: Call) -> Response:
    """Change what a key says of itself."""
    call.transaction.put_key(replace(call.key, description=call.params["Description"]))
    return {}


def get_key_last_usage(call: Call) -> Response:
    """Tell when a key was last used for cryptography; it is tracked from its creation on."""
    key = call.key
    use = call.core.uses.last(key, call.reading)
    usage = {}
    if use is not None:
        usage = {
            "Operation": use.operation,
            "Timestamp": use.at,
            "CloudTrailEventId": use.event_id,
            "KmsRequestId": use.request_id,
        }
    # The id, as the example in "Determine past usage of a KMS key" of the KMS guide has it.
    answer: Response = {"KeyId": key.key_id, "KeyCreationDate": key.created, "TrackingStartDate": key.created}
    return {**answer, "KeyLastUsage": usage}


OPERATIONS: Final = (
    Operation("CreateKey", create_key, Asked.ITSELF, writes=True, prepare=prepare_key),
    Operation("DescribeKey", describe_key, aliases=True),
    Operation("ListKeys", list_keys, Asked.NOTHING),
    Operation("UpdateKeyDescription", update_key_description, works_in=NOT_PENDING_DELETION, writes=True),
    Operation("GetKeyLastUsage", get_key_last_usage),
)
