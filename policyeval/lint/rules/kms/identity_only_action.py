"""K307: an action that no key policy is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import IDENTITY_ONLY_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look for actions that are asked on no key (K3)."""
    if action.lower() in IDENTITY_ONLY_ACTIONS:
        yield TextFlaw(
            f"no key policy is asked about {ticked(action)}, which is about no key that is there",
            "move it into an identity policy",
        )


RULE = Rule(
    code="K307",
    name="identity-only-action",
    severity=Severity.WARNING,
    level=Level.ACTION_TEXT,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy names an action that only identity policies decide.",
    why=(
        "Creating and listing keys, random bytes and custom key stores concern no one key, and their calls never "
        "look at a key policy. The entry says nothing, and the user whom it was to help stays refused."
    ),
    instead="Allow it in an identity policy, on `*`.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html",
)
