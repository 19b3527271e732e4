"""What a trail says of use and cost: requests and keys counted, and priced (docs/trail.md).

Estimates, in the way AWS bills: a request is the caller's, a key its owner's. Counted is what the trail
tells. A key that was there before the trail began counts from its first record; whether AWS bills
requests that fail it does not say, so they are counted apart and priced like the others.
"""

from __future__ import annotations

import calendar
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from policyeval.catalog.kms_prices import Prices
from policyeval.kms.errors import StorageError
from policyeval.kms.trail.event import INTERNAL
from policyeval.kms.trail.lives import Life, Lives
from policyeval.kms.trail.shown import KMS
from policyeval.model.source import Diagnostic

__all__ = ["PricedKey", "PricedRequests", "Usage", "UsageReport"]

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_LATEST = datetime.max.replace(tzinfo=UTC) - _SECOND


class PricedRequests(NamedTuple):
    """The requests of one account in one price class.

    Attributes:
        account: who pays.
        price_class: a name of `Prices.rates`.
        requests: all of them, failed ones included.
        free: those of them that the free tier covers.
        cost: of the others, in the currency of the prices; None where AWS tells no rate.

    """

    account: str
    price_class: str
    requests: int
    free: int
    cost: Decimal | None


class PricedKey(NamedTuple):
    """What one key costs.

    Attributes:
        arn, account: the key, and its owner, who pays.
        manager: `CUSTOMER` or `AWS`; an AWS managed key costs nothing.
        start, end: from when to when it is charged.
        rotations: how often it was rotated; only the first ones cost anything.
        months: the same time in months, each as long as it is.
        cost: in the currency of the prices.

    """

    arn: str
    account: str
    manager: str
    start: datetime
    end: datetime
    rotations: int
    months: Decimal
    cost: Decimal


class UsageReport(NamedTuple):
    """What was counted.

    Attributes:
        since, until: what was counted: from the one up to the other, which is not included.
        operations: by the API's name, how many requests there were, and how many of them failed.
        requests: by account and price class.
        keys: by ARN; a replica that was made anew is there twice.

    """

    since: datetime
    until: datetime
    operations: Mapping[str, tuple[int, int]]
    requests: tuple[PricedRequests, ...]
    keys: tuple[PricedKey, ...]

    @property
    def total(self) -> Decimal:
        """What all of it costs, but for what has no rate."""
        requests = sum((row.cost for row in self.requests if row.cost is not None), Decimal())
        return requests + sum((key.cost for key in self.keys), Decimal())


