"""C118: a key of callers, asked of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._services import allows_only_services
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_CALLERS: Final = frozenset({"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:username"})
_TAGS: Final = "aws:principaltag/"


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for keys that only principals of an account have (S15)."""
    if not (condition.folded in _CALLERS or condition.folded.startswith(_TAGS)) or not is_positive(condition):
        return
    if allows_only_services(condition.statement):
        yield Flaw(
            condition.key_place(),
            f"requests of services have no {ticked(condition.key)}",
            "write `aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID`",
        )


RULE = Rule(
    code="C118",
    name="unsupported-condition-key-for-service-principal",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.RESOURCE, PolicyType.KEY, PolicyType.TRUST, PolicyType.VPC_ENDPOINT}),
    summary="A statement for a service asks for a key that requests of services do not have.",
    why=(
        "A service is no principal of an account or organization: the condition fails, and the service is not let in."
    ),
    instead="Write `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-condition-key-for-service-principal",
)
