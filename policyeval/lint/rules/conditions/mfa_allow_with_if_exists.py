"""C213: an Allow with MFA that long-term keys pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for `BoolIfExists` with `true` in an Allow."""
    if condition.folded != "aws:multifactorauthpresent" or condition.base != "Bool" or not condition.if_exists:
        return
    if condition.statement.allows and any(value.text.lower() == "true" for value in condition.values):
        yield Flaw(
            condition.operator_place(),
            f"requests made with long-term access keys have no {ticked(condition.key)} and are allowed",
            "write `Bool`",
            (condition.key_place(),),
        )


RULE = Rule(
    code="C213",
    name="mfa-allow-with-if-exists",
    severity=Severity.SECURITY_WARNING,
    level=Level.CONDITION,
    check=check,
    summary="An Allow for requests with MFA has `BoolIfExists` where it needs `Bool`.",
    why="Requests made with long-term access keys have no `aws:MultiFactorAuthPresent` at all: they are allowed.",
    instead='Write `"Bool": {"aws:MultiFactorAuthPresent": "true"}`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent",
)
