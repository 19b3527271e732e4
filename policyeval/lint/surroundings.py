"""What the names above a value in a document tell of it: the type of a policy there, and on which key it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.templates.arguments import POLICIES
from policyeval.lint.templates.resources import ORGANIZATION_TYPES
from policyeval.lint.templates.spot import get
from policyeval.model.arn import Arn, split_arn
from policyeval.model.policy import PolicyType
from policyeval.syntax.tree import Text

if TYPE_CHECKING:
    from policyeval.lint.templates.choices import Way
    from policyeval.syntax.tree import Mapping

__all__ = ["OURS", "Around", "below", "is_document_read", "known_here"]

# Names in entities and scenario files, in templates and manifests, and in what the AWS CLI prints.
_TYPES: Final = {
    "trust_policy": PolicyType.TRUST,
    "AssumeRolePolicyDocument": PolicyType.TRUST,
    "assumeRolePolicyDocument": PolicyType.TRUST,
    "assume_role_policy_document": PolicyType.TRUST,
    "assumeRolePolicy": PolicyType.TRUST,
    "assume_role_policy": PolicyType.TRUST,
    "KeyPolicy": PolicyType.KEY,
    "identity_policies": PolicyType.IDENTITY,
    "permissions_boundary": PolicyType.IDENTITY,
    "UserPolicyList": PolicyType.IDENTITY,
    "GroupPolicyList": PolicyType.IDENTITY,
    "RolePolicyList": PolicyType.IDENTITY,
    "PolicyVersionList": PolicyType.IDENTITY,
    "PolicyVersion": PolicyType.IDENTITY,
    "service_control_policies": PolicyType.SCP,
    "resource_control_policies": PolicyType.RCP,
    "vpc_endpoints": PolicyType.VPC_ENDPOINT,
    "VpcEndpoints": PolicyType.VPC_ENDPOINT,
}
_DOCUMENT: Final = "aws_iam_policy_document"
OURS: Final = frozenset({"accounts", "changes", "tests"})
"""The members by which entities files and scenario files are known. What stands in others means other things."""

_TYPES_OF_OURS: Final = {
    "keys": PolicyType.KEY,
    "policies": PolicyType.IDENTITY,
    "resources": PolicyType.RESOURCE,
    "session": PolicyType.SESSION,
}


class Around(NamedTuple):
    """What the names above a value tell of it.

    `sure`: it is a policy, whatever it looks like. `given` are a template's conditions under which it is there.
    `made`: it is made of parts that stand elsewhere. `ours`: it stands in an entities or scenario file.
    `arguments` are those of a resource of Terraform's that are policies.
    """

    type: PolicyType | None = None
    account: str | None = None
    partition: str = "aws"
    key: KeyFacts | None = None
    sure: bool = False
    given: Way = frozenset()
    made: bool = False
    ours: bool = False
    arguments: dict[str, PolicyType] = {}  # noqa: RUF012 - never changed


def below(name: str, around: Around) -> Around:
    """Tell what is known of the value of a member, from what is known of the mapping."""
    if around.type is PolicyType.SESSION:  # of which all policies are
        return around
    known = _TYPES_OF_OURS.get(name) if around.ours else around.arguments.get(name)
    policy_type = known or _TYPES.get(name, around.type)
    return around._replace(type=policy_type, ours=around.ours or name in OURS)


def is_document_read(node: Mapping) -> bool:
    """Tell whether a value is a policy document in a plan or state of Terraform's: what uses it has the policy."""
    kind, mode = get(node, "type"), get(node, "mode")
    return isinstance(kind, Text) and kind.value == _DOCUMENT and isinstance(mode, Text) and mode.value == "data"


def known_here(node: Mapping, around: Around) -> Around:
    """Add what an account or a key of an entities file says of itself, a resource in a plan, or DescribePolicy."""
    texts = {key.value: value.value for key, value in node.entries if isinstance(value, Text)}
    arguments = _arguments(node, texts)
    if arguments:
        return around._replace(arguments=arguments)
    if around.ours and "of" in texts:
        return _changed(texts["of"], around)
    if around.type is PolicyType.KEY and "region" in texts and "id" in texts:
        arn = (
            Arn(around.partition, "kms", texts["region"], around.account, f"key/{texts['id']}")
            if around.account
            else None
        )
        facts = KeyFacts(
            arn,
            texts.get("spec", "SYMMETRIC_DEFAULT"),
            texts.get("usage"),
            texts.get("manager", "CUSTOMER"),
            texts["multi_region"] == "true" if "multi_region" in texts else None,
        )
        return around._replace(key=facts)
    if "id" in texts and len(texts["id"]) == 12:  # noqa: PLR2004 - an account's id
        return around._replace(account=texts["id"], partition=texts.get("partition", around.partition))
    return around


def _arguments(node: Mapping, texts: dict[str, str]) -> dict[str, PolicyType]:
    if texts.get("type") in POLICIES:
        return dict(POLICIES[texts["type"]])
    kind = get(get(node, "PolicySummary"), "Type")
    policy_type = ORGANIZATION_TYPES.get(kind.value if isinstance(kind, Text) else texts.get("type", ""))
    return {"content": policy_type, "Content": policy_type} if policy_type is not None else {}


def _changed(name: str, around: Around) -> Around:
    """Tell what a change of an entities file is of: how its policy would be is of that type."""
    arn = split_arn(name)
    if arn is None:
        return around._replace(type=PolicyType.VPC_ENDPOINT) if name.startswith("vpce-") else around
    if arn.service == "kms":
        is_key = arn.resource.startswith("key/")
        return around._replace(type=PolicyType.KEY, key=KeyFacts(arn) if is_key else None)
    if arn.service == "organizations":
        kind = PolicyType.RCP if "/resource_control_policy/" in arn.resource else PolicyType.SCP
        return around._replace(type=kind)
    is_managed = arn.service == "iam" and arn.resource.startswith("policy/")
    return around._replace(type=PolicyType.IDENTITY if is_managed else PolicyType.RESOURCE)
