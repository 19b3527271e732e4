"""K104: a `kms:ViaService` that is no service in a Region."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.catalog.regions import regions
from policyeval.evaluator.operators import NULL
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard, overlap
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


_KEY: Final = "kms:viaservice"
_LIKE: Final = frozenset({"StringLike", "StringNotLike"})
# In every partition: in China, too, where endpoints end in `.com.cn`.
_ANY: Final = "*.*.amazonaws.com"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]*\.([a-z0-9-]+)\.amazonaws\.com")


def check(condition: Condition) -> Iterator[Flaw]:
    """Compare the values with `service.region.amazonaws.com`."""
    if condition.folded != _KEY or condition.base == NULL:
        return
    for value in condition.values:
        if "${" not in value.text and not _can_match(value.text, condition.base):
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} is no service in a Region, and `kms:ViaService` never has that value",
                "write `SERVICE.REGION.amazonaws.com`, such as `s3.us-east-1.amazonaws.com`",
            )


def _can_match(text: str, operator: str) -> bool:
    if has_wildcard(text):
        # Where a wildcard is no wildcard, another rule says so.
        return operator not in _LIKE or overlap(text, _ANY)
    name = _NAME.fullmatch(text)
    return name is not None and any(name[1] in names for names in regions().values())


RULE = Rule(
    code="K104",
    name="malformed-via-service",
    severity=Severity.ERROR,
    level=Level.CONDITION,
    check=check,
    summary="A value of `kms:ViaService` is not the name of a service in a Region.",
    why=(
        "The key has the form `s3.us-east-1.amazonaws.com` in every request. With the service alone, as in a "
        "principal (`s3.amazonaws.com`), an Allow never matches, and a Deny that is meant to keep a service out "
        "keeps nobody out. The name ends in `amazonaws.com` in China as well."
    ),
    instead="Write the service and the Region of the key; for several, list them.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service",
)
