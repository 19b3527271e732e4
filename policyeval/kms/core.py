"""What operations work with: the store, the authorizer, keys in use, the trail, time and chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from policyeval.authorizer import Authorizer
from policyeval.kms.principals import Names
from policyeval.kms.recording import Recorder
from policyeval.kms.settings import Settings
from policyeval.kms.storage.store import Store
from policyeval.kms.tokens import Tokens
from policyeval.kms.uses import Uses
from policyeval.kms.vault import Vault
from policyeval.model.records import PolicySource


class Core(NamedTuple):
    """Everything that calls share.

    `entropy(n)` gives n random bytes, `ids()` an event id and a request id.
    """

    iam: PolicySource
    store: Store
    authorizer: Authorizer
    vault: Vault
    tokens: Tokens
    recorder: Recorder
    settings: Settings
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    ids: Callable[[], tuple[str, str]]
    uses: Uses
    names: Names
