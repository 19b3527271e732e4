"""An account as the AWS CLI prints it, in the entities format. No file is read here.

Sources: the output sections of `aws iam get-account-authorization-details`, `aws kms describe-key`,
`get-key-policy`, `list-key-policies`, `list-grants`, `list-aliases`, `list-resource-tags` and
`aws ec2 describe-vpc-endpoints`. What a call did not print is noted as missing, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from policyeval.catalog.policies import managed_policy
from policyeval.entities.aws_files import ExportFiles, Json, Output, document, tags, without_empty
from policyeval.entities.fields import REGION
from policyeval.entities.schema import GrantConstraintsModel, GrantModel
from policyeval.model.arn import split_arn

IDENTITY = "sts-get-caller-identity.json"
DETAILS = "iam-get-account-authorization-details.json"
KEYS = "kms-list-keys.json"
# What a key says of itself, left out where it is what nearly every key says.
_FACTS = {
    "spec": ("KeySpec", "SYMMETRIC_DEFAULT"),
    "usage": ("KeyUsage", "ENCRYPT_DECRYPT"),
    "origin": ("Origin", "AWS_KMS"),
    "manager": ("KeyManager", "CUSTOMER"),
    "state": ("KeyState", "Enabled"),
}
_SHARED = "AWS_RAM"
_REGION = re.compile(f"{REGION}/")


def account_id(files: ExportFiles) -> str | None:
    """Tell whose export it is."""
    found = files.output(IDENTITY, "the get-caller-identity output", "Account")
    return str(found["Account"]) if found is not None else None


def partition(files: ExportFiles) -> str | None:
    """Tell the account's partition when it is not the usual one."""
    found = files.output(IDENTITY, "the get-caller-identity output", "Account") or {}
    fields = split_arn(str(found.get("Arn", "")))
    return fields.partition if fields is not None and fields.partition != "aws" else None


def account_section(files: ExportFiles, account: str) -> Output:
    """Give the `accounts:` entry of an export."""
    section = {"id": account, "partition": partition(files), **_iam(files), "keys": [], "vpc_endpoints": []}
    regions = sorted({match.group() for name in files.names if (match := _REGION.match(name))})
    folders = [folder for folder in ("", *regions) if f"{folder}{KEYS}" in files.names]
    if not folders:
        files.note(f"the list-keys output is missing, of every Region: {files.shown}REGION/{KEYS}")
    for folder in folders or regions:
        section["keys"] += _keys(files, folder)
        section["vpc_endpoints"] += _endpoints(files, folder)
    return without_empty(section)


def _iam(files: ExportFiles) -> Output:
    details = files.output(DETAILS, "the get-account-authorization-details output", "RoleDetailList")
    if details is None:
        return {}
    described = {policy["Arn"] for policy in details.get("Policies", ())}
    sections = {
        "policies": [_managed(policy) for policy in _by_path(details.get("Policies"), "PolicyName")],
        "users": [_user(user) for user in _by_path(details.get("UserDetailList"), "UserName")],
        "groups": [_group(group) for group in _by_path(details.get("GroupDetailList"), "GroupName")],
        "roles": [_role(role) for role in _by_path(details["RoleDetailList"], "RoleName")],
    }
    for entry in (*sections["users"], *sections["groups"], *sections["roles"]):
        for arn in (*entry.get("identity_policies", ()), entry.get("permissions_boundary")):
            if isinstance(arn, str) and arn not in described and managed_policy(arn) is None:
                files.note(f"the document of {arn}, attached to {entry['name']}, is missing: it is not in {DETAILS}")
    return sections


def _by_path(entries: Json, name: str) -> list[Output]:
    return sorted(entries or (), key=lambda entry: (entry.get("Path", "/"), entry[name]))


def _managed(policy: Output) -> Output:
    versions: list[Output] = policy.get("PolicyVersionList", [])
    default = next((version for version in versions if version.get("IsDefaultVersion")), {})
    text = document(default.get("Document"))
    fields = split_arn(policy["Arn"])
    if fields is not None and fields.account == "aws":
        number = str(default.get("VersionId", "")).removeprefix("v")
        return {"arn": policy["Arn"], "document": text, "version": int(number) if number.isdecimal() else 0}
    return without_empty({"name": policy["PolicyName"], "path": _path(policy), "document": text})


