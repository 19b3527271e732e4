"""P204: a service that acts for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import narrowed_to_somebody
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._services import SOURCES, WEAK, allows_only_services
from policyeval.lint.words import listed
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement

# A skill of Alexa's has its own token; a weak key is C409's.
_TELLING: Final = SOURCES | WEAK | {"lambda:eventsourcetoken"}


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for a key that tells for whom the service acts."""
    if not allows_only_services(statement) or narrowed_to_somebody(statement, _TELLING):
        return
    values = [value for element in statement.principals for value in element.values]
    yield Flaw(
        values[0].place(),
        f"{listed(values)} may do this for anybody",
        "add a condition on `aws:SourceArn` or `aws:SourceAccount`",
        tuple(value.place() for value in values[1:]),
    )


RULE = Rule(
    code="P204",
    name="restrict-access-to-service-principal",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.RESOURCE}),
    summary="A service is allowed something, whoever it acts for.",
    why="Anybody can have the service do it for them on your resource: the confused deputy.",
    instead="Add a condition on `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-restrict-access-to-service-principal",
)
