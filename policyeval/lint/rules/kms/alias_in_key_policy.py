"""K103: an alias as the resource of a key policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look for an ARN of an alias (K4)."""
    if resource.startswith("arn:") and ":alias/" in resource:
        yield TextFlaw(
            f"{ticked(resource)} is an alias, and a key policy is about its key: the statement does nothing",
            'write `"Resource": "*"`; to go by the alias that is used, add a condition on `kms:RequestAlias`',
        )


RULE = Rule(
    code="K103",
    name="alias-in-key-policy",
    severity=Severity.ERROR,
    level=Level.RESOURCE_TEXT,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy names an alias as its resource.",
    why=(
        "The ARN of an alias as a resource is the alias itself and never the key behind it. The statement matches "
        "nothing: whom it allows is refused, and what it denies goes on."
    ),
    instead='Write `"Resource": "*"`, and use `kms:RequestAlias` to allow calls by one alias only.',
    source="https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html",
)
