"""Whole worlds: a request first, then policies around it in every layer, with few faults.

Most layers of a world agree with its request, so that one of them alone decides; a second and
third request of the same world are one step off the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from policyeval.errors import PolicySyntaxError
from policyeval.model.decision import Layer
from policyeval.model.policy import Effect, NamedPolicy, Policy
from policyeval.model.records import AccountRecord, EndpointRecord, PolicyLevels, PrincipalRecord, ResourceRecord
from policyeval.model.request import PolicyLike, Request, Session
from policyeval.syntax.policy import parse_policy
from tests.differential.asking import ENDPOINTS, asking
from tests.differential.awsmanaged import AWS_MANAGED_KEY
from tests.differential.dice import Dice, chance, pick, weighted
from tests.differential.estates import Family, estate
from tests.differential.granting import grants
from tests.differential.policies import (
    FULL_ACCESS,
    RCP_FULL_ACCESS,
    Aim,
    Drafting,
    all_but_a_stranger,
    names_of,
    policy,
    statement,
)
from tests.differential.variants import variants
from tests.reference.callers import Way
from tests.reference.decide import Case, case_of
from tests.reference.statements import PolicyKind
from tests.reference.text import whole
from tests.reference.world import World

_FAMILIES: dict[Family, int] = {"key": 58, "ordinary": 20, "trust": 9, "plain": 3, "alias": 3, "retire": 7}


Wanted = tuple[Effect, Aim]


class Generated(NamedTuple):
    """A world and the requests to put to both evaluators."""

    world: World
    requests: list[Request]
    family: Family


class Plan(NamedTuple):
    """What each layer is to say: the ways in that fit, and which layers are at fault and how."""

    ways: list[Way]
    identity: bool
    grant: bool
    faults: dict[Layer, str]

    def aim(self, layer: Layer, *, fits: bool = True) -> list[Wanted]:
        fault = self.faults.get(layer)
        wanted: list[Wanted] = [("Allow", "fit" if fits and fault != "miss" else "miss")]
        return [*wanted, ("Deny", "fit")] if fault == "deny" else wanted


def generate(dice: Dice) -> Generated:
    """Make a world and its requests."""
    family = weighted(dice, _FAMILIES)
    ground = estate(dice)
    asked = asking(dice, ground, family)
    accounts = [ground.owner, ground.other, ground.third]
    bare = World(
        accounts,
        ground.people,
        ground.resources,
        [],
        [
            EndpointRecord(id_, f"vpc-{number}", account.id, gateway=chance(dice, 30))
            for number, (id_, account) in enumerate(zip(ENDPOINTS, accounts, strict=True), 1)
        ],
    )
    case = case_of(bare, asked.request)
    plan = _plan(dice, case)
    world, request = _furnished(dice, bare, case, plan)
    return Generated(world, [request, *variants(dice, world, ground, request, family)], family)


def _plan(dice: Dice, case: Case) -> Plan:
    own_policy = case.on_key or case.assumes
    names = names_of(case.caller)
    direct = [way for way in names if way != "account"]
    routes = {"direct": 30, "account": 30, "grant": 22 if case.on_key else 0, "all": 10, "none": 8}
    if case.retires:
        routes = {"grant": 80, "none": 20, "account": 0}
    route = weighted(dice, routes)
    anyone = [pick(dice, sorted(names))]
    ways: dict[str, list[Way]] = {
        "direct": [pick(dice, direct)],
        "account": ["account"] if own_policy or case.elsewhere else [],
        "grant": [],
        "all": anyone,
        "none": [],
    }
    identity = route in {"account", "all"} or (case.elsewhere and route == "direct") or chance(dice, 30)
    layers = _applicable(case)
    faults = {
        pick(dice, layers): "deny" if chance(dice, 40) else "miss" for _ in range(weighted(dice, {0: 55, 1: 33, 2: 12}))
    }
    return Plan(ways[route], identity, route in {"grant", "all"}, faults)


def _applicable(case: Case) -> list[Layer]:
    """Give the layers that have a say in this request, those that make harder cases more often."""
    caller = case.caller
    layers = [Layer.RESOURCE] * 2
    if case.owner is not None and case.owner.organization_id is not None:
        layers.append(Layer.RCP)
    if case.request.vpc_endpoint is not None:
        layers += [Layer.ENDPOINT] * 4
    if caller.account is not None and caller.account.organization_id is not None:
        layers.append(Layer.SCP)
    if caller.record is not None and caller.kind != "root":
        layers += [Layer.IDENTITY, Layer.BOUNDARY, Layer.BOUNDARY]
    if caller.kind in {"role", "federated"}:
        layers += [Layer.SESSION] * 2
    return layers


def _furnished(dice: Dice, bare: World, case: Case, plan: Plan) -> tuple[World, Request]:
    """Fill every layer."""
    caller = case.caller
    accounts = {id(account): _governed(dice, case, plan, account) for account in bare.accounts}
    request, managed = _session(dice, case, plan)
    people = [
        _person(dice, case, plan, person, accounts[id(person.account)], own=person is caller.record)
        for person in bare.people
    ]
    resources = [
        _resource(dice, case, plan, resource, accounts[id(resource.account)], own=_governs(resource, case))
        for resource in bare.resources
    ]
    endpoints = [
        replace(endpoint, policy=_endpoint_policy(dice, case, plan) if chance(dice, 80) else None)
        for endpoint in bare.endpoints
    ]
    world = World(list(accounts.values()), people, resources, grants(dice, case, fits=plan.grant), endpoints, managed)
    return world, request


def _governs(resource: ResourceRecord, case: Case) -> bool:
    """Tell whether a resource's policy has a say: a table's does beside its bucket's."""
    asked = case.request.resource
    if ":s3tables:" in asked:
        return resource.arn in {asked, whole(asked)}
    return resource is case.resource or (case.resource is not None and resource.arn == whole(case.resource.arn))


