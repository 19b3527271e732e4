"""A401: a wildcard in the name of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.lint.rules.actions._parts import split_action
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look for a wildcard before the colon."""
    parts = split_action(action)
    if parts is not None and has_wildcard(parts.service):
        hint = "write `*` if every service is meant" if parts == ("*", "*") else "name the services"
        yield TextFlaw(f"the service {ticked(parts.service)} is a pattern", hint)


RULE = Rule(
    code="A401",
    name="wildcard-in-service-name",
    severity=Severity.SUGGESTION,
    access_analyzer="WILDCARD_IN_SERVICE_NAME",
    level=Level.ACTION_TEXT,
    check=check,
    summary="The service of an action is a pattern.",
    why="It takes in services that AWS has not made yet: `s*:Get*` is more than S3.",
    instead="Name each service.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-wildcard-in-service-name",
)
