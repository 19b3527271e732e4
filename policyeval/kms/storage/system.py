"""The machine's own clock, randomness and ids: what the KMS uses when it is given no others."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

# Every call of the KMS asks both: no function of ours stands around them.
now: Final[Callable[[], datetime]] = partial(datetime.now, UTC)
"""Gives the time, aware, in UTC."""


def now_in_tests() -> datetime:
    """Give the time, or what a test says that it is: freezegun puts a class of its own in the place of `datetime`."""
    return datetime.now(UTC)


entropy: Final[Callable[[int], bytes]] = os.urandom
"""Gives random bytes fit for keys, as many as it is asked for."""


def new_id() -> str:
    """Give a fresh random UUID as text."""
    return str(uuid.uuid4())
