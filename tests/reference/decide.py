"""The decision, from the rules alone (shared/SEMANTICS.md), as plain as they are.

`decide` asks every layer first, then lets the deny speak, then looks for a way in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from policyeval.catalog.kms import ALIAS_ACTIONS, CROSS_ACCOUNT_ACTIONS, IDENTITY_ONLY_ACTIONS
from policyeval.catalog.services import RCP_SERVICES
from policyeval.model.decision import Layer
from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy, Policy, PrincipalElement, Statement
from policyeval.model.records import AccountRecord, PolicyLevels, ResourceRecord
from policyeval.model.request import Request
from tests.reference.callers import Caller, Way, caller_of
from tests.reference.facts import facts_of
from tests.reference.grants import ways_granted, ways_to_retire
from tests.reference.routes import Route, Sides, furthest, routes_to_key_or_role, routes_to_ordinary, routes_to_retire
from tests.reference.statements import Asked, PolicyKind, Said, ask
from tests.reference.text import whole
from tests.reference.world import World

_ORDER = [
    Layer.RCP,
    Layer.SCP,
    Layer.ENDPOINT,
    Layer.RESOURCE,
    Layer.TRUST,
    Layer.IDENTITY,
    Layer.BOUNDARY,
    Layer.SESSION,
]


class Outcome(NamedTuple):
    """What both evaluators must agree on."""

    allowed: bool
    reason: str
    layer: str | None = None
    rule: str | None = None


def _refused(layer: Layer | None, rule: str | None = None) -> Outcome:
    return Outcome(allowed=False, reason="implicit_deny", layer=layer, rule=rule)


class Case(NamedTuple):
    """A request with what the world knows about it."""

    request: Request
    world: World
    caller: Caller
    resource: ResourceRecord | None
    owner: AccountRecord | None
    asked: Asked
    grant_delay: timedelta = timedelta(0)

    @property
    def action(self) -> str:
        return self.request.action.lower()

    @property
    def on_key(self) -> bool:
        """Whether a key policy governs: a KMS action asked on a key (K3, K4)."""
        return self.resource is not None and self.resource.key is not None

    @property
    def retires(self) -> bool:
        return self.action == "kms:retiregrant"

    @property
    def assumes(self) -> bool:
        """Whether a role's trust policy governs (S35)."""
        return self.is_role and self.action.startswith("sts:")

    @property
    def is_role(self) -> bool:
        return ":iam:" in self.request.resource and ":role/" in self.request.resource

    @property
    def elsewhere(self) -> bool:
        """Whether the caller is of another account than the resource."""
        return self.caller.account is not None and self.owner is not None and self.caller.account.id != self.owner.id

    @property
    def grants(self) -> list[Grant]:
        """The grants that have spread, or whose token or id the request shows (G6)."""
        shown = set(self.request.grant_tokens)
        now = self.request.at
        return [
            grant
            for grant in self.world.all_grants
            if grant.creation_date is None
            or now is None
            or not self.grant_delay
            or grant.creation_date + self.grant_delay <= now
            or shown & {grant.grant_id, *grant.tokens}
        ]

    @property
    def apart(self) -> bool:
        """Whether the two live in different partitions."""
        one, other = self.caller.account, self.owner
        return one is not None and other is not None and one.partition != other.partition


def decide(world: World, request: Request, grant_delay: timedelta = timedelta(0)) -> Outcome:
    """Decide a request: S1, then the layers, then the ways in."""
    case = case_of(world, request)._replace(grant_delay=grant_delay)
    if case.apart:
        return _refused(None, "S6")  # nothing is shared between partitions
    layers = _layers(case)
    if _needs_no_permission(case):
        layers = {layer: said for layer, said in layers.items() if layer is Layer.ENDPOINT}
    for layer in _ORDER:
        if any(said.denied for said in layers.get(layer, [])):
            return Outcome(allowed=False, reason="explicit_deny", layer=layer)
    rule = _out_of_question(case)
    if rule is not None:
        return _refused(None, rule)
    for layer in (Layer.RCP, Layer.SCP, Layer.ENDPOINT):
        if not all(said.allowed for said in layers.get(layer, [])):
            return _refused(layer)
    if _needs_no_permission(case):
        return Outcome(allowed=True, reason="allowed", rule="S35")
    return _way_in(case, layers)


