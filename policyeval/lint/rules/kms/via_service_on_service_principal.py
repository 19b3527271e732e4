"""K303: `kms:ViaService` on a service itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import wanted_of_services
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for an Allow whose only principals are services."""
    for condition in wanted_of_services(statement, "kms:viaservice"):
        yield Flaw(
            condition.key_place(),
            "a service that calls in its own name has no `kms:ViaService`: this never matches",
            "use `aws:SourceArn` or `aws:SourceAccount`",
        )


RULE = Rule(
    code="K303",
    name="via-service-on-service-principal",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    types=frozenset({PolicyType.KEY}),
    summary="A statement for a service principal requires `kms:ViaService`.",
    why=(
        "`kms:ViaService` is there when a service calls on behalf of a user or role. A service that calls in its "
        "own name, as service principals do, has none, and the Allow is never met."
    ),
    instead=(
        "Use `aws:SourceArn` or `aws:SourceAccount` with service principals, and `kms:ViaService` with users and roles."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service",
)
