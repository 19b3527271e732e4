"""EnableKey, DisableKey, ScheduleKeyDeletion and CancelKeyDeletion (KMS 1-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from policyeval.kms.call import Call, Conditions, Response
from policyeval.kms.lifecycle import refresh, resume
from policyeval.kms.operations.row import Asked, Operation
from policyeval.kms.records import Key, KeyState
from policyeval.kms.states import PENDING_DELETION, check_state

_SWITCHES_IN: Final[frozenset[KeyState]] = frozenset({"Enabled", "Disabled", "Unavailable"})
_SCHEDULES_IN: Final[frozenset[KeyState]] = frozenset(
    {"Enabled", "Disabled", "PendingImport", "Unavailable", "Creating"}
)
_WINDOW: Final = 30  # days


def enable_key(call: Call) -> Response:
    """Let a key be used; for one that is unavailable it changes nothing."""
    answer = _switch(call, call.key, "Enabled")
    resume(call.key, call.now, call.transaction)
    return answer


def disable_key(call: Call) -> Response:
    """Stop a key from being used."""
    found = call.find(call.params["KeyId"], "kms:DisableKey")
    call.ask("kms:DisableKey", found, _unused_days(call, found.key))
    check_state(found.key, _SWITCHES_IN)
    return _switch(call, found.key, "Disabled")


def _switch(call: Call, key: Key, state: KeyState) -> Response:
    if key.state != "Unavailable":
        call.transaction.put_key(replace(key, state=state))
    return {}


def schedule_key_deletion(call: Call) -> Response:
    """Set the date of a key's end; a multi-Region primary waits for its replicas first."""
    given = call.params.get("PendingWindowInDays")
    found = call.find(call.params["KeyId"], "kms:ScheduleKeyDeletion")
    key, window = found.key, given if given is not None else _WINDOW
    asked = {} if given is None else {"kms:ScheduleKeyDeletionPendingWindowInDays": given}
    call.ask("kms:ScheduleKeyDeletion", found, {**asked, **_unused_days(call, key)})
    check_state(key, _SCHEDULES_IN)
    answer: Response = {"KeyId": key.arn, "PendingWindowInDays": window}
    if key.multi_region is not None and key.multi_region.replicas and not key.is_replica:
        changed = replace(key, state="PendingReplicaDeletion", deletion_window=window)
    else:
        ends = call.now + timedelta(days=window)
        changed = replace(key, state="PendingDeletion", deletion_window=window, deletion_date=ends)
        answer["DeletionDate"] = ends
    call.transaction.put_key(changed)
    return {**answer, "KeyState": changed.state}


def _unused_days(call: Call, key: Key) -> Conditions:
    """Give for how many whole days a key was not used, since it was made where it never was.

    "AWS KMS condition keys" of the KMS guide, kms:TrailingDaysWithoutKeyUsage.
    """
    use = call.core.uses.last(key, call.reading)
    since = use.at if use is not None else key.created
    return {"kms:TrailingDaysWithoutKeyUsage": (call.now - since).days}


def cancel_key_deletion(call: Call) -> Response:
    """Keep a key after all; it stays disabled, or waits for the material that it lost meanwhile (KMS 3)."""
    key = replace(call.key, state="Disabled", deletion_window=None, deletion_date=None)
    call.transaction.put_key(key)
    if key.origin == "EXTERNAL":
        refresh(key, call.transaction, call.core.vault)
    return {"KeyId": key.arn}


OPERATIONS: Final = (
    Operation("EnableKey", enable_key, works_in=_SWITCHES_IN, writes=True),
    Operation("DisableKey", disable_key, Asked.ITSELF, writes=True),
    Operation("ScheduleKeyDeletion", schedule_key_deletion, Asked.ITSELF, writes=True),
    Operation("CancelKeyDeletion", cancel_key_deletion, works_in=PENDING_DELETION, writes=True),
)
