"""C301: an operator for another type than the key has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key, operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# Strings and ARNs compare with each other; a star in an ARN under StringLike is C201's.
_TEXTS: Final = frozenset({"Arn", "String"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Compare the operator's type with the key's; only strings compare with a variable."""
    compared = operand_type(condition.base)
    key = find_key(condition.folded) if compared is not None else None
    if (
        compared is None
        or key is None
        or compared == key.type
        or compared in key.also
        or {compared, key.type} <= _TEXTS
    ):
        return
    if compared == "String" and condition.values and all("${" in value.text for value in condition.values):
        return
    article = "an" if key.type in {"Arn", "IpAddress"} else "a"
    operators = f"`{key.type}`" if key.type in {"Bool", "IpAddress"} else f"one of the `{key.type}…` operators"
    yield Flaw(
        condition.key_place(),
        f"{ticked(condition.key)} is {article} {key.type}, and {ticked(condition.operator)} compares {compared}",
        f"use {operators}",
    )


RULE = Rule(
    code="C301",
    name="type-mismatch",
    severity=Severity.WARNING,
    access_analyzer="TYPE_MISMATCH",
    level=Level.CONDITION,
    check=check,
    summary="The operator compares another type than the key holds.",
    why="What cannot be read as the type of the operator never compares: an Allow does nothing, a Deny may hit all.",
    instead="Write an operator of the key's type, such as `Bool` for `aws:SecureTransport`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch",
)
