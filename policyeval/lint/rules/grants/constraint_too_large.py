"""G106: more of an encryption context than a constraint takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms_grants import MAX_CONSTRAINT_PAIRS, MAX_CONSTRAINT_VALUE
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import pairs
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grant: GrantView) -> Iterator[Flaw]:
    """Count the pairs and the characters of each value (KMS 19)."""
    for constraint in pairs(grant):
        if len(constraint.values) > MAX_CONSTRAINT_PAIRS:
            message = (
                f"a constraint has at most {MAX_CONSTRAINT_PAIRS} pairs, and this one has {len(constraint.values)}"
            )
            yield Flaw(constraint.place, message, "constrain it by the pairs that tell whose data it is")
        for key, value in constraint.values.items():
            if len(value) > MAX_CONSTRAINT_VALUE:
                message = f"the value of {ticked(key)} has {len(value)} characters, more than {MAX_CONSTRAINT_VALUE}"
                yield Flaw(constraint.place, message, "put an identifier into the encryption context, not the data")


RULE = Rule(
    code="G106",
    name="constraint-too-large",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A constraint of a grant has too many pairs, or too long a value.",
    why=(
        "CreateGrant refuses it. The encryption context stands in plain text in the trail; long values there are "
        "mostly a mistake."
    ),
    instead="Constrain the grant by one or two short identifiers.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
