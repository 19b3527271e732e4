"""C105: a key of a service that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._keys import find_key, homes, is_of_provider, is_well_formed
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at what stands before the colon; what has a dot is an identity provider."""
    folded = condition.folded
    service = folded.partition(":")[0]
    if not is_well_formed(condition.key) or service == "aws" or service in RETIRED_SERVICES or is_of_provider(folded):
        return
    if not homes(folded) and find_key(folded) is None:
        close = nearest(service, service_data().services)
        meant = f"{close}:{condition.key.partition(':')[2]}" if close is not None else None
        message = f"no service has the prefix {ticked(service)}"
        yield Flaw(condition.key_place(), message, suggestion(meant), meant=meant)


RULE = Rule(
    code="C105",
    name="invalid-service-in-condition-key",
    severity=Severity.ERROR,
    access_analyzer="INVALID_SERVICE",
    level=Level.CONDITION,
    check=check,
    summary="A condition key begins with no service.",
    why="No request has such a key: a condition on it fails, or with a negated operator always holds.",
    instead="Write the prefix of a service, or `aws:` for a global key.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service",
)
