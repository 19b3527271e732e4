"""TagResource, UntagResource and ListResourceTags (KMS 16)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from policyeval.kms.call import Call, Conditions, Params, Response
from policyeval.kms.operations.row import Operation
from policyeval.kms.paging import at_hand, page
from policyeval.kms.states import NOT_PENDING_DELETION
from policyeval.kms.tagging import check_keys, read_tags, tag_conditions

_PAGE: Final = 50


def tag_resource(call: Call) -> Response:
    """Add tags to a key, or change their values."""
    key = call.key
    call.transaction.put_key(replace(key, tags=read_tags(call.params["Tags"], key.tags)))
    return {}


def untag_resource(call: Call) -> Response:
    """Take tags from a key; what it does not have is no fault."""
    key, names = call.key, call.params["TagKeys"]
    check_keys(names)
    call.transaction.put_key(replace(key, tags=tuple(tag for tag in key.tags if tag[0] not in names)))
    return {}


def _untagging(params: Params) -> Conditions:
    return {"aws:TagKeys": params["TagKeys"]}


def list_resource_tags(call: Call) -> Response:
    """List a key's tags, by tag key."""
    fetch = at_hand(sorted(call.key.tags), _tag_key)
    return page(call, member="Tags", default=_PAGE, fetch=fetch, order=_tag_key, show=_shown, of=call.key.arn)


def _tag_key(tag: tuple[str, str]) -> str:
    return tag[0]


def _shown(tag: tuple[str, str]) -> dict[str, str]:
    return {"TagKey": tag[0], "TagValue": tag[1]}


OPERATIONS: Final = (
    Operation("TagResource", tag_resource, works_in=NOT_PENDING_DELETION, writes=True, conditions=tag_conditions),
    Operation("UntagResource", untag_resource, works_in=NOT_PENDING_DELETION, writes=True, conditions=_untagging),
    Operation("ListResourceTags", list_resource_tags),
)
