"""K401: half of what ReEncrypt needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.kms import OPERATIONS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import allows_are_known, covers_action, named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_FROM: Final = "kms:reencryptfrom"
_TO: Final = "kms:reencryptto"


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for one of the two actions in the Allows of a policy that has nothing of the other."""
    allowing = [statement for statement in policy.statements if statement.allows]
    if not allows_are_known(policy):
        return
    for one, other in ((_FROM, _TO), (_TO, _FROM)):
        found = [value for each in allowing for value, name in named_actions(each, "kms") if name == one]
        if found and not any(covers_action(each, other) for each in allowing):
            missing = OPERATIONS[other].name
            yield Flaw(
                found[0].place(),
                f"ReEncrypt also needs {ticked(missing)}, on the other of its two keys",
                f"allow {ticked(missing)} too, unless another policy does",
            )


RULE = Rule(
    code="K401",
    name="re-encrypt-one-sided",
    severity=Severity.SUGGESTION,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"kms"}),
    summary="A policy allows one of the two halves of ReEncrypt.",
    why=(
        "ReEncrypt asks `kms:ReEncryptFrom` on the key that it decrypts with and `kms:ReEncryptTo` on the key "
        "that it encrypts with. With one of them the call is refused, also where both keys are the same."
    ),
    instead="Allow both, each on its keys; `kms:ReEncrypt*` is both.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html",
)
