"""P115: a service that is written as none is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._services import SERVICE_PRINCIPAL
from policyeval.lint.rules.principals._forms import kind
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(value: Value) -> Iterator[Flaw]:
    """Look at services; wildcards are P105's, variables V106's."""
    text = value.text
    if kind(value) != "Service" or has_wildcard(text) or "${" in text:
        return
    if SERVICE_PRINCIPAL.fullmatch(text) is None:
        hint = f"write `{text.lower()}.amazonaws.com`" if text.isalnum() else "write it as `service.amazonaws.com`"
        yield Flaw(value.place(), f"{ticked(text)} is no service principal", hint)


RULE = Rule(
    code="P115",
    name="invalid-service-principal",
    severity=Severity.ERROR,
    level=Level.PRINCIPAL,
    check=check,
    summary="A principal under `Service` is no service principal.",
    why="AWS refuses the policy, or the service is not let in.",
    instead="Write the service principal, such as `sns.amazonaws.com`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services",
)
