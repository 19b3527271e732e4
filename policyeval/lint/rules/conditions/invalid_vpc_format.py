"""C115: an id of a VPC that no VPC has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_ID: Final = re.compile(r"vpc-([0-9a-z]{8}|[0-9a-z]{17})")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the values that are no patterns."""
    if condition.folded != "aws:sourcevpc" or operand_type(condition.base) != "String":
        return
    for value in condition.values:
        text = value.text
        if not has_wildcard(text) and "${" not in text and _ID.fullmatch(text) is None:
            yield Flaw(value.place(), f"{ticked(text)} is no id of a VPC", "an id is `vpc-` and 8 or 17 characters")


RULE = Rule(
    code="C115",
    name="invalid-vpc-format",
    severity=Severity.ERROR,
    access_analyzer="INVALID_VPC_FORMAT",
    level=Level.CONDITION,
    check=check,
    summary="The value of `aws:SourceVpc` is no id of a VPC.",
    why="No request has such a value: the condition never holds, or with a negated operator always.",
    instead="Write `vpc-` and the 8 or 17 characters of the id.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-vpc-format",
)
