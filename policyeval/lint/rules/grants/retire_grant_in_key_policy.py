"""G301: RetireGrant where no policy is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


_ACTION: Final = "kms:retiregrant"


def check(action: str) -> Iterator[TextFlaw]:
    """Look for the action by name (G5)."""
    if action.lower() == _ACTION:
        yield TextFlaw(
            f"{ticked(action)} does nothing in a key policy: the grant itself says who may retire it",
            "name a `RetiringPrincipal` in the grant; to end grants by policy, allow `kms:RevokeGrant`",
        )


RULE = Rule(
    code="G301",
    name="retire-grant-in-key-policy",
    severity=Severity.WARNING,
    level=Level.ACTION_TEXT,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy names kms:RetireGrant.",
    why=(
        "Who may retire a grant is written in the grant: its retiring principal, the grantee if RetireGrant is "
        "among the operations, and the account that created it. A key policy adds nobody, and its Deny stops "
        "nobody."
    ),
    instead=(
        "Name a retiring principal in the grant, or allow `kms:RevokeGrant`. To deny retiring, use an IAM policy "
        "or an SCP."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html",
)
