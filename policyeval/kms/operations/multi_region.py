"""ReplicateKey and UpdatePrimaryRegion (KMS 22; "Multi-Region keys in AWS KMS" of the KMS guide).

Both are done at once: their transient states, Creating and Updating, are answered and never stored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from policyeval.catalog.regions import regions
from policyeval.kms.call import NO_RESOURCE, Call, Found, Response
from policyeval.kms.creation import check_key_quota, creation_conditions
from policyeval.kms.errors import KmsError
from policyeval.kms.key_policy import default_text, shown_policy
from policyeval.kms.lifecycle import join, members
from policyeval.kms.lockout import with_new_policy
from policyeval.kms.metadata import key_metadata
from policyeval.kms.operations.kinds import check_primary
from policyeval.kms.operations.row import Operation, given
from policyeval.kms.records import Key, KeyState, MultiRegion
from policyeval.kms.states import USABLE, check_state
from policyeval.kms.tagging import ask_to_tag, read_tags

_REPLICATED_IN: Final[frozenset[KeyState]] = frozenset({"Enabled"})


def replicate_key(call: Call) -> Response:
    """Make a key of the same id and material in another Region; all else of it is its own."""
    params = call.params
    check_primary(call.key)
    replica = _requested(call)
    # The new key and its tags are asked for in the replica's Region (K5).
    there = {"aws:RequestedRegion": replica.region}
    call.ask_on(NO_RESOURCE, "kms:CreateKey", {**creation_conditions(call, replica), **there})
    ask_to_tag(call, replica.region)
    if call.reading.key_by_id(replica.region, replica.key_id) is not None:
        raise KmsError("AlreadyExistsException", f"{replica.arn} already exists.")
    replica = replace(replica, tags=read_tags(params.get("Tags", ())))
    if "Policy" in params:  # the default policy lets the account in, whoever calls
        replica = with_new_policy(call, replica)
    check_key_quota(call, replica.account, replica.region)
    join(replica, call.key, call.transaction, call.core.vault)
    return {
        "ReplicaKeyMetadata": key_metadata(replace(replica, state="Creating")),
        "ReplicaPolicy": shown_policy(replica.policy, call.core.names),
        "ReplicaTags": [{"TagKey": name, "TagValue": value} for name, value in replica.tags],
    }


def _arn_in(key: Key, region: str) -> str:
    """Name a key of the same id in another Region of its partition."""
    if region not in regions().get(key.partition, ()):
        raise KmsError("UnsupportedOperationException", f"{region} is not a Region of the partition {key.partition}.")
    return f"arn:{key.partition}:kms:{region}:{key.account}:key/{key.key_id}"


def _requested(call: Call) -> Key:
    """Write down the replica that a request describes."""
    primary, params = call.key, call.params
    arn = _arn_in(primary, params["ReplicaRegion"])
    replicas = [member.arn for member in members(primary, call.reading) if member.arn != primary.arn]
    return replace(
        primary,
        arn=arn,
        region=params["ReplicaRegion"],
        created=call.now,
        policy=params.get("Policy") or default_text(primary.partition, primary.account),
        description=params.get("Description", ""),
        tags=(),
        state="PendingImport" if primary.origin == "EXTERNAL" else "Enabled",
        multi_region=MultiRegion(primary.arn, (*replicas, arn)),
        expiration_model=None,
        valid_to=None,
    )


def update_primary_region(call: Call) -> Response:
    """Make a replica the primary, and the primary a replica; the caller needs the permission on both."""
    primary, region = call.key, call.params["PrimaryRegion"]
    check_primary(primary)
    if region == primary.region:
        raise KmsError("UnsupportedOperationException", f"{primary.arn} is the multi-region primary key already.")
    replica = _replica_in(call, region)
    call.ask("kms:UpdatePrimaryRegion", Found(replica), _NEW_PRIMARY(call.params))
    check_state(replica, USABLE)
    group = members(replica, call.transaction)
    others = tuple(member.arn for member in group if member.arn != replica.arn)
    changed = MultiRegion(replica.arn, others)
    for member in group:
        call.transaction.put_key(replace(member, multi_region=changed))
    return {}


def _replica_in(call: Call, region: str) -> Key:
    for replica in members(call.key, call.reading)[1:]:
        if replica.region == region and (found := call.settled(replica)) is not None:
            call.keys.append(found)
            return found
    raise KmsError("NotFoundException", f"Key '{_arn_in(call.key, region)}' does not exist")


_NEW_PRIMARY: Final = given("PrimaryRegion")

OPERATIONS: Final = (
    Operation(
        "ReplicateKey",
        replicate_key,
        works_in=_REPLICATED_IN,
        writes=True,
        conditions=given("ReplicaRegion"),
    ),
    Operation("UpdatePrimaryRegion", update_primary_region, works_in=USABLE, writes=True, conditions=_NEW_PRIMARY),
)
