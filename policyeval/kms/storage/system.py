"""The machine's own clock, randomness and ids: what the KMS uses when it is given no others."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime


def now() -> datetime:
    """Give the time, aware, in UTC."""
    return datetime.now(UTC)


def entropy(size: int) -> bytes:
    """Give random bytes fit for keys, `size` of them."""
    return os.urandom(size)


def new_id() -> str:
    """Give a fresh random UUID as text."""
    return str(uuid.uuid4())
