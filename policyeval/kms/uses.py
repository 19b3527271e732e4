"""When keys were last used for cryptography: known at once in memory, and in the store by and by."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from policyeval.kms.errors import DamageError
from policyeval.kms.records import Key, KeyUse
from policyeval.kms.storage.store import Reading, Store

__all__ = ["Uses"]

# kms:TrailingDaysWithoutKeyUsage counts in days: a crash may make a use that much older than it was.
_LATER: Final = timedelta(hours=1)


class Uses:
    """The last use of each key."""

    def __init__(self, store: Store) -> None:
        """Note them in a store."""
        self._store = store
        self._latest: dict[str, KeyUse] = {}
        self._noted: dict[str, datetime] = {}  # when a key was used by the store, of those that are asked for often

    def add(self, key_arn: str, use: KeyUse) -> None:
        """Take a use of a key."""
        self._latest[key_arn] = use

    def last(self, key: Key, reading: Reading) -> KeyUse | None:
        """Give the last use of a key, None when it never was used."""
        latest = self._latest.get(key.arn)
        return latest if latest is not None and _is_of(latest, key) else reading.last_use(key.arn)

    def note(self) -> None:
        """Put all of them into the store.

        Raises:
            StorageError: they cannot be written, and are kept here.

        """
        self._noted.clear()
        self._put(self._latest.copy())

    def note_first(self) -> None:
        """Put those into the store of keys of which it has none within the last hour.

        Raises:
            StorageError: they cannot be written, and are kept here.

        """
        self._put({arn: use for arn, use in self._latest.copy().items() if self._is_first(arn, use)})

    def forget(self) -> None:
        """Forget those that are not noted."""
        self._latest.clear()

    def _is_first(self, key_arn: str, use: KeyUse) -> bool:
        noted = self._noted.get(key_arn)
        if noted is None:
            last = self._store.last_use(key_arn)
            if last is None:
                return True
            noted = self._noted[key_arn] = last.at
        return use.at - noted >= _LATER

    def _put(self, uses: Mapping[str, KeyUse]) -> None:
        if not uses:
            return
        with self._store.transaction() as transaction:
            for arn, use in uses.items():
                with suppress(DamageError):  # of a key that is damaged, which other keys' uses do not wait for
                    key = transaction.key(arn)
                    if key is not None and _is_of(use, key):
                        transaction.put_last_use(arn, use)
        for arn, use in uses.items():  # only now: until it is there, everybody finds it here
            self._noted.pop(arn, None)
            if (latest := self._latest.pop(arn, use)) is not use:
                self._latest.setdefault(arn, latest)


def _is_of(use: KeyUse, key: Key) -> bool:
    """Tell whether a use is a key's own: a replica that is made anew has the ARN of the one that is gone."""
    return use.at >= key.created
