"""K105: a `kms:ViaService` of a Region where the key is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement


_KEY: Final = "kms:viaservice"
_NAME: Final = re.compile(r"[^*?$]+\.([a-z0-9-]+)\.amazonaws\.com")


def check(condition: Condition) -> Iterator[Flaw]:
    """Compare the Regions of the services with those of the keys."""
    if condition.folded != _KEY or not condition.values or not condition.complete:
        return
    key_regions = _regions_of_keys(condition.statement)
    names = [_NAME.fullmatch(value.text) for value in condition.values]
    if key_regions and all(name is not None and name[1] not in key_regions for name in names):
        where = ", ".join(map(ticked, sorted(key_regions)))
        yield Flaw(
            condition.place(),
            f"a service calls AWS KMS in its own Region, and the key is in {where}: this never matches",
            "name the service in the key's Region",
        )


def _regions_of_keys(statement: Statement) -> frozenset[str]:
    """Give the Regions of all keys that the statement can be about; none where that is not known."""
    arn = statement.policy.key.arn
    if arn is not None:
        return frozenset((arn.region,))
    resource = statement.resource
    if resource is None or resource.negated or not resource.complete:
        return frozenset()
    fields = [arn_fields(value.text) for value in resource.values]
    if not all(each is not None and each.service == "kms" and not has_wildcard(each.region) for each in fields):
        return frozenset()
    return frozenset(each.region for each in fields if each is not None)


RULE = Rule(
    code="K105",
    name="via-service-in-another-region",
    severity=Severity.ERROR,
    level=Level.CONDITION,
    check=check,
    summary="A `kms:ViaService` names only services of Regions where the key is not.",
    why=(
        "A service uses keys of the Region that it runs in. An Allow for Amazon S3 in another Region than the "
        "key's is never met, and the first upload fails; a Deny of it denies nothing. It comes from copying a "
        "policy from Region to Region."
    ),
    instead="Name the service in the Region of the key. A replica of a multi-Region key has a key policy of its own.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service",
)
