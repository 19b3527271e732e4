"""G104: an encryption context for a key that takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import SYMMETRIC_SPECS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import pairs
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look for encryption context constraints where the key is not symmetric (G3)."""
    spec = grant.key.spec
    if spec is not None and spec not in SYMMETRIC_SPECS:
        for constraint in pairs(grant):
            yield Flaw(
                constraint.place,
                f"keys of the spec {ticked(spec)} take no encryption context, nor their grants `{constraint.name}`",
                "constrain it by `SourceArn`, or leave the constraint out",
            )


RULE = Rule(
    code="G104",
    name="context-constraint-on-key-type",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A grant on an asymmetric or HMAC key has an encryption context constraint.",
    why=(
        "CreateGrant refuses it: operations of these keys have no encryption context that a constraint could look at."
    ),
    instead="Use a `SourceArn` constraint, which serves every type of key, or a symmetric key.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
