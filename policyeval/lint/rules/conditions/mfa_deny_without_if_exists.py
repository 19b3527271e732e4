"""C207: a Deny without MFA that long-term keys pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_null_check
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement

_KEY: Final = "aws:multifactorauthpresent"


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for `Bool` with `false`; another Deny with `Null` may take care of the missing key."""
    if condition.folded != _KEY or condition.base != "Bool" or condition.if_exists or condition.quantifier:
        return
    statement = condition.statement
    denies = statement.denies and any(value.text.lower() == "false" for value in condition.values)
    if denies and not any(map(_denies_missing, statement.policy.statements)):
        yield Flaw(
            condition.operator_place(),
            f"requests made with long-term access keys have no {ticked(condition.key)} and are not denied",
            "write `BoolIfExists`",
            (condition.key_place(),),
        )


def _denies_missing(statement: Statement) -> bool:
    return statement.denies and any(
        condition.folded == _KEY and (condition.if_exists or is_null_check(condition))
        for condition in statement.conditions
    )


RULE = Rule(
    code="C207",
    name="mfa-deny-without-if-exists",
    severity=Severity.SECURITY_WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A Deny for requests without MFA has `Bool` where it needs `BoolIfExists`.",
    why="Requests made with long-term access keys have no `aws:MultiFactorAuthPresent` at all: they are not denied.",
    instead='Write `"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent",
)