def _needs_no_permission(case: Case) -> bool:
    """S35: who has credentials may ask whose they are, and with those of long standing get temporary ones."""
    if case.caller.account is None or case.caller.kind == "provider":
        return False
    return case.action == "sts:getcalleridentity" or (
        case.action == "sts:getsessiontoken" and not case.caller.temporary
    )


def _out_of_question(case: Case) -> str | None:
    """By which rule no policy opens the call."""
    if _k3(case):
        return "K3"
    if case.action == "sts:assumeroot" and not _is_of_its_organization(case):
        return "S35"
    if _has_credentials_for_others(case):
        return "S35"
    return None if _calls(case.caller, case.action) and not _is_strangers_provider(case) else "S35"


def _has_credentials_for_others(case: Case) -> bool:
    """S35: what GetFederationToken and GetSessionToken give is not for IAM and STS, but for a few calls."""
    caller, service = case.caller, case.action.partition(":")[0]
    if not caller.temporary or caller.kind not in {"user", "root", "federated"}:
        return False
    federated = caller.kind == "federated"
    if service == "sts":
        roles = {"sts:assumerole", "sts:setcontext", "sts:setsourceidentity", "sts:tagsession"}
        free = {"sts:getcalleridentity", "sts:getservicebearertoken"}
        return case.action not in free and (federated or case.action not in roles)
    if service != "iam" or case.action == "iam:passrole" or case.request.via_service is not None:
        return False
    return federated or str(case.asked.facts.get("aws:multifactorauthpresent")).lower() != "true"


def _is_of_its_organization(case: Case) -> bool:
    """S35: AssumeRoot is for users and roles of the management account, on its members."""
    one, other = case.caller.account, case.owner
    if one is None or other is None or case.caller.kind not in {"user", "role"}:
        return False
    return one is not other and one.is_management_account and one.organization_id == other.organization_id is not None


def _calls(caller: Caller, action: str) -> bool:
    """S35: who has credentials calls AssumeRole, who has a token or an assertion its own call and no other."""
    name = caller.arn or ""
    if action == "sts:assumerole":
        return caller.kind in {"user", "role", "service"}
    if action == "sts:assumerolewithsaml":
        return caller.kind == "provider" and ":saml-provider/" in name
    if action == "sts:assumerolewithwebidentity":
        return caller.kind == "provider" and ":saml-provider/" not in name
    if action in {"sts:getfederationtoken", "sts:getsessiontoken"} and caller.temporary:
        return False
    return caller.kind != "provider" or action in {"sts:tagsession", "sts:setsourceidentity"}


def _is_strangers_provider(case: Case) -> bool:
    """S35: a role trusts the OIDC and SAML providers of its own account, and those built into AWS."""
    if case.caller.kind != "provider" or not (case.caller.arn or "").startswith("arn:"):
        return False
    _, partition, _, _, account, _ = (case.caller.arn or "").split(":", 5)
    return case.owner is None or (partition, account) != (case.owner.partition, case.owner.id)


def case_of(world: World, request: Request) -> Case:
    request = _through_what_it_tells(world, request)
    caller = caller_of(request, world)
    action = request.action.lower()
    alias = ":alias/" in request.resource and action in ALIAS_ACTIONS
    resource = None if alias or request.resource == "*" else _find(world, request.resource)
    name = request.resource
    if resource is not None and resource.key is not None:
        name = resource.arn  # K5: an alias stands for its key
    owner = _owner(world, request, caller, resource)
    facts = facts_of(request, world, caller, resource, owner, on_alias=alias)
    return Case(request, world, caller, resource, owner, Asked(caller, request.action, name, facts))


