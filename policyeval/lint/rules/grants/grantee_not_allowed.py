"""G103: a grant to everybody, or to a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.grant import can_be_named
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


_FIELDS: Final = ("GranteePrincipal", "RetiringPrincipal")


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look whether the principals are such as a grant can name (G2)."""
    for name in _FIELDS:
        principal = grant.text(name)
        if principal is not None and not can_be_named(principal):
            who = "everybody" if principal == "*" else ticked(principal)
            yield Flaw(
                grant.place(name),
                f"a grant cannot name {who}",
                "name an account, a user, a role or a session by its ARN; for many, use the key policy",
            )


RULE = Rule(
    code="G103",
    name="grantee-not-allowed",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A grant is for somebody whom a grant cannot name.",
    why=(
        "CreateGrant refuses `*`, groups and organizations. That is as it should be: a grant has no conditions on the "
        "caller, and one to everybody would open the key to the world."
    ),
    instead="Grant to a role, or allow many in the key policy with a condition such as `aws:PrincipalOrgID`.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