class Usage:
    """Counts records, in the order of the trail.

    Args:
        prices: the rates.
        since, until: what is counted; None for the first and the last record.

    """

    def __init__(self, prices: Prices, since: datetime | None = None, until: datetime | None = None) -> None:
        self._prices = prices
        self._since = since
        self._until = until
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._operations: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._classes: Counter[tuple[str, str, str]] = Counter()  # by month, account and price class
        self._lives = Lives()

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a record.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: it is no record of this trail's.

        """
        at = datetime.fromisoformat(record["eventTime"])
        if at.tzinfo is not UTC:
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if record["eventSource"] != KMS:
            return  # STS costs nothing
        name, failed = str(record["eventName"]), "errorCode" in record
        if self._until is not None and at >= self._until:
            return
        taken_back = record.get("errorCode") == "KMSInternalException" and self._lives.take_back(record["requestID"])
        if not failed:
            self._lives.note(record, name, at)
        if self._since is not None and at < self._since:
            return
        self._first = at if self._first is None else min(self._first, at)
        self._last = at if self._last is None else max(self._last, at)
        if record["eventType"] == "AwsApiCall":
            self._failed[name] += failed
            if not taken_back:
                self._operations[name] += 1
                self._classes[record["eventTime"][:7], _payer(record), self._class(record, name)] += 1

    def read(self, file: str, lines: Iterable[bytes]) -> None:
        """Count the records of a file.

        Raises:
            StorageError: a line is no record of a trail.

        """
        for number, line in enumerate(lines, 1):
            try:
                self.add(json.loads(line))
            except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError):
                message = f"`{file}` line {number} is no record of a trail"
                hint = "look at it with `policyeval trail verify`"
                raise StorageError([Diagnostic(message, hint)]) from None

    def report(self) -> UsageReport | None:
        """Say what was counted, None when there was no record."""
        if self._first is None or self._last is None:
            return None
        since = self._since or self._first
        until = self._until or min(self._last, _LATEST) + _SECOND
        operations = {name: (count, self._failed[name]) for name, count in sorted(self._operations.items())}
        keys = (self._priced(arn, life, since, until) for arn, life in self._lives.all())
        return UsageReport(since, until, operations, tuple(self._requests()), tuple(key for key in keys if key))

    def _class(self, record: Mapping[str, Any], name: str) -> str:
        specs: list[str | None] = [str(key["spec"]) for key in record["additionalEventData"]["keys"]]
        pair = (record["requestParameters"] or {}).get("keyPairSpec")
        # A request with two keys costs what the dearer one does.
        classes = [self._prices.price_class(name, spec, pair) for spec in specs or [None]]
        return max(classes, key=self._dearness)

    def _dearness(self, price_class: str) -> tuple[Decimal, bool]:
        """Compare by rate, then by whether none is free: RSA 2048 has the rate of symmetric keys, and no free tier."""
        rate = self._prices.rates.get(price_class)
        return (rate.per_10000, not rate.free_tier) if rate is not None else (Decimal("Infinity"), True)

    def _requests(self) -> Iterator[PricedRequests]:
        """Price the requests: the free tier is a month's and an account's."""
        counts: Counter[tuple[str, str]] = Counter()
        free: Counter[tuple[str, str]] = Counter()
        left: dict[tuple[str, str], int] = {}
        for (month, account, price_class), count in sorted(self._classes.items()):
            counts[account, price_class] += count
            rate = self._prices.rates.get(price_class)
            if rate is not None and rate.free_tier:
                spare = left.get((month, account), self._prices.free_requests)
                free[account, price_class] += min(spare, count)
                left[month, account] = spare - min(spare, count)
        for (account, price_class), count in sorted(counts.items()):
            rate = self._prices.rates.get(price_class)
            spared = free[account, price_class]
            cost = (count - spared) * rate.per_10000 / 10_000 if rate is not None else None
            yield PricedRequests(account, price_class, count, spared, cost)

    def _priced(self, arn: str, life: Life, since: datetime, until: datetime) -> PricedKey | None:
        start, end = max(life.start, since), min(life.end or until, until)
        if start >= end:
            return None
        months = _months(start, end)
        prices = self._prices
        charged = [*life.rotations.values()][: prices.rotations_charged]
        rotated = sum((_months(max(at, start), end) for at in charged), Decimal())
        cost = months * prices.key_month + rotated * prices.rotation_month if life.manager != "AWS" else Decimal()
        return PricedKey(arn, life.account, life.manager, start, end, len(life.rotations), months, cost)


def _payer(record: Mapping[str, Any]) -> str:
    """Name the account whose request it is; a service's is that of the key's owner."""
    account = record["userIdentity"].get("accountId")
    return str(account or record.get("recipientAccountId") or INTERNAL)


def _months(start: datetime, end: datetime) -> Decimal:
    """Give the months between two times, by the hour: a part of an hour is one, of however long a month."""
    months = Decimal()
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    while start < end:
        days = calendar.monthrange(start.year, start.month)[1]
        first = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        month = timedelta(days=days)
        stop = end if end - first <= month else first + month  # no month begins after the last that there is
        months += Decimal(-((start - stop) // _HOUR)) / (days * 24)
        start = stop
    return months
