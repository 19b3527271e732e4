"""K305: `kms:CallerAccount` on a service itself."""

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
    for condition in wanted_of_services(statement, "kms:calleraccount"):
        yield Flaw(
            condition.key_place(),
            "a service principal has no `kms:CallerAccount`: this never matches",
            "use `aws:SourceAccount`",
        )


RULE = Rule(
    code="K305",
    name="caller-account-on-service-principal",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    types=frozenset({PolicyType.KEY}),
    summary="A statement for a service principal requires `kms:CallerAccount`.",
    why=(
        "A service principal belongs to no customer's account, so that its requests lack `kms:CallerAccount`, and "
        "the Allow is never met. The account on whose behalf it works is in `aws:SourceAccount`."
    ),
    instead="Use `aws:SourceAccount` with service principals.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account",
)
