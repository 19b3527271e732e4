"""G303: a constraint that none of the operations looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import GRANT_OPERATIONS, SYMMETRIC_SPECS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import is_readable, operation_names, pairs, takes_context
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look whether an encryption context constraint serves any of the operations (G3)."""
    if grant.key.spec not in {None, *SYMMETRIC_SPECS}:
        return  # such a constraint is refused, whatever the operations
    names = operation_names(grant)
    if (
        not names
        or not is_readable(grant)
        or any(takes_context(name) or name not in GRANT_OPERATIONS for name in names)
    ):
        return
    for constraint in pairs(grant):
        what = ", ".join(map(ticked, sorted(names)))
        yield Flaw(
            constraint.place,
            f"`{constraint.name}` does not limit {what}: such requests have no encryption context",
            "use a `SourceArn` constraint, or leave it out",
        )


RULE = Rule(
    code="G303",
    name="constraint-without-effect",
    severity=Severity.WARNING,
    level=Level.GRANT,
    check=check,
    summary="A constraint on the encryption context is on operations that have none.",
    why=(
        "The constraint is not looked at for DescribeKey and RetireGrant, nor for what has no encryption context. "
        "The grant allows more than it seems to."
    ),
    instead="Constrain what is cryptographic and symmetric, or use `SourceArn`.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
