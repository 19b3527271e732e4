"""Make a disagreement small: drop and simplify parts of its world while it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from policyeval.errors import PolicyEvalError
from policyeval.model.grant import Grant
from policyeval.model.policy import Condition, Element, NamedPolicy, Policy, PrincipalElement, Statement
from policyeval.model.records import AccountRecord, EndpointRecord, PolicyLevels, PrincipalRecord, ResourceRecord
from policyeval.model.request import Request, Session
from tests.reference.world import World

Pair = tuple[World, Request]


def shrink(world: World, request: Request, disagree: Callable[[World, Request], bool]) -> Pair:
    """Give the smallest pair found that still disagrees."""
    found = True
    while found:
        found = False
        for smaller in _smaller(world, request):
            if _still(smaller, disagree):
                world, request = smaller
                found = True
                break
    return world, request


def _still(pair: Pair, disagree: Callable[[World, Request], bool]) -> bool:
    try:
        return disagree(*pair)
    except (PolicyEvalError, AssertionError, ValueError, IndexError, KeyError):
        return False  # dropped too much: not a world any more


def _smaller(world: World, request: Request) -> Iterator[Pair]:
    for less in _requests(request):
        yield world, less
    for smaller in _fewer(world):
        yield smaller, request
    for account in world.accounts:
        for plainer in _accounts(account):
            yield world.with_account(account, plainer), request
    for smaller in _plainer(world):
        yield smaller, request


def _fewer(world: World) -> Iterator[World]:
    """Drop one thing."""
    for name in ("all_grants", "people", "resources", "endpoints", "managed_policies"):
        items = getattr(world, name)
        for index in range(len(items)):
            yield replace(world, **{name: [*items[:index], *items[index + 1 :]]})


def _plainer(world: World) -> Iterator[World]:
    """Make one thing plainer."""
    steps: dict[str, Callable[..., Iterator[object]]] = {
        "people": _people,
        "resources": _resources,
        "endpoints": _endpoints,
        "all_grants": _grants,
    }
    for name, step in steps.items():
        items = getattr(world, name)
        for index, item in enumerate(items):
            for plainer in step(item):
                yield replace(world, **{name: [*items[:index], plainer, *items[index + 1 :]]})


def _endpoints(endpoint: EndpointRecord) -> Iterator[EndpointRecord]:
    if endpoint.policy is not None:
        yield replace(endpoint, policy=None)
        for policy in _named(endpoint.policy):
            yield replace(endpoint, policy=policy)


def _requests(request: Request) -> Iterator[Request]:
    for name in ("via_service", "vpc_endpoint", "session", "encryption_context", "context", "resource_account"):
        if getattr(request, name) is not None:
            yield request.replace(**{name: None})
    if request.grant_tokens:
        yield request.replace(grant_tokens=())
    for name in ("context", "encryption_context"):
        given = getattr(request, name) or {}
        for key in given:
            yield request.replace(**{name: {other: value for other, value in given.items() if other != key}})
    if request.session is not None:
        for session in _sessions(request.session):
            yield request.replace(session=session)


def _sessions(session: Session) -> Iterator[Session]:
    if session.tags or session.source_identity:
        yield Session(session.name, session.policies)
    for index, policy in enumerate(session.policies):
        plainer = _policies(policy) if isinstance(policy, Policy) else ()
        for instead in ((), *((one,) for one in plainer)):
            policies = [*session.policies[:index], *instead, *session.policies[index + 1 :]]
            yield Session(session.name, policies, session.tags, session.source_identity)


def _accounts(account: AccountRecord) -> Iterator[AccountRecord]:
    if account.organization_id is not None:
        yield replace(
            account,
            organization_id=None,
            organization_path=None,
            service_control_policies=(),
            resource_control_policies=(),
            is_management_account=False,
        )
    if account.is_management_account:
        yield replace(account, is_management_account=False)
    for levels in _levels(account.service_control_policies):
        yield replace(account, service_control_policies=levels)
    for levels in _levels(account.resource_control_policies):
        yield replace(account, resource_control_policies=levels)


def _levels(levels: PolicyLevels) -> Iterator[PolicyLevels]:
    for index, level in enumerate(levels):
        yield (*levels[:index], *levels[index + 1 :])
        for at, policy in enumerate(level):
            yield (*levels[:index], (*level[:at], *level[at + 1 :]), *levels[index + 1 :])
            for smaller in _named(policy):
                yield (*levels[:index], (*level[:at], smaller, *level[at + 1 :]), *levels[index + 1 :])


def _people(person: PrincipalRecord) -> Iterator[PrincipalRecord]:
    if person.permissions_boundary is not None:
        yield replace(person, permissions_boundary=None)
        for policy in _named(person.permissions_boundary):
            yield replace(person, permissions_boundary=policy)
    if person.tags:
        yield replace(person, tags={})
    if person.unique_id is not None:
        yield replace(person, unique_id=None)
    kept = person.identity_policies
    for index, policy in enumerate(kept):
        yield replace(person, identity_policies=(*kept[:index], *kept[index + 1 :]))
        for smaller in _named(policy):
            yield replace(person, identity_policies=(*kept[:index], smaller, *kept[index + 1 :]))


def _resources(resource: ResourceRecord) -> Iterator[ResourceRecord]:
    if resource.policy is not None:
        yield replace(resource, policy=None)
        for policy in _named(resource.policy):
            yield replace(resource, policy=policy)
    if resource.tags:
        yield replace(resource, tags={})
    if resource.key is not None and resource.key.aliases:
        yield replace(resource, key=replace(resource.key, aliases=()))


def _grants(grant: Grant) -> Iterator[Grant]:
    for name in ("context_equals", "context_subset", "source_arn", "issuing_account", "retiring_principal"):
        if getattr(grant, name) is not None:
            changes: dict[str, object] = {name: None}
            yield replace(grant, **changes)  # type: ignore[arg-type]
    for operation in sorted(grant.operations):
        if len(grant.operations) > 1:
            yield replace(grant, operations=grant.operations - {operation})


def _named(policy: NamedPolicy) -> Iterator[NamedPolicy]:
    for smaller in _policies(policy.policy):
        yield replace(policy, policy=smaller)


def _policies(policy: Policy) -> Iterator[Policy]:
    statements = policy.statements
    for index, statement in enumerate(statements):
        yield replace(policy, statements=(*statements[:index], *statements[index + 1 :]))
        for smaller in _statements(statement):
            yield replace(policy, statements=(*statements[:index], smaller, *statements[index + 1 :]))
    if policy.version != "2012-10-17":
        yield replace(policy, version="2012-10-17")


def _statements(statement: Statement) -> Iterator[Statement]:
    conditions = statement.conditions
    for index, condition in enumerate(conditions):
        yield replace(statement, conditions=(*conditions[:index], *conditions[index + 1 :]))
        for simpler in _conditions(condition):
            yield replace(statement, conditions=(*conditions[:index], simpler, *conditions[index + 1 :]))
    everything = Element(("*",))
    if statement.action not in (None, everything):
        yield replace(statement, action=everything)
    if statement.resource not in (None, everything):
        yield replace(statement, resource=everything)
    if statement.sid is not None:
        yield replace(statement, sid=None)
    principal = statement.principal
    if principal is not None and len(principal.values) > 1:
        for index in range(len(principal.values)):
            fewer = (*principal.values[:index], *principal.values[index + 1 :])
            yield replace(statement, principal=PrincipalElement(fewer, principal.negated))


def _conditions(condition: Condition) -> Iterator[Condition]:
    if len(condition.values) > 1:
        for index in range(len(condition.values)):
            yield replace(condition, values=(*condition.values[:index], *condition.values[index + 1 :]))
    if condition.key != condition.key.lower():
        yield replace(condition, key=condition.key.lower())
