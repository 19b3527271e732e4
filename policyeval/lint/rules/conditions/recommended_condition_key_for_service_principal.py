"""C409: a weak key where a service acts for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive, narrowed_to_somebody
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._services import SOURCES, WEAK, allows_only_services
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a weak key in a statement that has none of the strong ones."""
    statement = condition.statement
    if condition.folded not in WEAK or not is_positive(condition) or not allows_only_services(statement):
        return
    if not narrowed_to_somebody(statement, SOURCES):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} does not say for whom the service acts",
            "write `aws:SourceArn` or `aws:SourceAccount`",
        )


RULE = Rule(
    code="C409",
    name="recommended-condition-key-for-service-principal",
    severity=Severity.SUGGESTION,
    access_analyzer="RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.RESOURCE, PolicyType.KEY}),
    summary="A service is let in by a key that does not say for whom it acts.",
    why="Anybody can have the service act for them: the confused deputy.",
    instead="Write `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-recommended-condition-key-for-service-principal",
)