def _user(user: Output) -> Output:
    return without_empty(
        {
            "name": user["UserName"],
            "path": _path(user),
            "unique_id": user.get("UserId"),
            "tags": tags(user.get("Tags")),
            "groups": sorted(user.get("GroupList", ())),
            "identity_policies": _attached(user, "UserPolicyList"),
            "permissions_boundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        }
    )


def _group(group: Output) -> Output:
    policies = _attached(group, "GroupPolicyList")
    return without_empty({"name": group["GroupName"], "path": _path(group), "identity_policies": policies})


def _role(role: Output) -> Output:
    return without_empty(
        {
            "name": role["RoleName"],
            "path": _path(role),
            "unique_id": role.get("RoleId"),
            "tags": tags(role.get("Tags")),
            "max_session_duration": role.get("MaxSessionDuration"),
            "trust_policy": document(role.get("AssumeRolePolicyDocument")),
            "identity_policies": _attached(role, "RolePolicyList"),
            "permissions_boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        }
    )


def _path(entry: Output) -> str | None:
    return entry["Path"] if entry.get("Path", "/") != "/" else None


def _attached(entry: Output, inline: str) -> list[Json]:
    """Give managed policies by ARN, then the inline ones by name."""
    managed = sorted(policy["PolicyArn"] for policy in entry.get("AttachedManagedPolicies", ()))
    named = sorted(entry.get(inline, ()), key=lambda policy: policy["PolicyName"])
    return [
        *managed,
        *({"name": policy["PolicyName"], "document": document(policy["PolicyDocument"])} for policy in named),
    ]


def _keys(files: ExportFiles, folder: str) -> list[Output]:
    listed = files.listed(f"{folder}{KEYS}", "the list-keys output", "Keys") or []
    aliases = _aliases(files, folder) if listed else {}
    found = (_key(files, folder, str(key["KeyId"]), aliases) for key in listed)
    return sorted((key for key in found if key is not None), key=lambda key: (key["region"], key["id"]))


def _aliases(files: ExportFiles, folder: str) -> dict[str, list[str]]:
    """Give the names of aliases by their keys' ids: a Region may have thousands of both."""
    found: dict[str, list[str]] = {}
    for alias in files.listed(f"{folder}kms-list-aliases.json", "the list-aliases output", "Aliases") or ():
        found.setdefault(str(alias.get("TargetKeyId")), []).append(alias["AliasName"])
    return found


def _key(files: ExportFiles, folder: str, key_id: str, aliases: Mapping[str, list[str]]) -> Output | None:
    """Give a key, None when what decides about it is missing: its metadata or its policy."""
    described = files.output(*_of_key(folder, "describe-key", key_id), "KeyMetadata")
    policy = files.output(*_of_key(folder, "get-key-policy", key_id))
    names = files.output(*_of_key(folder, "list-key-policies", key_id), "PolicyNames") or {}
    grants = files.listed(*_of_key(folder, "list-grants", key_id), "Grants")
    tag_list = files.listed(*_of_key(folder, "list-resource-tags", key_id), "Tags")
    if described is None or policy is None:
        return None
    metadata = described["KeyMetadata"]
    fields = split_arn(metadata["Arn"])
    multi_region = metadata.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType")
    return {
        "id": key_id,
        "region": fields.region if fields is not None else metadata["Arn"],
        **{name: metadata[field] for name, (field, usual) in _FACTS.items() if metadata.get(field, usual) != usual},
        **without_empty(
            {
                "multi_region": metadata.get("MultiRegion") or None,
                "multi_region_type": multi_region,
                "description": metadata.get("Description"),
                "aliases": sorted(aliases.get(key_id, ())),
                "tags": tags(tag_list, "TagKey", "TagValue"),
                "policy": _key_policy(files, folder, key_id, policy, shared=_SHARED in names.get("PolicyNames", ())),
                "grants": [_grant(grant) for grant in sorted(grants or (), key=lambda grant: str(grant["GrantId"]))],
            }
        ),
    }


def _key_policy(files: ExportFiles, folder: str, key_id: str, default: Output, *, shared: bool) -> Json:
    """Give whom a key lets in: by the policy that its owner writes, and by the one that AWS RAM keeps of its shares.

    Source: AWS KMS API reference, "GetKeyPolicy": a key can have these two.
    """
    # The CLI prints {"Policy": "<text>"}; with --query Policy the text itself.
    own = document(default.get("Policy", default))
    found = files.output(*_of_key(folder, f"get-key-policy-{_SHARED}", key_id), "Policy") if shared else None
    shares = document(found["Policy"]) if found is not None else None
    if not isinstance(own, dict) or not isinstance(shares, dict):
        return own
    return {**own, "Statement": [*_statements(own), *_statements(shares)]}


def _statements(policy: Output) -> list[Json]:
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _of_key(folder: str, call: str, key_id: str) -> tuple[str, str]:
    return f"{folder}kms-{call}-{key_id}.json", f"the {call} output for key {key_id}"


def _grant(grant: Output) -> Output:
    known = {name: grant.get(name) for name in GrantModel.model_fields if name != "KeyId"}
    constraints = grant.get("Constraints") or {}
    known["Constraints"] = {
        name: constraints[name] for name in GrantConstraintsModel.model_fields if name in constraints
    }
    return without_empty(known)


def _endpoints(files: ExportFiles, folder: str) -> list[Output]:
    name = f"{folder}ec2-describe-vpc-endpoints.json"
    listed = files.listed(name, "the describe-vpc-endpoints output", "VpcEndpoints") or []
    return [
        without_empty(
            {
                "id": endpoint["VpcEndpointId"],
                "vpc": endpoint.get("VpcId"),
                "type": "Gateway" if endpoint.get("VpcEndpointType") == "Gateway" else None,
                "policy": document(endpoint.get("PolicyDocument")),
            }
        )
        for endpoint in sorted(listed, key=lambda endpoint: str(endpoint["VpcEndpointId"]))
    ]
