"""R111: an ARN with an account that its type does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields, named_by
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Ask whether any type of resource that the ARN can name has an account; a lone star fits an empty field."""
    fields = arn_fields(resource)
    if fields is None or fields.account in {"", "*"}:
        return
    kinds = named_by(fields)
    if kinds and not any(kind.account for kind in kinds):
        yield TextFlaw(f"no ARN of this type has an account, and {ticked(resource)} does", "leave the field empty")


RULE = Rule(
    code="R111",
    name="arn-account-not-allowed",
    severity=Severity.ERROR,
    access_analyzer="ARN_ACCOUNT_NOT_ALLOWED",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="An ARN has an account that no resource of its type has.",
    why="The field is empty in the ARNs of such resources, so the statement matches nothing by it.",
    instead="Leave the field empty, with its colon: `arn:aws:s3:::bucket`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-arn-account-not-allowed",
)
