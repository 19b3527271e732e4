"""K204: an Allow to go past the lockout check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


_KEY: Final = "kms:bypasspolicylockoutsafetycheck"


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for an Allow that wants the check to be bypassed."""
    if condition.folded == _KEY and condition.statement.allows and is_positive(condition):
        for value in condition.values:
            if value.text.lower() == "true":
                yield Flaw(
                    value.place(),
                    "this allows key policies that nobody can change again",
                    "deny what has the parameter: a Deny with the same condition",
                )


RULE = Rule(
    code="K204",
    name="lockout-check-bypassed",
    severity=Severity.SECURITY_WARNING,
    level=Level.CONDITION,
    check=check,
    summary="An Allow is for requests that bypass the lockout check.",
    why=(
        "`BypassPolicyLockoutSafetyCheck` exists so that a policy can be put which its author could not put "
        "again. Whoever may use it can make a key unmanageable with one call, by mistake or as extortion."
    ),
    instead="Deny the parameter, with `Bool` and `true`, and let nobody have it but for a migration.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-bypass-policy-lockout-safety-check",
)
