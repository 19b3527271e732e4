"""How many processors there are for this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["LIMIT", "usable_processors"]

LIMIT: Final = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux tells a container's share."""


def usable_processors(limit: Path = LIMIT) -> float:
    """Tell how many processors this process may use: those of the machine that it may run on, or less of their time.

    Args:
        limit: the file that tells a container's share.

    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, _, period = limit.read_text(encoding="ascii").partition(" ")
        return min(usable, int(quota) / int(period))
    except (OSError, ValueError):  # there is no file, or it says `max`
        return usable
