from __future__ import annotations

from tests.laws.adding import add_everywhere_by_chance
from tests.laws.changes import decided, lives


def test_an_allow_added_to_a_policy_in_force_never_denies() -> None:
    allowed = 0
    for life in lives(2):
        before = decided(life.world, life.request)
        after = decided(*add_everywhere_by_chance(life.dice, life.world, life.request, "Allow"))
        assert after.allowed or not before.allowed, f"seed {life.seed}: {life.request}"
        assert (before.reason == "explicit_deny") is (after.reason == "explicit_deny"), f"seed {life.seed}"
        allowed += after.allowed and not before.allowed
    assert allowed > 5, "the allows added did open something"
