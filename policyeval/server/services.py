"""KMS and STS together, over one description of who there is and one root key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from policyeval.entities import Entities
from policyeval.kms.service import KeyManagementService
from policyeval.kms.storage import system
from policyeval.kms.storage.root_key import ROOT_KEY_SIZE, RootKey
from policyeval.kms.storage.trail_file import TrailFile
from policyeval.kms.sts.service import SecurityTokenService
from policyeval.kms.trail.trail import NO_TRAIL
from policyeval.server.folder import Kept

__all__ = ["Services"]


class Services(NamedTuple):
    """Both services, open."""

    kms: KeyManagementService
    sts: SecurityTokenService

    @classmethod
    def open(
        cls,
        entities: Entities,
        kept: Kept | None = None,
        *,
        region: str = "us-east-1",
        clock: Callable[[], datetime] = system.now,
        entropy: Callable[[int], bytes] = system.entropy,
    ) -> Services:
        """Open them.

        Args:
            entities: who there is.
            kept: what is kept in a folder; in memory, and without a trail, when None.
            region: the Region of what does not say its own.
            clock: gives the time, aware.
            entropy: gives random bytes.

        Raises:
            PolicyEvalError: the store cannot be used, or was made under another root key; a key that is described
                cannot be made.

        """
        root_key = kept.root_key if kept is not None else RootKey.of(entropy(ROOT_KEY_SIZE))
        store, trail = (kept.store, kept.trail) if kept is not None else (None, NO_TRAIL)
        kms = KeyManagementService(
            entities, store, root_key=root_key, region=region, trail=trail, clock=clock, entropy=entropy
        )
        sts = SecurityTokenService(
            entities, root_key=root_key, region=region, trail=trail, clock=clock, entropy=entropy
        )
        return cls(kms, sts)

    def describe(self, entities: Entities) -> None:
        """Take another description of who there is.

        KMS first: who was let in by the old one is asked by the new one.

        Raises:
            PolicyEvalError: a key that is described cannot be made; then everything is as it was.

        """
        self.kms.describe(entities)
        self.sts.describe(entities)

    def check(self) -> None:
        """See whether the store can be read, and a trail in a file be written. Raises `StorageError`."""
        self.kms.store.setting("")
        if isinstance(self.kms.trail, TrailFile):
            self.kms.trail.check()

    def close(self) -> None:
        """Close store and trail; what was done is durable."""
        self.kms.close()
