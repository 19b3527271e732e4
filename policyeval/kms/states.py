"""Key states: which operations work in which, and what AWS says in the others (KMS 1-3)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final, get_args

from policyeval.kms.errors import KmsError
from policyeval.kms.records import Key, KeyState

ALL: Final[frozenset[KeyState]] = frozenset(get_args(KeyState))
PENDING_DELETION: Final[frozenset[KeyState]] = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
NOT_PENDING_DELETION: Final = ALL - PENDING_DELETION
# Cryptography works while a multi-Region key's primary changes.
USABLE: Final[frozenset[KeyState]] = frozenset({"Enabled", "Updating"})

_SAID: Final[dict[KeyState, str]] = {
    "PendingDeletion": "is pending deletion.",
    "PendingReplicaDeletion": "is pending replica deletion.",
    "PendingImport": "is pending import.",
    "Unavailable": "is unavailable.",
    "Creating": "is creating.",
    "Updating": "is updating.",
}


def check_state(key: Key, works_in: AbstractSet[KeyState]) -> None:
    """Refuse an operation in a state in which it does not work.

    Raises:
        KmsError: `DisabledException` or `KMSInvalidStateException`.

    """
    state = key.state
    if state in works_in:
        return
    if works_in == PENDING_DELETION:
        raise KmsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    if state == "Disabled":
        raise KmsError("DisabledException", f"{key.arn} is disabled.")
    raise KmsError("KMSInvalidStateException", f"{key.arn} {_SAID[state]}")
