"""R304: an ARN of no type that its service has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields, named_by, resource_types
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Compare the last field with the types of resource of the service."""
    fields = arn_fields(resource)
    if fields is None or not fields.resource or has_wildcard(fields.service):
        return
    kinds = resource_types(fields.service)
    if kinds and not named_by(fields):
        kind = _kind(fields.resource)
        begins = {_kind(each.resource): each.resource for each in kinds}
        close = nearest(kind, begins.keys() - {"*", ""}) if kind else None
        if close is not None and close == kind:
            close = _with_separator(close, begins[close], fields.resource)
        hint = suggestion(close, f"see the resource types of `{fields.service}`")
        yield TextFlaw(f"no resource of {ticked(fields.service)} is named {ticked(fields.resource)}", hint)


def _with_separator(kind: str, described: str, resource: str) -> str | None:
    """Give the kind with what comes after it; None where that is not what is wrong."""
    begin = described[: len(kind) + 1]
    return None if resource.startswith(begin) else begin


def _kind(resource: str) -> str:
    return re.split("[/:]", resource, maxsplit=1)[0]


RULE = Rule(
    code="R304",
    name="unknown-resource-type",
    severity=Severity.WARNING,
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="No type of resource of the service has such an ARN.",
    why=(
        "The statement matches nothing by it: `statemachine:…` is not `stateMachine:…`. AWS does not always "
        "describe every type, so it is a warning."
    ),
    instead="Write the ARN as the page of the service has it.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
