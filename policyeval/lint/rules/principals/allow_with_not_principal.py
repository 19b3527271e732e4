"""P201: an Allow of everybody but some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at the effect."""
    if statement.allows and "NotPrincipal" in statement.entries:
        yield Flaw(
            statement.key_place("NotPrincipal"),
            "an Allow with `NotPrincipal` allows nobody any more; it was for everybody but these",
            "name who is allowed in `Principal`",
        )


RULE = Rule(
    code="P201",
    name="allow-with-not-principal",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="ALLOW_WITH_NOT_PRINCIPAL",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"NotPrincipal"}),
    summary="An Allow has NotPrincipal.",
    why="It let in everybody else, anonymous callers among them. AWS no longer evaluates it (S13).",
    instead="Name who is allowed in Principal.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-allow-with-not-principal",
)
