"""What was asked and how it ended, counted, in Prometheus's text format."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final, NamedTuple

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

# Seconds: an authorized operation takes a fraction of the first, an RSA key pair some of the last.
_BOUNDS: Final = (0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class _Asked(NamedTuple):
    """An operation of a service, and the code with which it was refused, "" when it was not."""

    service: str
    operation: str
    code: str


class _Times:
    """A histogram."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.total = 0.0


class Metrics:
    """Counters and histograms. Whoever counts gives names of operations and codes that there are: they stay."""

    def __init__(self, version: str, started: float) -> None:
        """Start counting; `started` is in seconds since the epoch."""
        self._version = version
        self._started = started
        self._requests: dict[_Asked, int] = {}
        self._times: dict[tuple[str, str], _Times] = {}
        self._reloads = {"taken": 0, "refused": 0}

    def count(self, service: str, operation: str, code: str, seconds: float) -> None:
        """Count a request that was answered, in so many seconds."""
        asked = _Asked(service, operation, code)
        self._requests[asked] = self._requests.get(asked, 0) + 1
        times = self._times.get((service, operation))
        if times is None:
            times = self._times[service, operation] = _Times()
        times.counts[bisect_left(_BOUNDS, seconds)] += 1
        times.total += seconds

    def count_reload(self, *, taken: bool) -> None:
        """Count an entities file that was read again, and taken or refused."""
        self._reloads["taken" if taken else "refused"] += 1

    def render(self) -> str:
        """Write all of it."""
        return "\n".join([*self._lines(), ""])

    def _lines(self) -> Iterator[str]:
        yield from _head("policyeval_info", "gauge", "The version that runs.")
        yield _line("policyeval_info", {"version": self._version}, 1)
        yield from _head("policyeval_start_time_seconds", "gauge", "When it started, in seconds since the epoch.")
        yield _line("policyeval_start_time_seconds", {}, self._started)
        yield from _head("policyeval_reloads_total", "counter", "Entities files that were read again.")
        for outcome, count in self._reloads.items():
            yield _line("policyeval_reloads_total", {"outcome": outcome}, count)
        yield from _head(
            "policyeval_requests_total", "counter", "Requests answered; code is empty for those that worked."
        )
        for asked, count in self._requests.items():
            yield _line("policyeval_requests_total", asked._asdict(), count)
        yield from _head("policyeval_request_seconds", "histogram", "How long requests took.")
        for (service, operation), times in self._times.items():
            yield from _histogram({"service": service, "operation": operation}, times)


def _histogram(labels: Mapping[str, str], times: _Times) -> Iterator[str]:
    counts = list(accumulate(times.counts))
    for bound, count in zip((*map(repr, _BOUNDS), "+Inf"), counts, strict=True):
        yield _line("policyeval_request_seconds_bucket", {**labels, "le": bound}, count)
    yield _line("policyeval_request_seconds_sum", labels, times.total)
    yield _line("policyeval_request_seconds_count", labels, counts[-1])


def _head(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
