"""C313: TLS the wrong way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a Deny of requests over TLS, by that alone, and for an Allow of no others than those without."""
    if condition.folded != "aws:securetransport" or condition.base != "Bool" or not condition.complete:
        return
    texts = {value.text.lower() for value in condition.values}
    statement = condition.statement
    if statement.denies and texts == {"true"} and len(statement.conditions) == 1 and statement.complete:
        yield Flaw(
            condition.place(),
            "every request over TLS is denied, and those without it are not",
            "write `false`: then requests without TLS are denied",
        )
    elif statement.allows and texts == {"false"}:
        yield Flaw(
            condition.place(),
            "only requests without TLS are allowed",
            "write `true`, or deny with `false` what is without TLS",
        )


RULE = Rule(
    code="C313",
    name="inverted-secure-transport",
    severity=Severity.WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A statement denies requests over TLS, or allows those without it only.",
    why=(
        "The value says which requests the statement is about: a Deny with `true` keeps everybody out who calls as "
        "they should, and lets through what it was meant to stop."
    ),
    instead='Deny with `"Bool": {"aws:SecureTransport": "false"}`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport",
)
