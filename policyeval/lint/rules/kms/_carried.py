"""Which condition keys of AWS KMS the requests for an action have (K8, K9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.kms import OPERATIONS
from policyeval.lint.reach import is_one_of, named_actions
from policyeval.lint.rule import Flaw
from policyeval.lint.words import listed
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# Of these a check of Access Analyzer's says it, C117; in key policies it leaves the keys of AWS KMS to these rules.
TOLD_BY_ANOTHER: Final = frozenset({PolicyType.RESOURCE, PolicyType.TRUST})

_CONTEXT: Final = frozenset({"kms:encryptioncontext:", "kms:encryptioncontextkeys"})


def is_context(folded_key: str) -> bool:
    """Tell whether a condition key is about the encryption context."""
    return is_one_of(folded_key, _CONTEXT)


def without(condition: Condition, lack: str) -> Iterator[Flaw]:
    """Say which actions that a statement names have no such key in their requests; `lack` is said of these."""
    found = [
        value
        for value, action in named_actions(condition.statement, "kms")
        if action in OPERATIONS and not carries(action, condition.folded)
    ]
    if found:
        yield Flaw(
            found[0].place(),
            f"requests for {listed(found)} {lack}: with {ticked(condition.key)} the statement never matches",
            f"give {'it' if len(found) == 1 else 'them'} a statement without that condition",
            (*(value.place() for value in found[1:]), condition.key_place()),
        )


def carries(folded_action: str, folded_key: str) -> bool:
    """Tell whether requests for an action, which must be of AWS KMS, can have a condition key."""
    return is_one_of(folded_key, OPERATIONS[folded_action].condition_keys)
