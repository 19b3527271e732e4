"""C102: a key that is not written as `service:name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key, is_well_formed
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the form."""
    if condition.key.strip() and not is_well_formed(condition.key):
        name = condition.key.strip(" :")
        hint = f"is it the global key `aws:{name}`?" if find_key(f"aws:{name.lower()}") else "write `service:name`"
        yield Flaw(condition.key_place(), f"the condition key {ticked(condition.key)} is not `service:name`", hint)


RULE = Rule(
    code="C102",
    name="invalid-condition-key-format",
    severity=Severity.ERROR,
    access_analyzer="INVALID_CONDITION_KEY_FORMAT",
    level=Level.CONDITION,
    check=check,
    summary="A condition key is not written as `service:name`.",
    why="No request has such a key: a condition on it fails, or with a negated operator always holds.",
    instead="Write the service (or `aws`), a colon and the name of the key.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-key-format",
)
