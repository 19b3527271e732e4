"""A102: an action that its service does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import UNLISTED_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.lint.rules.actions._parts import split_action
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.catalog.service_data import Service
    from policyeval.lint.rules.actions._parts import ActionParts

# Operations that are not asked under their own names, and what they are asked as.
# Source: the tables of operations in the service authorization reference.
_ASKED_AS: Final = {
    "kms:reencrypt": "kms:ReEncrypt*",
    "lambda:invoke": "lambda:InvokeFunction",
    "s3:copyobject": "s3:GetObject` and `s3:PutObject",
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:headbucket": "s3:ListBucket",
    "s3:headobject": "s3:GetObject",
    "s3:listobjects": "s3:ListBucket",
    "s3:listobjectsv2": "s3:ListBucket",
    "s3:createmultipartupload": "s3:PutObject",
    "s3:uploadpart": "s3:PutObject",
}


def check(action: str) -> Iterator[TextFlaw]:
    """Look the action up in its service."""
    parts = split_action(action)
    service = service_data().service(parts.service) if parts is not None else None
    if parts is None or service is None or has_wildcard(parts.name):
        return
    action = f"{parts.service}:{parts.name.lower()}"
    if parts.name.lower() not in service.action_names and action not in UNLISTED_ACTIONS:
        hint, meant = _hint(action, parts, service)
        yield TextFlaw(f"{ticked(parts.service)} has no action {ticked(parts.name)}", hint, meant=meant)


def _hint(action: str, parts: ActionParts, service: Service) -> tuple[str | None, str | None]:
    """Give a hint, and the one action that was probably meant."""
    permission = _ASKED_AS.get(action)
    if permission is not None:
        return f"the permission for it is `{permission}`", None if "`" in permission else permission
    close = nearest(parts.name, service.action_names.values())
    meant = f"{parts.service}:{close}" if close is not None else None
    return suggestion(meant, f"see the actions of {service.name}"), meant


RULE = Rule(
    code="A102",
    name="invalid-action",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ACTION",
    level=Level.ACTION_TEXT,
    check=check,
    summary="The action does not exist in its service.",
    why=(
        "The statement neither allows nor denies anything by this action, and whoever reads it believes that it "
        "does. Permissions differ from API operations in name: `s3:ListBucket` is asked for ListObjects."
    ),
    instead="Write the action as the service authorization reference has it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-action",
)
