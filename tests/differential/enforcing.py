"""Put a generated request to the KMS itself: an operation of its API, with the world as its IAM.

The KMS is to refuse exactly where the reference denies what `calls.py` says that the call asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from policyeval.errors import PolicySyntaxError
from policyeval.kms import Caller, KeyManagementService, KmsError
from policyeval.kms.adoption import adopt
from policyeval.kms.records import MultiRegion
from policyeval.kms.root import token_key
from policyeval.kms.settings import Settings
from policyeval.kms.storage.memory import MemoryStore
from policyeval.kms.storage.root_key import RootKey
from policyeval.kms.storage.system import entropy, new_id
from policyeval.kms.tokens import Tokens
from policyeval.kms.vault import Vault
from policyeval.model.records import ResourceRecord
from policyeval.model.request import ContextValue, Request
from policyeval.syntax.policy import parse_policy
from tests.differential.asking import NOON
from tests.differential.calls import ANY_KEY, OF_NO_KEY, OF_SPECS, Row
from tests.differential.comparing import DELAY, reference
from tests.differential.estates import REGION
from tests.reference.world import World, alias_arn


class Called(NamedTuple):
    """One call: the operation and its parameters, who makes it, and what it asks: all of it must be allowed."""

    operation: str
    params: Mapping[str, object]
    caller: Caller
    asked: list[Request]
    world: World

    @property
    def allowed(self) -> bool:
        """Whether the reference lets it through."""
        return all(reference(self.world, request).allowed for request in self.asked)


def called(world: World, request: Request) -> Called | None:
    """Write a request as a call of the API; None where no call asks it, or no key can have such a policy."""
    action = request.action.removeprefix("kms:")
    if action in {"CreateAlias", "UpdateAlias", "DeleteAlias"}:
        return _alias_call(world, request, action)
    key = world.resource(request.resource) if request.resource.startswith("arn:aws:kms:") else None
    row = _row(action, key)
    if row is None or (key is not None and not _has_policy(key)):
        return None
    own = _own(request, row)
    asked = _as_called(request, key, row, own)
    caller = _caller(asked, own)
    if action == "RetireGrant":
        return _retirement(world, asked, caller)
    if action.startswith("ReEncrypt"):
        ends = [asked.replace(action="kms:ReEncryptFrom"), asked.replace(action="kms:ReEncryptTo")]
        pairs = asked.encryption_context
        given = {} if pairs is None else {f"{end}EncryptionContext": dict(pairs) for end in ("Source", "Destination")}
        named = {"SourceKeyId": asked.resource, "DestinationKeyId": asked.resource}
        return Called("ReEncrypt", {**row.params, **named, **given}, caller, ends, world)
    named = {"KeyId": asked.resource} if row.on_key else {}
    given = {"EncryptionContext": dict(asked.encryption_context)} if asked.encryption_context is not None else {}
    return Called(action, {**row.params, **named, **given}, caller, [asked], world)


def _has_policy(key: ResourceRecord) -> bool:
    """Tell whether a key has a policy that a key can have; worlds also leave it out, or make it of empty lists."""
    if key.policy is None:
        return False
    try:
        parse_policy(key.policy.policy.to_document())
    except PolicySyntaxError:
        return False
    return True


def _row(action: str, key: ResourceRecord | None) -> Row | None:
    if key is None or key.key is None:
        return OF_NO_KEY.get(action)
    return (ANY_KEY | OF_SPECS.get((key.key.spec, key.key.usage), {})).get(action)


def _own(request: Request, row: Row) -> dict[str, ContextValue]:
    """Give the context that the caller brings: neither KMS's keys nor what the parameters set."""
    given = {name.lower() for name in row.facts}
    return {
        name: value
        for name, value in (request.context or {}).items()
        if not name.lower().startswith("kms:") and name.lower() not in given
    }


def _as_called(request: Request, key: ResourceRecord | None, row: Row, own: Mapping[str, ContextValue]) -> Request:
    """Write what the reference is to decide."""
    derived: dict[str, ContextValue] = {} if row.on_key else {"aws:RequestedRegion": REGION}
    return request.replace(
        resource=request.resource if row.aliases or key is None else key.arn,
        context={**own, **row.facts, **derived},
        encryption_context=request.encryption_context if row.pairs else None,
        grant_tokens=request.grant_tokens if row.tokens else (),
        at=request.at or NOON,
    )


