"""G401: a grant that nobody is there to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import RETIRING, is_readable, operation_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


_RETIRE: Final = "RetireGrant"


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look for a retiring principal, or for a grantee who may retire the grant (G5)."""
    if any(name in grant.entries for name in RETIRING) or not is_readable(grant):
        return
    if _RETIRE not in operation_names(grant):
        yield Flaw(
            grant.place(),
            "the grant names nobody to retire it",
            "add a `RetiringPrincipal`, or `RetireGrant` to the operations",
        )


RULE = Rule(
    code="G401",
    name="no-retiring-principal",
    severity=Severity.SUGGESTION,
    level=Level.GRANT,
    check=check,
    summary="A grant names nobody who retires it.",
    why=(
        "Grants do not expire. One that nobody retires stays until an administrator of the key revokes it, who "
        "mostly does not know what it was for; old grants are how access outlives the reason for it."
    ),
    instead=(
        "Name a retiring principal, such as the role that creates the grant, and retire the grant when its work "
        "is done."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html",
)
