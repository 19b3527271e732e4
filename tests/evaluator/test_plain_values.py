"""What texts are read as; those that look right at once are those that a closer look finds right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.evaluator import values

_TWO = st.integers(0, 99).map("{:02}".format)


@given(st.builds("{}-{}-{}T{}:{}:{}Z".format, st.integers(1890, 2110), _TWO, _TWO, _TWO, _TWO, _TWO))
def test_a_plain_date_is_a_date(text: str) -> None:
    if values.is_plain_date(text):
        assert values.instant(text) == int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())


@given(st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_every_time_to_the_second_is_plain_but_for_leap_days(time: datetime) -> None:
    plain = values.is_plain_date(f"{time:%Y-%m-%dT%H:%M:%SZ}") is not None
    assert plain is not ((time.month, time.day) == (2, 29))


_NOT_PLAIN = (
    *("", "2026-01-31", "2026-01-31T12:00Z", "2026-01-31T12:00:00", "2026-01-31t12:00:00z", "2026-01-31T12:00:00Z\n"),
    *("2026-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z"),
    *("1769860800", "٢٠٢٦-01-31T12:00:00Z"),
)


@pytest.mark.parametrize("text", _NOT_PLAIN)
def test_anything_else_is_looked_at_closely(text: str) -> None:
    assert values.is_plain_date(text) is None


V4, V6 = 4, 6
# the reader, a text, what it is
READ: list[tuple[Callable[[str], object], str, object]] = [
    (values.boolean, "true", True),
    (values.boolean, "False", False),
    (values.number, "-7.50", Decimal("-7.5")),
    (values.number, "1e3", Decimal(1000)),
    (values.binary, "QmxhdQ==", b"Blau"),
    (values.instant, "2026-01-31T12:00:00Z", Decimal(1769860800)),
    (values.instant, "2026-01-31T12:00:00.250Z", Decimal("1769860800.25")),
    (values.instant, "2026-01-31T14:00:00+02:00", Decimal(1769860800)),
    (values.instant, "2026-01-31T09:15:00-02:45", Decimal(1769860800)),
    (values.instant, "2026-02-01T02:59:00+14:59", Decimal(1769860800)),
    (values.instant, "1769860800", Decimal(1769860800)),
    (values.instant, "1970", Decimal(0)),
    (values.network, "10.1.2.3/8", (V4, 10 << 24, 255 << 24)),
    (values.network, "10.1.2.3", (V4, 167838211, 2**32 - 1)),
    (values.network, "2001:db8::1/32", (V6, 0x20010DB8 << 96, 0xFFFFFFFF << 96)),
    (values.address, "10.1.2.3", (V4, 167838211)),
    (values.address, "::1", (V6, 1)),
]


@pytest.mark.parametrize(("read", "text", "value"), READ)
def test_a_text_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value
