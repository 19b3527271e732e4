"""Tags: which ones KMS takes, and what policies see of a request that brings them (KMS 16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from policyeval.kms.call import Call, Conditions, Params
from policyeval.kms.errors import KmsError
from policyeval.kms.shapes import java_pattern

# "Tags in AWS KMS" of the KMS guide.
_MOST: Final = 50
_RESERVED: Final = "aws:"
# "User-defined tag restrictions" of the Billing guide, to which Tag of the API reference refers: letters, digits,
# spaces and these marks, in keys and in values.
_WRITTEN: Final = java_pattern(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*")

# A key's tags, by tag key.
Tags: TypeAlias = tuple[tuple[str, str], ...]


def read_tags(given: Sequence[Mapping[str, str]], present: Tags = ()) -> Tags:
    """Give a key's tags with those that a request adds or changes.

    Tag keys of one request that differ in case alone count as one (ours): KMS would keep both, but
    they are one condition key, and no policy could tell which of the two values it looks at.

    Raises:
        KmsError: `TagException`.

    """
    names = [tag["TagKey"] for tag in given]
    check_keys(names)
    if len({name.lower() for name in names}) < len(names):
        raise KmsError("TagException", "Duplicate tag keys")
    if not all(_WRITTEN.fullmatch(text) for tag in given for text in tag.values()):
        raise KmsError("TagException", "Invalid tag")
    tags = {**dict(present), **{tag["TagKey"]: tag["TagValue"] for tag in given}}
    if len(tags) > _MOST:
        raise KmsError("TagException", "Too many tags")
    return tuple(sorted(tags.items()))


def check_keys(names: Iterable[str]) -> None:
    """Refuse tag keys that are AWS's own, in any case.

    Raises:
        KmsError: `TagException`.

    """
    if any(name.lower().startswith(_RESERVED) for name in names):
        raise KmsError("TagException", "Tags beginning with aws: are reserved")


def tag_conditions(params: Params) -> Conditions:
    """Give the condition keys that a request's tags set: `aws:RequestTag/KEY` and `aws:TagKeys`.

    Of tag keys that differ in case alone the last counts; such a request is refused whatever is decided.
    """
    tags = params.get("Tags")
    if not tags:
        return {}
    values = {tag["TagKey"].lower(): tag for tag in tags}
    return {
        **{f"aws:RequestTag/{tag['TagKey']}": tag["TagValue"] for tag in values.values()},
        "aws:TagKeys": [tag["TagKey"] for tag in tags],
    }


def ask_to_tag(call: Call, region: str) -> None:
    """Ask for the permission to create a key with tags in a Region, where the request brings some.

    The key is not there yet: "At a minimum, the permission must cover all KMS keys in the account and Region" ("Add
    tags to a KMS key" of the KMS guide; K5).
    """
    conditions = tag_conditions(call.params)
    if conditions:
        every = f"arn:{call.caller.partition}:kms:{region}:{call.caller.account}:key/*"
        call.ask_on(every, "kms:TagResource", {"aws:RequestedRegion": region, **conditions})