def _caller(asked: Request, own: Mapping[str, ContextValue]) -> Caller:
    return Caller(
        asked.principal,
        REGION,
        asked.session,
        via_service=asked.via_service,
        vpc_endpoint=asked.vpc_endpoint,
        context=own,
    )


def _retirement(world: World, asked: Request, caller: Caller) -> Called | None:
    """G5: what a grant says of who may retire it is said of that grant alone."""
    grant = next((grant for grant in world.all_grants if grant.key_arn == asked.resource), None)
    if grant is None:
        return None
    pairs = grant.context_equals or grant.context_subset
    kind = "EncryptionContextEquals" if grant.context_equals else "EncryptionContextSubset" if pairs else None
    context = {**(asked.context or {}), **({"kms:GrantConstraintType": kind} if kind else {})}
    asked = asked.replace(context=context, encryption_context=dict(pairs) if pairs else None)
    asked = asked.replace(grant_tokens=[grant.grant_id])  # whoever names it shows it (G6)
    params = {"KeyId": asked.resource, "GrantId": grant.grant_id}
    return Called("RetireGrant", params, caller, [asked], replace(world, all_grants=[grant]))


def _alias_call(world: World, request: Request, action: str) -> Called | None:
    """K4: asked on the alias and on every key that it is or will be for; a caller names those of his own account."""
    key = world.resources[0]
    assert key.key is not None
    if f":{key.account.id}:" not in request.principal or not key.key.aliases or not _has_policy(key):
        return None
    if key.key.manager == "AWS":
        return None  # its alias is not to be moved or deleted, whoever asks
    own = _own(request, Row())
    bare = _as_called(request, key, Row(), own)
    name = "alias/new" if action == "CreateAlias" else key.key.aliases[0]
    asked = [bare.replace(resource=alias_arn(key, name)), bare.replace(resource=key.arn)]
    target = {} if action == "DeleteAlias" else {"TargetKeyId": key.arn}
    return Called(action, {"AliasName": name, **target}, _caller(bare, own), asked, world)


def answer(world: World, call: Called) -> str | None:
    """Make the call to a KMS that has the world's keys and grants; give the code with which it is refused."""
    root, first = entropy(32), call.asked[0]
    store = MemoryStore()
    adopt(_Described(world), store, Vault(root, entropy, new_id), NOON - timedelta(days=1))
    _as_replicas(world, store)
    kms = KeyManagementService(
        world,
        store,
        root_key=RootKey("here", lambda: root),
        clock=lambda: first.at or NOON,
        settings=Settings(grant_delay=DELAY),
    )
    params = dict(call.params)
    if first.grant_tokens and call.operation != "RetireGrant":
        params["GrantTokens"] = _tokens(world, first, Tokens(token_key(root), entropy))
    try:
        kms.call(call.caller, call.operation, params)
    except KmsError as error:
        return error.code
    return None


def _tokens(world: World, asked: Request, tokens: Tokens) -> list[str]:
    shown = set(asked.grant_tokens)
    grants = [grant for grant in world.all_grants if shown & {grant.grant_id, *grant.tokens}]
    return [tokens.grant_token(grant.key_arn, grant.grant_id) for grant in grants]


class _Described:
    """A world as `adopt` reads an entities file."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def keys(self) -> list[ResourceRecord]:
        return [one for one in self._world.resources if one.key is not None and _has_policy(one)]


def _as_replicas(world: World, store: MemoryStore) -> None:
    """Say of a replica that is described alone where its primary is."""
    with store.transaction() as transaction:
        for resource in world.resources:
            key = transaction.key(resource.arn)
            if key is not None and resource.key is not None and resource.key.multi_region_type == "REPLICA":
                primary = key.arn.replace(REGION, "eu-west-1")
                transaction.put_key(replace(key, multi_region=MultiRegion(primary, (key.arn,))))