def _through_what_it_tells(world: World, request: Request) -> Request:
    """Let a request that tells a described endpoint's id come through that (S34)."""
    told = [value for key, value in (request.context or {}).items() if key.lower() == "aws:sourcevpce"]
    known = [endpoint.id for endpoint in world.endpoints if endpoint.id in told]
    return request.replace(vpc_endpoint=known[0]) if known and request.vpc_endpoint is None else request


def _find(world: World, arn: str) -> ResourceRecord | None:
    """Find what is described; what lies in something stands under that one's policy, and under its own."""
    own, around = world.resource(arn), world.resource(whole(arn))
    if own is None or around is None or own is around:
        return own or around
    return replace(own, account=around.account, policy=own.policy or around.policy)


def _policies(case: Case) -> list[NamedPolicy]:
    """The policies of what is asked for: its own, and that of what it lies in."""
    if case.resource is None or case.resource.policy is None:
        return []
    if case.on_key or not case.request.resource.startswith("arn:"):
        return [case.resource.policy]
    found = [case.world.resource(arn) for arn in dict.fromkeys([case.request.resource, whole(case.request.resource)])]
    return [record.policy for record in found if record is not None and record.policy is not None]


def _owner(world: World, request: Request, caller: Caller, resource: ResourceRecord | None) -> AccountRecord | None:
    """Find the resource's account: its record, the request, its ARN; what has no resource is the caller's own."""
    if resource is not None:
        return resource.account
    if request.resource_account is not None:
        return world.account(request.resource_account)
    if request.resource == "*":
        return caller.account
    return world.account(request.resource.split(":", 5)[4])


def _layers(case: Case) -> dict[Layer, list[Said]]:
    """Ask every layer that applies; control policies answer level by level."""
    caller, asked = case.caller, case.asked
    layers: dict[Layer, list[Said]] = {}
    if case.owner is not None and _rcps_bind(case):
        layers[Layer.RCP] = _levels(case.owner.resource_control_policies, "rcp", asked)
    if caller.account is not None and not caller.account.is_management_account and not caller.service_linked:
        layers[Layer.SCP] = _levels(caller.account.service_control_policies, "scp", asked)  # S2
    if case.request.vpc_endpoint is not None and case.request.via_service is None:
        endpoint = case.world.endpoint(case.request.vpc_endpoint)
        policy = endpoint.policy
        if policy is not None and endpoint.gateway and caller.kind != "root":
            policy = _without_names(policy)
        if policy is not None:
            layers[Layer.ENDPOINT] = [_said([policy], "endpoint", asked)]  # S4
    layers |= _of_resource(case)
    record = caller.record
    if record is not None:
        layers[Layer.IDENTITY] = [_said(record.identity_policies, "identity", asked)]
        if record.permissions_boundary is not None:
            layers[Layer.BOUNDARY] = [_said([record.permissions_boundary], "identity", asked)]
    if caller.session_policies:
        layers[Layer.SESSION] = [ask(caller.session_policies, "session", asked)]
    return layers


def _without_names(policy: NamedPolicy) -> NamedPolicy:
    """S4: a gateway's Allow lets in everybody, or root users."""
    kept = [
        replace(each, principal=PrincipalElement(())) if each.effect == "Allow" and not _of_all(each) else each
        for each in policy.policy.statements
    ]
    return replace(policy, policy=replace(policy.policy, statements=tuple(kept)))


def _of_all(statement: Statement) -> bool:
    element = statement.principal
    return element is not None and not element.negated and any(value.value == "*" for value in element.values)


def _rcps_bind(case: Case) -> bool:
    """S3."""
    if case.owner is None or case.owner.is_management_account or case.caller.service_linked or case.retires:
        return False
    if (
        case.on_key
        and case.resource is not None
        and case.resource.key is not None
        and case.resource.key.manager == "AWS"
    ):
        return False
    return case.action not in IDENTITY_ONLY_ACTIONS and case.action.split(":")[0] in RCP_SERVICES


