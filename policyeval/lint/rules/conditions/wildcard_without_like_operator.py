"""C306: a wildcard where it is a character."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for wildcards outside of variables under String operators without Like."""
    if operand_type(condition.base) != "String" or OPERATORS[condition.base].wildcards:
        return
    for value in condition.values:
        if has_wildcard(_VARIABLE.sub("", value.text)):
            like = "StringNotLike" if OPERATORS[condition.base].negated else "StringLike"
            yield Flaw(
                value.place(),
                f"the wildcard in {ticked(value.text)} is a plain character under {ticked(condition.operator)}",
                f"write `{condition.operator.replace(condition.base, like)}` if it is meant as a wildcard",
            )


RULE = Rule(
    code="C306",
    name="wildcard-without-like-operator",
    severity=Severity.WARNING,
    access_analyzer="WILDCARD_WITHOUT_LIKE_OPERATOR",
    level=Level.CONDITION,
    check=check,
    summary="A value has a `*` or `?` under an operator that does not know wildcards.",
    why=(
        "It is compared as the character that it is: the condition hardly ever holds, or with a negated "
        "operator always."
    ),
    instead="Write the `Like` form of the operator, or `${*}` and `${?}` for the characters.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-wildcard-without-like-operator",
)
