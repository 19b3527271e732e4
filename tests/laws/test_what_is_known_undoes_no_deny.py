from __future__ import annotations

from policyeval.model.policy import NamedPolicy, Statement
from policyeval.model.request import Request
from tests.laws.changes import change_policies, decided, lives, with_statements
from tests.reference.decide import case_of
from tests.reference.world import World


def _is_positive(operator: str) -> bool:
    """Tell whether a key that is absent meets the operator never (S31, S32)."""
    return (
        "Not" not in operator
        and not operator.startswith("ForAllValues:")
        and not operator.endswith(("IfExists", "Null"))
    )


def _positive(policy: NamedPolicy, _kind: str) -> NamedPolicy:
    """Leave out the Denies that depend on what is absent."""
    return with_statements(policy, [one for one in policy.policy.statements if _stays(one)])


def _stays(statement: Statement) -> bool:
    return statement.effect == "Allow" or all(_is_positive(one.operator) for one in statement.conditions)


def _with_one_less(world: World, request: Request) -> list[Request]:
    """Leave out one key after the other, of those that are then absent: others have a value anyway."""
    given = request.context or {}
    less = [request.replace(context={key: value for key, value in given.items() if key != name}) for name in given]
    return [one for name, one in zip(given, less, strict=True) if name.lower() not in case_of(world, one).asked.facts]


def test_one_more_condition_key_undoes_no_deny_by_a_positive_operator() -> None:
    denied = 0
    for life in lives(20, worlds=120):
        world, request = change_policies(life.world, life.request, _positive)
        for unknown in _with_one_less(world, request):
            if decided(world, unknown).reason == "explicit_deny":
                denied += 1
                assert decided(world, request).reason == "explicit_deny", f"seed {life.seed}: {request}"
    assert denied > 50
