"""G105: a service as grantee without what that needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import RETIRING, SOURCE, constraint_names, may_be_constrained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look for the constraint and the retiring principal that AWS KMS wants of a grant to a service (G2)."""
    if grant.text("GranteeServicePrincipal") is None:
        return
    missing = []
    if SOURCE not in constraint_names(grant) and not may_be_constrained(grant):
        missing.append("a `SourceArn` constraint")
    if not any(name in grant.entries for name in RETIRING):
        missing.append("a `RetiringPrincipal` or `RetiringServicePrincipal`")
    if missing:
        yield Flaw(
            grant.place("GranteeServicePrincipal"),
            f"a grant to a service needs {' and '.join(missing)}",
            "add it: the service may use the key for that resource only, and somebody ends it",
        )


RULE = Rule(
    code="G105",
    name="service-grantee-incomplete",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A grant to a service lacks a SourceArn constraint or a retiring principal.",
    why=(
        "CreateGrant refuses it. A service works for every customer: without the resource, the grant would be "
        "good for all of them."
    ),
    instead=(
        "Constrain it to the resource that the service works for, and name who retires the grant when that is gone."
    ),
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
