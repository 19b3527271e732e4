"""C104: a key that its service does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._keys import (
    find_key,
    homes,
    is_of_device,
    is_of_provider,
    is_well_formed,
    lacks_tag_name,
    nearest_key,
)
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the key up in its service; claims of identity providers are nobody's to list, nor is what devices are."""
    folded = condition.folded
    if not homes(folded) or not is_well_formed(condition.key) or is_of_provider(folded) or lacks_tag_name(folded):
        return
    if find_key(folded) is None and not is_of_device(folded):
        service = folded.partition(":")[0]
        close = nearest_key(condition.key)
        hint = suggestion(close, f"see the condition keys of `{service}`")
        yield Flaw(
            condition.key_place(), f"`{service}` has no condition key {ticked(condition.key)}", hint, meant=close
        )


RULE = Rule(
    code="C104",
    name="invalid-service-condition-key",
    severity=Severity.ERROR,
    access_analyzer="INVALID_SERVICE_CONDITION_KEY",
    level=Level.CONDITION,
    check=check,
    summary="A condition key does not exist in its service.",
    why="No request has such a key: a condition on it fails, or with a negated operator always holds.",
    instead="Write a key of the service's page in the service authorization reference, or a global one.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service-condition-key",
)
