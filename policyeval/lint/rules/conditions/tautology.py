"""C310: a condition that holds for every request that has the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_null_check, is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for both answers to Null, for all addresses, and for a key that is compared with itself."""
    texts = {value.text.lower() for value in condition.values}
    if is_null_check(condition) and {"true", "false"} <= texts:
        said = "`Null` with `true` and `false` holds for every request"
    elif condition.base == "IpAddress" and texts & _EVERYWHERE:
        said = f"{ticked(min(texts & _EVERYWHERE))} is every address"
    elif is_positive(condition) and f"${{{condition.folded}}}" in texts and condition.statement.policy.variables:
        said = f"{ticked(condition.key)} is compared with itself"
    else:
        return
    yield Flaw(condition.place(), said, "leave it out, or write what is meant")


RULE = Rule(
    code="C310",
    name="tautology",
    severity=Severity.WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A condition asks for nothing.",
    why="It looks as if it narrowed the statement down, and does not.",
    instead="Leave it out, or write what is meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
)
