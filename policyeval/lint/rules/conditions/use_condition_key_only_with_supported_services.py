"""C312: a key of few services, asked of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_null_check
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_KEYS: Final = frozenset({"aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for the key in a statement about all actions."""
    if condition.folded not in _KEYS or is_null_check(condition):
        return
    element = condition.statement.action
    if element is None:
        return
    if element.negated or any(value.text == "*" for value in element.values):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} is set by some services only, and the statement is about all",
            "name the services in the actions",
        )


RULE = Rule(
    code="C312",
    name="use-condition-key-only-with-supported-services",
    severity=Severity.WARNING,
    access_analyzer="USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    level=Level.CONDITION,
    check=check,
    summary="A key that few services set is asked of all services.",
    why=(
        "Where a service does not set the key, an Allow by it does nothing and a Deny by its absence hits everything."
    ),
    instead="Name the services that set the key in the actions.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-use-condition-key-only-with-supported-services",
)
