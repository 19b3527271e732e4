"""C113: a service principal that no service has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.lint.rules.conditions._services import SERVICE_PRINCIPAL
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# What calls on someone's behalf is one service, without a Region or a part of it.
_CALLERS: Final = frozenset({"aws:calledvia", "aws:calledviafirst", "aws:calledvialast"})
_PRINCIPALS: Final = frozenset(
    {"aws:principalservicename", "aws:principalservicenameslist", "iam:awsservicename", "iam:passedtoservice"}
)
_NAME: Final = re.compile("[a-z0-9-]+")
_CALLER: Final = re.compile(r"[a-z0-9-]+\.amazonaws\.com(\.cn)?")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the values of keys that hold service principals; patterns and variables may be anything."""
    form = _CALLER if condition.folded in _CALLERS else SERVICE_PRINCIPAL if condition.folded in _PRINCIPALS else None
    if form is None or operand_type(condition.base) != "String":
        return
    for value in condition.values:
        if not has_wildcard(value.text) and "${" not in value.text and form.fullmatch(value.text) is None:
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} is not how {ticked(condition.key)} names a service",
                f"write `{value.text if _NAME.fullmatch(value.text) else 'service'}.amazonaws.com`",
            )


RULE = Rule(
    code="C113",
    name="invalid-service-principal-format",
    severity=Severity.ERROR,
    access_analyzer="INVALID_SERVICE_PRINCIPAL_FORMAT",
    level=Level.CONDITION,
    check=check,
    summary="A value that names a service is written as no service principal is.",
    why="The request has the service as `service.amazonaws.com`: a condition on anything else fails.",
    instead="Write the service principal in full.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service-principal-format",
)
