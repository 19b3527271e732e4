"""G302: two grants that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import (
    GRANTEES,
    RETIRING,
    grantee,
    is_readable,
    name_of,
    operation_names,
    pairs,
    source_of,
)
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grants: tuple[GrantView, ...]) -> Iterator[Flaw]:
    """Compare grantee, operations, constraints and who retires them."""
    first: dict[tuple[object, ...], GrantView] = {}
    for grant in grants:
        if grantee(grant) is None or not is_readable(grant):
            continue
        other = first.setdefault(_what(grant), grant)
        if other is not grant:
            yield Flaw(
                grant.place(),
                f"the grant allows what grant {ticked(name_of(other))} allows, to the same grantee",
                "revoke one of them; give requests that may be repeated a `Name`",
                (other.place(),),
            )


def _what(grant: GrantView) -> tuple[object, ...]:
    constraints = tuple(sorted((each.name, tuple(sorted(each.values.items()))) for each in pairs(grant)))
    fields = tuple(map(grant.text, (*GRANTEES, *RETIRING)))
    return (fields, operation_names(grant), constraints, source_of(grant))


RULE = Rule(
    code="G302",
    name="duplicate-grant",
    severity=Severity.WARNING,
    level=Level.GRANTS,
    check=check,
    summary="A key has two grants that say the same.",
    why=(
        "CreateGrant without a `Name` makes a new grant each time that a request is repeated. Revoking one of "
        "them takes nothing away, which is found out when it should have; and a key has a quota of grants."
    ),
    instead="Revoke the copies, and name grants when they are created.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
