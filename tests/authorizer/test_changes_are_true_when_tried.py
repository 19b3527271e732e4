"""`explain()` proposes nothing that was not tried: over every denied case of the fixtures."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from policyeval import Authorizer, Entities, PolicyEvalError
from policyeval.authorizer.changes import Change, apply, smallest_changes
from policyeval.authorizer.decide import decide
from policyeval.model.decision import Layer
from policyeval.model.policy import CURRENT_VERSION, NamedPolicy, Policy
from policyeval.model.request import Request
from policyeval.scenarios import load_scenarios

FIXTURES = Path(__file__).parents[2] / "fixtures" / "scenarios"
FILES = sorted(FIXTURES.glob("*.scenario.yaml"))


def denied(path: Path) -> list[tuple[Entities, Request]]:
    scenarios = load_scenarios(path)
    authorizer = Authorizer(scenarios.entities)
    found = []
    for case in scenarios.cases:
        try:
            decision = authorizer.authorize(case.request)
        except PolicyEvalError:
            continue
        if not decision.allowed:
            found.append((scenarios.entities, case.request))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_way_allows_and_nothing_less_of_it_does(path: Path) -> None:
    for entities, request in denied(path):
        case = Authorizer(entities)._exact.case(request)
        for way in smallest_changes(case):
            assert decide(apply(case, way)).reason == "allowed"
            for fewer in combinations(way, len(way) - 1):
                assert decide(apply(case, fewer)).reason != "allowed", [change.text for change in way]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_way_allows_when_the_accounts_really_make_the_change(path: Path) -> None:
    for entities, request in denied(path):
        case = Authorizer(entities)._exact.case(request)
        for way in smallest_changes(case):
            changed = entities
            for change in way:
                changed = made(changed, case.target.arn, case.caller.label, change, request)
            if changed is not None:
                assert Authorizer(changed).authorize(request).allowed, [change.text for change in way]


def made(entities: Entities | None, resource: str, principal: str, change: Change, request: Request) -> Entities | None:
    """Make a change in the entities themselves; None where they have no way to make it."""
    if entities is None or not principal.startswith("arn:aws:iam:"):
        return None
    if change.grant is not None:
        # A request to retire may name its grant: then that one must change.
        retired = request.grant_tokens[0] if change.grant.retiring_principal and request.grant_tokens else "proposed"
        grant = {
            "GrantId": retired,
            "GranteePrincipal": change.grant.grantee_principal or principal,
            "Operations": sorted(change.grant.operations),
        }
        if change.grant.retiring_principal is not None:
            grant["RetiringPrincipal"] = change.grant.retiring_principal
        return entities.with_grant(resource, grant)
    if change.statement is None:
        return None
    added = NamedPolicy("added", Policy((change.statement,), CURRENT_VERSION))
    if change.layer is Layer.IDENTITY:
        known = entities.principal(principal)
        return entities.with_identity_policies(principal, [*known.identity_policies, added])
    record = entities.resource(resource) if change.layer in {Layer.RESOURCE, Layer.TRUST} else None
    if record is None:
        return None
    before = record.policy.policy.statements if record.policy is not None else ()
    both = Policy((*before, change.statement), CURRENT_VERSION)
    return entities.with_resource_policy(resource, both)
