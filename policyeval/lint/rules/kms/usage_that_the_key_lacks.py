"""K313: an operation that keys of the type do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import OPERATIONS
from policyeval.catalog.kms_grants import grant_operations
from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(action: Value) -> Iterator[Flaw]:
    """Compare an action by name with what the key, described beside its policy, is for."""
    key = action.statement.policy.key
    operation = OPERATIONS.get(action.text.lower())
    if operation is None or not (operation.cryptographic or operation.name == "kms:GetPublicKey"):
        return
    if key.spec is None or key.spec not in KEY_SPECS:
        return
    if key.usage is not None and key.usage not in KEY_SPECS[key.spec].usages:
        return
    if operation.name.partition(":")[2] not in grant_operations(key.spec, key.usage):
        what = f"`{key.spec}`" + (f" for `{key.usage}`" if key.usage is not None else "")
        yield Flaw(
            action.place(),
            f"the key is {what}, which has no operation {ticked(action.text)}",
            "take it out, or look whether the policy is for this key",
        )


RULE = Rule(
    code="K313",
    name="usage-that-the-key-lacks",
    severity=Severity.WARNING,
    level=Level.ACTION,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy names an operation that the key cannot do.",
    why=(
        "A key has one usage for life: a key for signing never decrypts. The entry does nothing, and mostly shows "
        "that the policy was written for another key, or that the key is not of the type that its users need."
    ),
    instead="List the operations of the key's usage.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-compare.html",
)
