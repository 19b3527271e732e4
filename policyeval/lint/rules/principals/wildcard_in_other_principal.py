"""P105: a wildcard for services or canonical users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import kind
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(value: Value) -> Iterator[Flaw]:
    """Look at services and canonical users; the parser looks at the others."""
    if kind(value) in {"CanonicalUser", "Service"} and has_wildcard(value.text):
        yield Flaw(
            value.place(),
            f"the principal {ticked(value.text)} has a wildcard in it",
            "name it in full",
        )


RULE = Rule(
    code="P105",
    name="wildcard-in-other-principal",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    level=Level.PRINCIPAL,
    check=check,
    summary="A service or canonical user has a wildcard in it.",
    why="Services and canonical users are named in full; AWS refuses anything else.",
    instead="Name the service or user.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-wildcard-in-principal",
)
