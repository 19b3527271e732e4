"""The KMS: keys, cryptography and grants, with the authorizer asked before every operation.

The names here load what they need when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policyeval.kms.caller import Caller
    from policyeval.kms.client import Client, DataKey
    from policyeval.kms.errors import KmsError, StorageError
    from policyeval.kms.root import trail_key
    from policyeval.kms.service import KeyManagementService
    from policyeval.kms.settings import Settings
    from policyeval.kms.storage.memory import MemoryStore
    from policyeval.kms.storage.root_key import RootKey
    from policyeval.kms.storage.sqlite import SqliteStore
    from policyeval.kms.storage.trail_file import TrailFile
    from policyeval.kms.sts.identity import Identity
    from policyeval.kms.sts.service import SecurityTokenService

_HOMES = {
    "Caller": "caller",
    "Client": "client",
    "DataKey": "client",
    "Identity": "sts.identity",
    "KeyManagementService": "service",
    "KmsError": "errors",
    "MemoryStore": "storage.memory",
    "RootKey": "storage.root_key",
    "SecurityTokenService": "sts.service",
    "Settings": "settings",
    "SqliteStore": "storage.sqlite",
    "StorageError": "errors",
    "TrailFile": "storage.trail_file",
    "trail_key": "root",
}

__all__ = [
    "Caller",
    "Client",
    "DataKey",
    "Identity",
    "KeyManagementService",
    "KmsError",
    "MemoryStore",
    "RootKey",
    "SecurityTokenService",
    "Settings",
    "SqliteStore",
    "StorageError",
    "TrailFile",
    "trail_key",
]


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(f"{__name__}.{home}"), name)
