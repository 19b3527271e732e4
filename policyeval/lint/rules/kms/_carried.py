"""Which condition keys of AWS KMS the requests for an action have (K8, K9)."""

from __future__ import annotations

from typing import Final

from policyeval.catalog.kms import OPERATIONS
from policyeval.lint.reach import is_one_of

_CONTEXT: Final = frozenset({"kms:encryptioncontext:", "kms:encryptioncontextkeys"})


def is_context(folded_key: str) -> bool:
    """Tell whether a condition key is about the encryption context."""
    return is_one_of(folded_key, _CONTEXT)


def carries(folded_action: str, folded_key: str) -> bool:
    """Tell whether requests for an action, which must be of AWS KMS, can have a condition key."""
    return is_one_of(folded_key, OPERATIONS[folded_action].condition_keys)
