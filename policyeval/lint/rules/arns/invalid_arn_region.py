"""R106: an ARN of a Region that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.regions import regions
from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import matcher
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look the Region up, in the partitions that the ARN can mean."""
    fields = arn_fields(resource)
    if fields is None or not fields.region or fields.region == "*":
        return
    fits, in_partition = matcher(fields.region), matcher(fields.partition)
    partitions = [name for name, names in regions().items() if any(map(fits, names))]
    if not partitions and not any(f"{name}-global" == fields.region for name in regions()):
        close = nearest(fields.region, {name for names in regions().values() for name in names})
        hint = suggestion(close, "write a Region's code, such as `eu-central-1`, or `*`")
        yield TextFlaw(f"there is no Region {ticked(fields.region)}", hint)
    elif partitions and not any(map(in_partition, partitions)):
        yield TextFlaw(
            f"the Region {ticked(fields.region)} is not in the partition {ticked(fields.partition)}",
            f"write `arn:{partitions[0]}:…`",
        )


RULE = Rule(
    code="R106",
    name="invalid-arn-region",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ARN_REGION",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The Region of an ARN does not exist, or not in its partition.",
    why="No resource has such an ARN, so the statement matches nothing by it.",
    instead="Write a Region's code, or `*` for all Regions.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-region",
)
