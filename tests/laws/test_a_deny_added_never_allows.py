from __future__ import annotations

from tests.laws.adding import add_everywhere_by_chance
from tests.laws.changes import decided, lives


def test_a_deny_added_never_allows() -> None:
    denied = 0
    for life in lives(1):
        before = decided(life.world, life.request)
        after = decided(*add_everywhere_by_chance(life.dice, life.world, life.request, "Deny"))
        assert before.allowed or not after.allowed, f"seed {life.seed}: {life.request}"
        denied += before.allowed and not after.allowed
    assert denied > 20, "the denies added did hit something"
