"""G204: a constraint that another grant to the same principal lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import grantee, is_constrained, name_of, operation_names, uses_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grants: tuple[GrantView, ...]) -> Iterator[Flaw]:
    """Look for pairs of grants to one grantee: one with a constraint, one that allows the same without."""
    free = [grant for grant in grants if grantee(grant) is not None and not is_constrained(grant)]
    for grant in grants:
        if not is_constrained(grant) or grantee(grant) is None or "Constraints" not in grant.entries:
            continue
        mine = {name for name in operation_names(grant) if uses_key(name)}
        for other in free:
            both = mine & operation_names(other)
            if both and grantee(other) == grantee(grant):
                what = ", ".join(map(ticked, sorted(both)))
                yield Flaw(
                    grant.place("Constraints"),
                    f"the constraint has no effect on {what}: grant {ticked(name_of(other))} allows it without one",
                    "revoke the wider grant, or give it the constraint too",
                    (other.place(),),
                )
                break


RULE = Rule(
    code="G204",
    name="constraint-undone",
    severity=Severity.SECURITY_WARNING,
    level=Level.GRANTS,
    check=check,
    summary="A constrained grant stands beside one that allows the same without the constraint.",
    why=(
        "Grants only ever add up: the grantee has what any of them allows. The constraint looks like a limit to "
        "who reads the one grant, and the older, wider one, left from a migration, is what counts."
    ),
    instead="Revoke the grant without the constraint.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
)
