"""What generated worlds came to: counts by class, a table to print, and a floor under each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from policyeval.model.request import Request
from tests.reference.decide import Outcome, case_of
from tests.reference.world import World

Class = tuple[str, ...]

_WHERE = ("same", "cross", "outside")

# The least number of each class in ten thousand requests, a bit under half of what a long run shows:
# caller of the resource's account, of another one, of none (services, identity providers, anonymous).
_BY_OUTCOME: Mapping[tuple[str, str], tuple[int, int, int]] = {
    ("allowed", "S9"): (45, 0, 0),
    ("allowed", "grant"): (65, 40, 24),
    ("allowed", "identity_policy"): (240, 170, 0),
    ("allowed", "key_policy"): (170, 15, 40),
    ("allowed", "resource_policy"): (60, 5, 18),
    ("allowed", "role_trust_policy"): (30, 0, 15),
    ("explicit_deny", "identity_policy"): (70, 40, 0),
    ("explicit_deny", "key_policy"): (30, 20, 8),
    ("explicit_deny", "permissions_boundary"): (70, 40, 0),
    ("explicit_deny", "resource_control_policy"): (130, 80, 35),
    ("explicit_deny", "resource_policy"): (10, 8, 4),
    ("explicit_deny", "role_trust_policy"): (6, 4, 2),
    ("explicit_deny", "service_control_policy"): (140, 80, 0),
    ("explicit_deny", "session_policy"): (35, 18, 0),
    ("explicit_deny", "vpc_endpoint_policy"): (14, 10, 4),
    ("implicit_deny", "G5"): (35, 33, 25),
    ("implicit_deny", "K3"): (0, 80, 11),
    ("implicit_deny", "S6"): (0, 40, 0),
    ("implicit_deny", "identity_policy"): (190, 90, 0),
    ("implicit_deny", "key_policy"): (220, 160, 130),
    ("implicit_deny", "permissions_boundary"): (40, 34, 0),
    ("implicit_deny", "resource_control_policy"): (130, 80, 45),
    ("implicit_deny", "resource_policy"): (0, 40, 40),
    ("implicit_deny", "role_trust_policy"): (25, 18, 35),
    ("implicit_deny", "service_control_policy"): (130, 75, 0),
    ("implicit_deny", "session_policy"): (45, 30, 0),
    ("implicit_deny", "vpc_endpoint_policy"): (40, 25, 18),
}
_BY_KIND: Mapping[tuple[str, str], tuple[int, int]] = {
    ("caller", "anonymous"): (35, 160),
    ("caller", "federated"): (45, 340),
    ("caller", "provider"): (3, 20),
    ("caller", "role"): (380, 1200),
    ("caller", "root"): (150, 190),
    ("caller", "service"): (90, 230),
    ("caller", "user"): (280, 780),
    ("family", "alias"): (20, 110),
    ("family", "key"): (560, 1700),
    ("family", "ordinary"): (240, 560),
    ("family", "plain"): (45, 70),
    ("family", "retire"): (55, 220),
    ("family", "trust"): (85, 270),
}
FLOORS: Mapping[Class, int] = {
    **{
        (*name, where): floor
        for name, floors in _BY_OUTCOME.items()
        for where, floor in zip(_WHERE, floors, strict=True)
    },
    **{
        (*name, answer): floor
        for name, floors in _BY_KIND.items()
        for answer, floor in zip(("allow", "deny"), floors, strict=True)
    },
}


def classes(world: World, request: Request, outcome: Outcome, family: str) -> list[Class]:
    """Give the classes that one answer counts in."""
    case = case_of(world, request)
    where = "outside" if case.caller.account is None else "cross" if case.elsewhere else "same"
    layer = str(outcome.layer or outcome.rule)
    if layer == "resource_policy" and case.on_key:
        layer = "key_policy"
    answer = "allow" if outcome.allowed else "deny"
    return [(outcome.reason, layer, where), ("family", family, answer), ("caller", case.caller.kind, answer)]


def _total(counts: Counter[Class]) -> int:
    return sum(count for name, count in counts.items() if name[0] == "family")


def below_floor(counts: Counter[Class]) -> list[str]:
    """Name the classes that came up too rarely."""
    total = _total(counts)
    return [
        f"{' '.join(name)}: {counts[name]} of {total} requests, at least {floor} in 10,000 expected"
        for name, floor in FLOORS.items()
        if counts[name] * 10_000 < floor * total
    ]


def table(counts: Counter[Class]) -> str:
    """Write the counts: same account, across accounts, from outside any account; by caller and by what is asked."""
    lines = [f"{_total(counts)} requests", f"{'':40}" + "".join(f"{where:>9}" for where in _WHERE)]
    for reason, layer in sorted({name[:2] for name in counts if name[0] not in {"family", "caller"}}):
        cells = [counts[reason, layer, where] for where in _WHERE]
        lines.append(f"{reason + ' ' + layer:40}" + "".join(f"{cell:>9}" for cell in cells))
    for group in ("caller", "family"):
        lines.append(f"{'by ' + group:40}{'allow':>9}{'deny':>9}")
        kinds = sorted({name[1] for name in counts if name[0] == group})
        lines += [f"  {kind:38}{counts[group, kind, 'allow']:>9}{counts[group, kind, 'deny']:>9}" for kind in kinds]
    return "\n".join(lines)
