"""What generated worlds came to: counts by class, a table to print, and a floor under each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from policyeval.model.request import Request
from tests.reference.decide import Outcome, case_of
from tests.reference.world import World

Class = tuple[str, ...]

_WHERE = ("same", "cross", "outside")

# The least number of each class in ten thousand requests, well under half of what a long run shows:
# caller of the resource's account, of another one, of none (services, identity providers, anonymous).
_BY_OUTCOME: Mapping[tuple[str, str], tuple[int, int, int]] = {
    ("allowed", "S9"): (39, 0, 0),
    ("allowed", "grant"): (63, 39, 23),
    ("allowed", "identity_policy"): (255, 193, 0),
    ("allowed", "key_policy"): (178, 15, 44),
    ("allowed", "resource_policy"): (54, 4, 12),
    ("allowed", "role_trust_policy"): (15, 0, 13),
    ("explicit_deny", "identity_policy"): (70, 43, 0),
    ("explicit_deny", "key_policy"): (68, 43, 28),
    ("explicit_deny", "permissions_boundary"): (65, 40, 0),
    ("explicit_deny", "resource_control_policy"): (133, 95, 45),
    ("explicit_deny", "resource_policy"): (9, 4, 1),
    ("explicit_deny", "role_trust_policy"): (5, 2, 1),
    ("explicit_deny", "service_control_policy"): (147, 91, 0),
    ("explicit_deny", "session_policy"): (25, 18, 0),
    ("explicit_deny", "vpc_endpoint_policy"): (15, 6, 1),
    ("implicit_deny", "G5"): (39, 36, 10),
    ("implicit_deny", "K3"): (0, 73, 14),
    ("implicit_deny", "S35"): (12, 5, 15),
    ("implicit_deny", "S6"): (0, 35, 0),
    ("implicit_deny", "identity_policy"): (187, 91, 0),
    ("implicit_deny", "key_policy"): (293, 158, 146),
    ("implicit_deny", "permissions_boundary"): (33, 20, 0),
    ("implicit_deny", "resource_control_policy"): (122, 75, 61),
    ("implicit_deny", "resource_policy"): (0, 79, 60),
    ("implicit_deny", "role_trust_policy"): (23, 16, 29),
    ("implicit_deny", "service_control_policy"): (114, 68, 0),
    ("implicit_deny", "session_policy"): (40, 26, 0),
    ("implicit_deny", "vpc_endpoint_policy"): (48, 31, 22),
}
_BY_KIND: Mapping[tuple[str, str], tuple[int, int]] = {
    ("caller", "anonymous"): (25, 181),
    ("caller", "federated"): (45, 332),
    ("caller", "provider"): (3, 26),
    ("caller", "role"): (419, 1221),
    ("caller", "root"): (131, 221),
    ("caller", "service"): (68, 255),
    ("caller", "user"): (280, 777),
    ("family", "alias"): (12, 96),
    ("family", "key"): (541, 1773),
    ("family", "ordinary"): (226, 594),
    ("family", "plain"): (50, 69),
    ("family", "retire"): (53, 207),
    ("family", "trust"): (93, 275),
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
