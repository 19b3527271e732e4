"""R109: an ARN without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields, named_by
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Ask whether every type of resource that the ARN can name has an account."""
    fields = arn_fields(resource)
    if fields is None or fields.account or not fields.resource or fields.resource[0] in "*?":
        return
    kinds = named_by(fields)
    if kinds and all(kind.account for kind in kinds):
        yield TextFlaw(f"the ARN {ticked(resource)} has no account", "write the account id, or `*` for any")


RULE = Rule(
    code="R109",
    name="missing-arn-account",
    severity=Severity.ERROR,
    access_analyzer="MISSING_ARN_ACCOUNT",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="An ARN leaves out the account that all resources of its type have.",
    why="An empty field matches only an empty field, so the statement matches nothing by it.",
    instead="Write the account, or `*` for any.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-arn-account",
)