def _session(dice: Dice, case: Case, plan: Plan) -> tuple[Request, list[NamedPolicy]]:
    """Give the session policies, in every form that a request takes; those named by ARN apart."""
    often = {"role": 30, "federated": 65}.get(case.caller.kind, 0)
    if not often or (Layer.SESSION not in plan.faults and not chance(dice, often)):
        return case.request, []
    policies: list[PolicyLike] = []
    managed: list[NamedPolicy] = []
    drafting = Drafting(case.asked, "session")
    for made in _documents(dice, drafting, "session", plan.aim(Layer.SESSION)):
        arn = f"arn:aws:iam::111122223333:policy/{made.name}"
        form = weighted(dice, {"policy": 70, "named": 15, "managed": 10, "document": 5})
        if form == "managed":
            managed.append(replace(made, arn=arn))
            policies.append(arn)
        else:
            forms: dict[str, PolicyLike] = {"named": made, "document": _document(made)}
            policies.append(forms.get(form, made.policy))
    session = case.request.session or Session()
    given = Session(session.name, policies, session.tags, session.source_identity)
    return case.request.replace(session=given), managed


def _document(policy: NamedPolicy) -> PolicyLike:
    """Give a policy as a JSON value, where it is one that a parser takes."""
    document = policy.policy.to_document()
    try:
        parse_policy(document)
    except PolicySyntaxError:
        return policy
    return document


def _documents(dice: Dice, drafting: Drafting, name: str, wanted: list[Wanted]) -> list[NamedPolicy]:
    """Spread the wanted statements over one policy or two."""
    parts = [wanted] if len(wanted) < 2 or chance(dice, 60) else [[one] for one in wanted]
    if chance(dice, 25):
        parts.append([("Allow", "miss")])
    return [policy(dice, drafting, f"{name}{number}", part) for number, part in enumerate(parts)]


def _governed(dice: Dice, case: Case, plan: Plan, account: AccountRecord) -> AccountRecord:
    """Put SCPs and RCPs on an account of an organization."""
    if account.organization_id is None:
        return account
    caller_account = case.caller.account
    return replace(
        account,
        service_control_policies=_levels(dice, case, plan, Layer.SCP, account, own=account is caller_account),
        resource_control_policies=_levels(dice, case, plan, Layer.RCP, account, own=account is case.owner),
    )


