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

    from policyeval.lint.view import Condition, Statement

_CALLERS: Final = frozenset({"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:username"})
_TAGS: Final = "aws:principaltag/"
# IAM Roles Anywhere tells by tags what the certificate says of the workload.
_CERTIFICATE: Final = _TAGS + "x509"
_ROLES_ANYWHERE: Final = "rolesanywhere.amazonaws.com"


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for keys that only principals of an account have (S15)."""
    if not (condition.folded in _CALLERS or condition.folded.startswith(_TAGS)) or not is_positive(condition):
        return
    statement = condition.statement
    if condition.folded.startswith(_CERTIFICATE) and _has_roles_anywhere(statement):
        return
    if allows_only_services(statement):
        yield Flaw(
            condition.key_place(),
            f"requests of services have no {ticked(condition.key)}",
            "write `aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID`",
        )


def _has_roles_anywhere(statement: Statement) -> bool:
    return any(value.text.lower() == _ROLES_ANYWHERE for element in statement.principals for value in element.values)


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
        "A service is no principal of an account or organization: the condition fails, and the service is not let in. "
        "Only IAM Roles Anywhere has tags, of the certificate: `aws:PrincipalTag/x509Subject/CN` and the like."
    ),
    instead="Write `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-condition-key-for-service-principal",
)
