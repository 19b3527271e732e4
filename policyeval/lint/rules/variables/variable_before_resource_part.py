"""V110: a variable in the front of an ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.arns import has_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.variables._found import variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value

_FIRST_FIELDS: Final = 5


def check(value: Value) -> Iterator[Flaw]:
    """Count the colons before each variable, without those of variables; an ARN with fewer fields is R102's."""
    if "${" not in value.text or not value.statement.policy.variables:
        return
    if value.text.startswith("arn:") and not has_fields(value.text):
        return
    skipped = 0
    for found in variables(value.text):
        if value.text.count(":", 0, found.start) - skipped < _FIRST_FIELDS:
            shown = value.text[found.start : found.end]
            yield Flaw(
                value.place(found.start, found.end),
                f"{ticked(shown)} is not replaced before the fifth colon of an ARN",
                "write the field out, or `*`",
            )
        skipped += value.text.count(":", found.start, found.end)


RULE = Rule(
    code="V110",
    name="variable-before-resource-part",
    severity=Severity.ERROR,
    level=Level.RESOURCE,
    check=check,
    summary="A policy variable stands before an ARN's fifth colon.",
    why=(
        "Variables are replaced in the last field of an ARN only (S22): in front of it `${…}` is text and "
        "matches nothing."
    ),
    instead="Write out the service, Region and account, or `*`; compare the account by `aws:ResourceAccount`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-resourceelement",
)