def _of_resource(case: Case) -> dict[Layer, list[Said]]:
    """The resource's own policy; none for identity-only actions (K3), and for RetireGrant (G5)."""
    policies = _policies(case)
    if case.retires or case.action in IDENTITY_ONLY_ACTIONS or not policies:
        return {}
    if case.assumes:
        return {Layer.TRUST: [_said(policies, "trust", case.asked)]}
    if case.is_role or _locks_nobody_out(case):
        return {}
    kind: PolicyKind = "key" if case.on_key else "resource"
    return {Layer.RESOURCE: [_said(policies, kind, case.asked)]}


def _locks_nobody_out(case: Case) -> bool:
    """S9: a bucket's policy is its account's root user's to read, replace and delete, whatever it says."""
    of_policy = case.action.startswith("s3:") and case.action.endswith(
        ("getbucketpolicy", "putbucketpolicy", "deletebucketpolicy")
    )
    return of_policy and case.caller.kind == "root" and not case.elsewhere


def _said(policies: Iterable[NamedPolicy], kind: PolicyKind, asked: Asked) -> Said:
    documents: list[Policy] = [named.policy for named in policies]
    return ask(documents, kind, asked)


def _levels(levels: PolicyLevels, kind: PolicyKind, asked: Asked) -> list[Said]:
    """S2, S3: each level answers for itself."""
    return [_said(level, kind, asked) for level in levels]


def _k3(case: Case) -> bool:
    """K3: most KMS actions have no effect on another account's key or alias; anonymous is another account."""
    if not case.action.startswith("kms:") or case.action in CROSS_ACCOUNT_ACTIONS or case.request.resource == "*":
        return False
    return case.elsewhere or case.caller.kind == "anonymous"


def _way_in(case: Case, layers: dict[Layer, list[Said]]) -> Outcome:
    """Find a way in that lacks nothing; else name what the best of them lacks."""
    caller = case.caller
    sides = Sides(
        caller=caller,
        elsewhere=case.elsewhere,
        resource_layer=Layer.TRUST if case.assumes else Layer.RESOURCE,
        named=_ways(layers, Layer.TRUST if case.assumes else Layer.RESOURCE),
        identity=caller.of_root or _allowed(layers, Layer.IDENTITY, default=False),
        boundary=_allowed(layers, Layer.BOUNDARY, default=True),
        # S7: a federated session is given by its session policy
        session=_allowed(layers, Layer.SESSION, default=caller.kind != "federated"),
    )
    if case.retires:
        right = ways_to_retire(case.grants, caller, case.request, case.asked.resource)
        return _outcome(routes_to_retire(sides, right), rule="G5")
    if case.on_key or case.assumes:
        granted: set[Way] = set()
        if case.resource is not None and case.on_key:
            granted = ways_granted(case.grants, caller, case.request, case.resource, case.asked.facts)
        return _outcome(routes_to_key_or_role(sides, granted))
    if case.action == "sts:assumeroot":
        return _outcome([Route(Layer.IDENTITY, sides.own_half())])
    if caller.of_root and not sides.elsewhere and not sides.own_half():
        return Outcome(allowed=True, reason="allowed", rule="S9")
    return _outcome(routes_to_ordinary(sides))


def _ways(layers: dict[Layer, list[Said]], layer: Layer) -> set[Way]:
    return {way for said in layers.get(layer, []) for way in said.ways}


def _allowed(layers: dict[Layer, list[Said]], layer: Layer, *, default: bool) -> bool:
    return all(said.allowed for said in layers[layer]) if layer in layers else default


def _outcome(routes: list[Route], rule: str | None = None) -> Outcome:
    for route in routes:
        if not route.lacks:
            return Outcome(allowed=True, reason="allowed", layer=route.layer)
    if not routes:
        return _refused(None, rule)
    return _refused(furthest(routes).lacks[0])
