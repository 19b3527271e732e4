"""P301: the unique id of a role as principal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value

_ID: Final = re.compile(r"AROA[A-Z0-9]{12,124}")


def check(value: Value) -> Iterator[Flaw]:
    """Look for the prefix of ids."""
    if _ID.fullmatch(value.text):
        yield Flaw(
            value.place(),
            f"{ticked(value.text)} is the unique id of a role, which likely is deleted",
            "write the ARN of the role, or leave the id out",
        )


RULE = Rule(
    code="P301",
    name="invalid-role-reference",
    severity=Severity.WARNING,
    access_analyzer="INVALID_ROLE_REFERENCE",
    level=Level.PRINCIPAL,
    check=check,
    summary="A principal is the unique id of a role.",
    why=(
        "AWS writes the id in the place of the ARN when the role is deleted: it is nobody any more, also "
        "after one of that name is made anew (S12)."
    ),
    instead="Write the ARN of the role.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-role-reference",
)
