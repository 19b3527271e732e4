"""When a key was last used for cryptography: noted at once in memory, and in the store by and by."""

from __future__ import annotations

from policyeval.kms.call import Call
from policyeval.kms.records import Key, KeyUse


def last_use(call: Call, key: Key) -> KeyUse | None:
    """Give the last use of a key, None when it never was used."""
    return call.core.uses.get(key.arn) or call.reading.last_use(key.arn)
