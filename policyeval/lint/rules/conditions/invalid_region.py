"""C121: a Region that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.regions import regions
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_KEYS: Final = frozenset({"aws:requestedregion", "kms:primaryregion", "kms:replicaregion"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the values up that are no patterns; global services are asked in `us-east-1`."""
    if condition.folded not in _KEYS or operand_type(condition.base) != "String":
        return
    for value in condition.values:
        text = value.text
        if not has_wildcard(text) and "${" not in text and not any(text in names for names in regions().values()):
            close = nearest(text, (name for names in regions().values() for name in names))
            yield Flaw(value.place(), f"there is no Region {ticked(text)}", suggestion(close), meant=close)


RULE = Rule(
    code="C121",
    name="invalid-region",
    severity=Severity.ERROR,
    access_analyzer="INVALID_REGION",
    level=Level.CONDITION,
    check=check,
    summary="A condition names a Region that does not exist.",
    why="No request has such a value: the condition never holds, or with a negated operator always.",
    instead="Write the code of a Region, such as `eu-central-1`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-region",
)
