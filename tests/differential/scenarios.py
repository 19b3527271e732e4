"""Write a world and a request as a scenario file, so that a disagreement becomes a fixture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy, Policy
from policyeval.model.records import AccountRecord, PolicyLevels, PrincipalRecord, ResourceRecord
from policyeval.model.request import Request, Session
from tests.reference.decide import Outcome
from tests.reference.world import World

Json = dict[str, object]


def scenario(world: World, request: Request, expected: Outcome, title: str) -> str:
    """Give the scenario file's text, in JSON, which YAML reads too."""
    document: Json = {"policyeval": 1, "title": title}
    if any(account.organization_id for account in world.accounts):
        document["organization"] = _organization(world)
    document["accounts"] = [_account(world, account) for account in world.accounts]
    document["tests"] = [_test(world, request, expected, title)]
    return json.dumps(document, indent=2, default=_text)


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _full(items: Mapping[str, object]) -> Json:
    return {name: value for name, value in items.items() if value not in (None, {}, [], ())}


def _policy(policy: NamedPolicy) -> Json:
    return {"name": policy.name, "document": policy.policy.to_document()}


def _organization(world: World) -> Json:
    """Write the first organization there is; its root has what is on the first account's way."""
    first = next(account for account in world.accounts if account.organization_id)
    members = [account for account in world.accounts if account.organization_id == first.organization_id]
    ways = [(_units(account), account) for account in members]
    boss = [account.id for account in members if account.is_management_account]
    root = {
        "id": "r-ab12",
        **_levels_at(first, 0),
        "accounts": [account.id for units, account in ways if not units],
        "units": [_unit(units, account, 1) for units, account in ways if units],
    }
    return _full({"id": first.organization_id, "management_account": boss[0] if boss else None, "root": _full(root)})


def _units(account: AccountRecord) -> list[str]:
    """Give the units on the way from the root to an account, which no other account is in."""
    return (account.organization_path or "").split("/")[2:-1]


def _unit(units: list[str], account: AccountRecord, depth: int) -> Json:
    below = {"units": [_unit(units[1:], account, depth + 1)]} if units[1:] else {"accounts": [account.id]}
    return _full({"id": units[0], **_levels_at(account, depth), **below})


def _levels_at(account: AccountRecord, number: int) -> Json:
    return {
        "service_control_policies": _level(account.service_control_policies, number),
        "resource_control_policies": _level(account.resource_control_policies, number),
    }


def _level(levels: PolicyLevels, number: int) -> list[Json]:
    return [_policy(policy) for policy in levels[number]] if number < len(levels) else []


def _account(world: World, account: AccountRecord) -> Json:
    mine = [person for person in world.people if person.account is account]
    owned = [resource for resource in world.resources if resource.account is account]
    described = {person.arn for person in mine}
    return _full(
        {
            "id": account.id,
            "partition": account.partition if account.partition != "aws" else None,
            **_levels_at(account, len(_units(account)) + 1),
            "users": [_person(person) for person in mine if person.kind == "user"],
            "roles": [
                *(_role(world, person) for person in mine if person.kind == "role"),
                *(
                    _trusting(resource)
                    for resource in owned
                    if resource.arn not in described and ":role/" in resource.arn
                ),
            ],
            "keys": [_key(world, resource) for resource in owned if resource.key is not None],
            "resources": [
                _full({"arn": resource.arn, "policy": _document(resource), "tags": dict(resource.tags)})
                for resource in owned
                if resource.key is None and ":role/" not in resource.arn
            ],
            "vpc_endpoints": [
                _full(
                    {
                        "id": end.id,
                        "vpc": end.vpc,
                        "type": "Gateway" if end.gateway else None,
                        "policy": end.policy and end.policy.policy.to_document(),
                    }
                )
                for end in world.endpoints
                if end.account_id == account.id
            ],
        }
    )


def _document(resource: ResourceRecord) -> Json | None:
    return resource.policy.policy.to_document() if resource.policy is not None else None


def _person(person: PrincipalRecord) -> Json:
    limit = person.permissions_boundary
    return _full(
        {
            "name": person.name,
            "path": person.path if person.path != "/" else None,
            "unique_id": person.unique_id,
            "tags": dict(person.tags),
            "identity_policies": [_policy(policy) for policy in person.identity_policies],
            "permissions_boundary": _policy(limit) if limit is not None else None,
        }
    )


def _role(world: World, person: PrincipalRecord) -> Json:
    trust = [_document(resource) for resource in world.resources if resource.arn == person.arn]
    return _person(person) | _full({"trust_policy": trust[0] if trust else None})


def _trusting(resource: ResourceRecord) -> Json:
    """Write a role of which only what governs its assumption is there."""
    name = resource.arn.rpartition("/")[2]
    return _full({"name": name, "tags": dict(resource.tags), "trust_policy": _document(resource)})


def _key(world: World, resource: ResourceRecord) -> Json:
    key = resource.key
    assert key is not None
    _, _, _, region, _, name = resource.arn.split(":", 5)
    return _full(
        {
            "id": name.removeprefix("key/"),
            "region": region,
            "spec": key.spec,
            "usage": key.usage,
            "origin": key.origin,
            "manager": key.manager,
            "multi_region": key.multi_region or None,
            "aliases": list(key.aliases),
            "tags": dict(resource.tags),
            "policy": _document(resource) if key.manager == "CUSTOMER" else None,  # AWS's is fixed (K10)
            "grants": [_grant(grant) for grant in world.all_grants if grant.key_arn == resource.arn],
        }
    )


def _grant(grant: Grant) -> Json:
    constraints = _full(
        {
            "EncryptionContextEquals": grant.context_equals,
            "EncryptionContextSubset": grant.context_subset,
            "SourceArn": grant.source_arn,
        }
    )
    return _full(
        {
            "GrantId": grant.grant_id,
            "GranteePrincipal": grant.grantee_principal,
            "GranteeServicePrincipal": grant.grantee_service_principal,
            "RetiringPrincipal": grant.retiring_principal,
            "RetiringServicePrincipal": grant.retiring_service_principal,
            "IssuingAccount": grant.issuing_account,
            "Operations": sorted(grant.operations),
            "Constraints": constraints,
        }
    )


def _test(world: World, request: Request, expected: Outcome, title: str) -> Json:
    made = _full(
        {
            "name": title,
            "principal": request.principal,
            "action": request.action,
            "resource": request.resource,
            "resource_account": request.resource_account,
            "context": dict(request.context or {}),
            "encryption_context": request.encryption_context,
            "via_service": request.via_service,
            "vpc_endpoint": request.vpc_endpoint,
            "grant_tokens": list(request.grant_tokens),
            "at": request.at,
            "expect": "allow" if expected.allowed else "deny",
            "reason": expected.reason,
            "layer": expected.layer,
            "rule": expected.rule,
        }
    )
    if request.session is not None:  # an empty one says something, too: temporary credentials
        made["session"] = _session(world, request.session)
    return made


def _session(world: World, session: Session) -> Json:
    return _full(
        {
            "name": session.name,
            "policies": _session_policies(world, session.policies),
            "tags": dict(session.tags),
            "source_identity": session.source_identity,
        }
    )


def _session_policies(world: World, policies: Sequence[object]) -> list[object]:
    documents: list[object] = []
    for policy in policies:
        if isinstance(policy, str):
            documents.append(world.managed_policy(policy).policy.to_document())
        elif isinstance(policy, NamedPolicy):
            documents.append(policy.policy.to_document())
        else:
            documents.append(policy.to_document() if isinstance(policy, Policy) else policy)
    return documents
