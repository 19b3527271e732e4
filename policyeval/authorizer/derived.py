"""The condition keys that follow from what is described of principals, resources and their accounts (S34)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from policyeval.authorizer.facts import fold_names
from policyeval.catalog.services import governing
from policyeval.evaluator.context import Value
from policyeval.evaluator.key_names import (
    ACCESS_POINT_TAG,
    BUCKET_TAG,
    OBJECT_TAG,
    OTHER_OWNER_KEYS,
    OTHER_RESOURCE_TAGS,
    POINT_ACCOUNT,
    POINT_ARN,
    PRINCIPAL_TAG,
    RESOURCE_TAG,
    TAGS_OF_KINDS,
)
from policyeval.model.arn import Arn, split_arn
from policyeval.model.records import AccountRecord, KeyFacts, PrincipalRecord, ResourceRecord

_ACCESS_POINT = re.compile(r"(outpost/[^/]+/)?accesspoint/[^/]+")
_FIRST_WORD = re.compile(r"[a-z-]+")


def principal_keys(record: PrincipalRecord) -> dict[str, Value]:
    """Give the condition keys that a user, a role or a root user sets (S14, S34)."""
    account = record.account
    keys: dict[str, Value] = {
        "aws:principalarn": record.arn,
        "aws:principalaccount": account.id,
        "aws:principalisawsservice": "false",
        "aws:principaltype": {"user": "User", "role": "AssumedRole", "root": "Account"}[record.kind],
    }
    keys |= organization_keys(account, "principal")
    if record.kind == "user":
        keys["aws:username"] = record.name
        keys["aws:userid"] = record.unique_id
    elif record.kind == "root":
        keys["aws:userid"] = account.id
    keys |= tag_keys(PRINCIPAL_TAG, record.tags)
    return {key: value for key, value in keys.items() if value is not None}


def tag_keys(family: str, tags: Mapping[str, str]) -> dict[str, Value]:
    """Give the condition keys of tags (S34). Tags that differ in case alone, as a KMS key may have, share one."""
    return {family + name: value for name, value in fold_names(tags).items()}


def organization_keys(account: AccountRecord, whose: str) -> dict[str, Value]:
    """Say in condition keys which organization an account is in: the `principal`'s, `resource`'s or `vpce`'s."""
    path = account.organization_path
    keys: dict[str, Value] = {
        f"aws:{whose}orgid": account.organization_id,
        f"aws:{whose}orgpaths": (path,) if path else None,
    }
    return {key: value for key, value in keys.items() if value is not None}


def endpoint_keys(account: AccountRecord) -> dict[str, Value]:
    """Give the condition keys that say whose VPC endpoint a request comes through (S34)."""
    keys = organization_keys(account, "vpce")
    # Of policies that are handed over nobody says whose endpoint it is: the request may (`simulate`).
    return {"aws:vpceaccount": account.id, **keys} if account.id else keys


def account_keys(account: AccountRecord, parts: Arn | None, service: str = "") -> dict[str, Value]:
    """Give the condition keys that say whose a resource is; without a resource, of the `service` that is asked."""
    keys: dict[str, Value] = {"aws:resourceaccount": account.id, **organization_keys(account, "resource")}
    other = OTHER_OWNER_KEYS.get(parts.service if parts is not None else service)
    if other is not None:
        keys[other] = account.id
    return keys if parts is None else keys | _point_keys(parts)


def _point_keys(parts: Arn) -> dict[str, Value]:
    """Give the condition keys that say through which access point S3 is asked.

    Source: Amazon S3 user guide, "Configuring IAM policies for using access points", condition keys.
    """
    point = _ACCESS_POINT.match(parts.resource) if parts.service in POINT_ARN else None
    if point is None:
        return {}
    arn = str(parts._replace(resource=point.group()))
    return {POINT_ARN[parts.service]: arn, POINT_ACCOUNT[parts.service]: parts.account}


def resource_keys(record: ResourceRecord) -> dict[str, Value]:
    """Give the condition keys that a described resource sets."""
    keys = account_keys(record.account, split_arn(record.arn)) | own_tags(record)
    if record.key is not None:
        keys |= _key_facts(record.key)
    return keys


def own_tags(record: ResourceRecord) -> dict[str, Value]:
    """Give the condition keys of a resource's own tags (S34)."""
    if not record.tags:
        return {}
    parts = split_arn(record.arn)
    keys: dict[str, Value] = {}
    for family in _tag_families(parts) if parts is not None else ():
        keys |= tag_keys(family, record.tags)
    return keys


def _tag_families(parts: Arn) -> tuple[str, ...]:
    """Name the keys of a resource's tags; calls of an API look up none (service authorization reference)."""
    service = parts.service
    if service == "s3":
        return _s3_families(parts)
    if service == "execute-api":
        return ()
    asked = ("ec2", "ssm") if service == "ec2" else (service,)  # Systems Manager is asked on EC2's instances, too
    others = (OTHER_RESOURCE_TAGS[each] for each in asked if each in OTHER_RESOURCE_TAGS)
    return (RESOURCE_TAG, *others, *(() if _lies_in_another(parts) else _family_of_kind(parts)))


def _family_of_kind(parts: Arn) -> tuple[str, ...]:
    kind = _FIRST_WORD.match(parts.resource)
    family = TAGS_OF_KINDS.get((parts.service, kind.group())) if kind is not None else None
    return (family,) if family is not None else ()


def _lies_in_another(parts: Arn) -> bool:
    """Tell whether an ARN such as `…:bucket/NAME/table/ID` begins with another resource's."""
    return parts.resource.count("/") > 1


def tags_of_the_whole(parts: Arn) -> tuple[str, ...]:
    """Name the families of tags that something in a bucket has from its bucket, or from its access point as well."""
    if parts.service != "s3":
        return _family_of_kind(parts) if _lies_in_another(parts) else ()
    if governing(parts.service, parts.account, parts.resource) is None:
        return ()
    return (RESOURCE_TAG, BUCKET_TAG, ACCESS_POINT_TAG) if parts.account else (RESOURCE_TAG, BUCKET_TAG)


def _s3_families(parts: Arn) -> tuple[str, ...]:
    """Name the keys of tags in S3: what `aws:ResourceTag` tells of an object are its bucket's."""
    if governing(parts.service, parts.account, parts.resource) is not None:
        return (OBJECT_TAG,)
    if not parts.account:
        return (RESOURCE_TAG, BUCKET_TAG)
    return (RESOURCE_TAG, ACCESS_POINT_TAG) if parts.resource.startswith("accesspoint/") else (RESOURCE_TAG,)


def _key_facts(key: KeyFacts) -> dict[str, Value]:
    """Give the condition keys that a KMS key sets (S34, K9: two go by old names too)."""
    keys: dict[str, Value] = {
        "kms:keyspec": key.spec,
        "kms:keyusage": key.usage,
        "kms:keyorigin": key.origin,
        "kms:customermasterkeyspec": key.spec,
        "kms:customermasterkeyusage": key.usage,
        "kms:multiregion": "true" if key.multi_region else "false",
    }
    if key.multi_region_type is not None:
        keys["kms:multiregionkeytype"] = key.multi_region_type
    if key.aliases:
        keys["kms:resourcealiases"] = key.aliases
    return keys
