"""What AWS sets as quotas, and what a laptop may set otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple


class Settings(NamedTuple):
    """Quotas and delays; the defaults are AWS's ("Resource quotas" of the KMS guide), but for the delay.

    Attributes:
        keys: customer managed keys an account and Region.
        aliases: aliases a key.
        grants: grants a key.
        policy: bytes of a key policy, in UTF-8.
        grant_delay: how long a new grant stays unseen by those who do not show its token (G6).
        token_life: how long import tokens are good.

    """

    keys: int = 100_000
    aliases: int = 50
    grants: int = 50_000
    policy: int = 32_768
    grant_delay: timedelta = timedelta(0)
    token_life: timedelta = timedelta(hours=24)
