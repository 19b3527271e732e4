"""The shape of what `aws_export` and `aws_organization` read of each call's output, to report what has another.

A shape is `str`, a pattern of text with what it is called, an object's fields, or a list with the shape of its items.
A field that ends in `?` may be absent or null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


class _Text(NamedTuple):
    """Text of a certain form."""

    pattern: re.Pattern[str]
    called: str


Shape: TypeAlias = "type[str] | _Text | Mapping[str, Shape] | list[Shape]"

_ACCOUNT: Final = _Text(re.compile(r"[0-9]{12}"), "an account id: 12 digits, as text")
_TAGS: Final[Shape] = [{"Key": str, "Value": str}]
_ATTACHED: Final[Shape] = [{"PolicyArn": str}]
_BOUNDARY: Final[Shape] = {"PermissionsBoundaryArn?": str}
_INLINE: Final[Shape] = [{"PolicyName": str}]

# By what the names of their files begin with.
_SHAPES: Final[Mapping[str, Shape]] = {
    "sts-get-caller-identity": {"Account": _ACCOUNT, "Arn?": str},
    "iam-get-account-authorization-details": {
        "RoleDetailList": [
            {
                "RoleName": str,
                "Path?": str,
                "RoleId?": str,
                "Tags?": _TAGS,
                "RolePolicyList?": _INLINE,
                "AttachedManagedPolicies?": _ATTACHED,
                "PermissionsBoundary?": _BOUNDARY,
            }
        ],
        "UserDetailList?": [
            {
                "UserName": str,
                "Path?": str,
                "UserId?": str,
                "Tags?": _TAGS,
                "GroupList?": [str],
                "UserPolicyList?": _INLINE,
                "AttachedManagedPolicies?": _ATTACHED,
                "PermissionsBoundary?": _BOUNDARY,
            }
        ],
        "GroupDetailList?": [
            {"GroupName": str, "Path?": str, "GroupPolicyList?": _INLINE, "AttachedManagedPolicies?": _ATTACHED}
        ],
        "Policies?": [{"PolicyName": str, "Arn": str, "Path?": str, "PolicyVersionList?": [{}]}],
    },
    "kms-list-keys": {"Keys": [{"KeyId": str}]},
    "kms-list-aliases": {"Aliases": [{"AliasName": str, "TargetKeyId?": str}]},
    "kms-describe-key-": {"KeyMetadata": {"Arn": str, "MultiRegionConfiguration?": {}}},
    "kms-list-key-policies-": {"PolicyNames": [str]},
    "kms-list-grants-": {"Grants": [{"GrantId": str, "Constraints?": {}}]},
    "kms-list-resource-tags-": {"Tags": [{"TagKey": str, "TagValue": str}]},
    "ec2-describe-vpc-endpoints": {"VpcEndpoints": [{"VpcEndpointId": str, "VpcEndpointType?": str}]},
    "organizations-describe-organization": {"Organization?": {"Id": str, "MasterAccountId?": _ACCOUNT}},
    "organizations-list-roots": {"Roots": [{"Id": str, "PolicyTypes?": [{"Type": str}]}]},
    "organizations-list-accounts-for-parent-": {"Accounts": [{"Id": _ACCOUNT}]},
    "organizations-list-organizational-units-for-parent-": {"OrganizationalUnits": [{"Id": str}]},
    "organizations-list-policies-for-target-": {"Policies": [{"Id": str, "Arn": str, "Name": str}]},
    "organizations-describe-policy-": {"Policy": {"Content": str}},
}


def misfits(name: str, found: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Give what in the output in a file is not as its call prints it: where, and what is wrong there."""
    base = name.rpartition("/")[2]
    shape = next((shape for begin, shape in _SHAPES.items() if base.startswith(begin)), {})
    return list(_misfits(found, shape, ()))


def _misfits(value: Any, shape: Shape, path: Path) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 - any JSON
    if isinstance(shape, list):
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _misfits(item, shape[0], (*path, index))
        else:
            yield path, f"{_called(path)} must be an array"
    elif isinstance(shape, Mapping):
        if isinstance(value, dict):
            yield from _of_fields(value, shape, path)
        else:
            yield path, f"{_called(path)} must be an object"
    elif not isinstance(value, str):
        yield path, f"{_called(path)} must be {shape.called if isinstance(shape, _Text) else 'text'}"
    elif isinstance(shape, _Text) and shape.pattern.fullmatch(value) is None:
        yield path, f"{_called(path)} must be {shape.called}"


def _of_fields(value: Mapping[str, Any], shape: Mapping[str, Shape], path: Path) -> Iterator[tuple[Path, str]]:
    for field, inner in shape.items():
        name = field.removesuffix("?")
        if value.get(name) is not None or (name in value and name == field):
            yield from _misfits(value[name], inner, (*path, name))
        elif name == field:
            yield path, f"{_called(path)} has no `{name}`"


def _called(path: Path) -> str:
    if not path:
        return "the output"
    return f"an entry of `{path[-2]}`" if isinstance(path[-1], int) else f"`{path[-1]}`"