def _levels(  # noqa: PLR0913 - what a layer is written from
    dice: Dice, case: Case, plan: Plan, layer: Layer, account: AccountRecord, *, own: bool
) -> PolicyLevels:
    full = FULL_ACCESS if layer is Layer.SCP else RCP_FULL_ACCESS
    drafting = Drafting(case.asked, "rcp" if layer is Layer.RCP else "scp")
    levels = []
    count = (account.organization_path or "").count("/")  # the root's, each unit's and the account's own
    at_fault = dice.below(count)
    for number in range(count):
        fault = plan.faults.get(layer) if own and number == at_fault else None
        level = [full] if chance(dice, 75) else [policy(dice, drafting, f"{layer.value}{number}", [("Allow", "fit")])]
        if fault == "miss":
            level = [policy(dice, drafting, f"{layer.value}{number}", [("Allow", "miss")])] if chance(dice, 80) else []
        if fault == "deny":
            level.append(policy(dice, drafting, f"deny{number}", [("Deny", "fit")]))
        elif chance(dice, 18):
            level.append(policy(dice, drafting, f"miss{number}", [("Deny", "miss")]))
        levels.append(tuple(level))
    return tuple(levels)


def _person(  # noqa: PLR0913 - what a layer is written from
    dice: Dice, case: Case, plan: Plan, person: PrincipalRecord, account: AccountRecord, *, own: bool
) -> PrincipalRecord:
    if person.kind == "root":
        return replace(person, account=account)
    if not own:
        return replace(person, account=account, identity_policies=(FULL_ACCESS,) if chance(dice, 50) else ())
    drafting = Drafting(case.asked, "identity")
    identity = _documents(dice, drafting, "identity", plan.aim(Layer.IDENTITY, fits=plan.identity))
    boundary = None
    if Layer.BOUNDARY in plan.faults or chance(dice, 25):
        wanted = plan.aim(Layer.BOUNDARY)
        boundary = policy(dice, drafting, "boundary", wanted)
    return replace(person, account=account, identity_policies=tuple(identity), permissions_boundary=boundary)


def _resource(  # noqa: PLR0913 - what a layer is written from
    dice: Dice, case: Case, plan: Plan, resource: ResourceRecord, account: AccountRecord, *, own: bool
) -> ResourceRecord:
    if resource.key is not None and resource.key.manager == "AWS":
        return replace(resource, account=account, policy=AWS_MANAGED_KEY)
    if not own:
        open_to_all = Policy(RCP_FULL_ACCESS.policy.statements, "2012-10-17")
        return replace(resource, account=account, policy=NamedPolicy("open", open_to_all) if chance(dice, 40) else None)
    kind: PolicyKind = "key" if resource.key is not None else "trust" if case.is_role else "resource"
    if not plan.ways and kind == "resource" and chance(dice, 50):
        return replace(resource, account=account, policy=None)
    drafting = Drafting(case.asked, kind)
    made = policy(dice, drafting, "resource", [("Allow", "miss")] if chance(dice, 30) else [])
    fault = plan.faults.get(Layer.RESOURCE)
    drafting = replace(drafting, version=made.policy.version)
    extra = [
        statement(dice, drafting, "Allow", "miss" if fault == "miss" else "fit", f"way{number}", way=way)
        for number, way in enumerate(plan.ways)
    ]
    if chance(dice, 4):
        extra.append(all_but_a_stranger(dice, drafting))
    if fault == "deny":
        extra.append(statement(dice, drafting, "Deny", "fit", "deny"))
    statements = (*extra, *made.policy.statements)
    return replace(resource, account=account, policy=replace(made, policy=replace(made.policy, statements=statements)))


def _endpoint_policy(dice: Dice, case: Case, plan: Plan) -> NamedPolicy:
    wanted = plan.aim(Layer.ENDPOINT)
    return policy(
        dice,
        Drafting(case.asked, "endpoint"),
        "endpoint",
        wanted,
    )
