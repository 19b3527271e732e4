from __future__ import annotations

from dataclasses import replace

from policyeval.catalog.kms import GRANT_OPERATIONS
from policyeval.model.grant import Grant
from policyeval.model.request import Request
from tests.differential.dice import Dice, chance, pick, some
from tests.laws.changes import decided, lives
from tests.reference.world import World


def _one_more(dice: Dice, world: World, request: Request) -> World:
    """Give one more grant, to the caller or to somebody else of this world, or to a service."""
    keys = [resource.arn for resource in world.resources if resource.key is not None]
    others = [person.arn for person in world.people]
    names = [*[request.principal] * len(others), *others, "arn:aws:sts::111122223333:assumed-role/app/s1"]
    grant = Grant(
        pick(dice, keys),
        "one more",
        frozenset(some(dice, sorted(GRANT_OPERATIONS), len(GRANT_OPERATIONS))),
        grantee_principal=pick(dice, names),
        retiring_principal=pick(dice, names) if chance(dice, 30) else None,
        issuing_account=pick(dice, world.accounts).id,
        context_subset={"tenant": "blue"} if chance(dice, 20) else None,
    )
    return replace(world, all_grants=[*world.all_grants, grant])


def test_a_grant_added_never_denies() -> None:
    opened = 0
    for life in lives(16, worlds=120):
        if not life.request.action.startswith("kms:"):
            continue
        before = decided(life.world, life.request)
        for _ in range(4):
            after = decided(_one_more(life.dice, life.world, life.request), life.request)
            assert after.allowed or not before.allowed, f"seed {life.seed}: {life.request}"
            assert (before.reason == "explicit_deny") is (after.reason == "explicit_deny"), f"seed {life.seed}"
            opened += after.allowed and not before.allowed
    assert opened > 10, "the grants added did let somebody in"
