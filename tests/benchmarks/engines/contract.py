"""What the file of an engine gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tests.benchmarks.workload import Raw

# Made once, off the clock; called on the clock with all requests, gives one answer for each.
Run: TypeAlias = Callable[[Sequence[Raw]], list[bool]]
