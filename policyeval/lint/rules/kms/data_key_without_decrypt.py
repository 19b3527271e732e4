"""K402: data keys that nobody gets back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import allows_are_known, covers_action, named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_GENERATE: Final = "kms:generatedatakey"
_DECRYPT: Final = "kms:decrypt"


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for data keys in the Allows of a policy that allows Decrypt nowhere."""
    allowing = [statement for statement in policy.statements if statement.allows]
    if not allows_are_known(policy) or any(covers_action(statement, _DECRYPT) for statement in allowing):
        return
    for statement in allowing:
        for value, name in named_actions(statement, "kms"):
            if name == _GENERATE:
                yield Flaw(
                    value.place(),
                    f"whoever has {ticked(value.text)} alone cannot open the data keys again",
                    "allow `kms:Decrypt` too, unless others read what this one writes",
                )
                return


RULE = Rule(
    code="K402",
    name="data-key-without-decrypt",
    severity=Severity.SUGGESTION,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"kms"}),
    summary="A policy allows making data keys and not decrypting them.",
    why=(
        "An encrypted data key is of use only to who can decrypt it. Writers need that themselves more often than "
        "it seems: an upload to Amazon S3 in several parts decrypts what it has, and so do SQS and SNS."
    ),
    instead="Allow `kms:Decrypt` on the same keys, unless the principal only ever writes.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html",
)
