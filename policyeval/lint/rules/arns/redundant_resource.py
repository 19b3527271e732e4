"""R401: a resource that another one covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import resource_covering
from policyeval.lint.redundant import redundancies
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for resources that another of the same element covers."""
    if statement.resource is not None and len(statement.resource.values) > 1:
        yield from redundancies(statement.resource, str, resource_covering)


RULE = Rule(
    code="R401",
    name="redundant-resource",
    severity=Severity.SUGGESTION,
    access_analyzer="REDUNDANT_RESOURCE",
    level=Level.STATEMENT,
    check=check,
    summary="A resource is listed twice, or another one covers it.",
    why=(
        "It says nothing, makes the policy longer, and hides that the wider one matches more: a star runs over slashes."
    ),
    instead="List only the wider one, or only the narrower ones if those are meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-resource",
)
