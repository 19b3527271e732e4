"""The values that condition operators compare, read from text (S33).

The same readers serve both sides, the policy's and the request's. Each raises `ValueError` for a
text that is no value of its kind; nothing is guessed.
Source: IAM user guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})"
    r"(T(?P<hour>\d{2}):(?P<minute>\d{2})(:(?P<second>\d{2})([.,](?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d{2}(:?\d{2})?)?)?)?)?",
    re.ASCII,
)
# Four digits are a year.
_EPOCH = re.compile(r"-?(\d{1,3}|\d{5,15})(\.\d{1,9})?", re.ASCII)
Network: TypeAlias = tuple[int, int, int]


def number(text: str) -> Decimal:
    """Read an integer or decimal number, exactly."""
    if _NUMBER.fullmatch(text) is None:
        message = "not a number"
        raise ValueError(message)
    return Decimal(text)


def boolean(text: str) -> bool:
    """Read `true` or `false`, in any case."""
    folded = text.lower()
    if folded not in {"true", "false"}:
        message = "not a boolean"
        raise ValueError(message)
    return folded == "true"


def binary(text: str) -> bytes:
    """Read base64, with its padding."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        message = "not base64"
        raise ValueError(message) from None


def instant(text: str) -> Decimal:
    """Read a date (W3C's profile of ISO 8601, UTC where no zone is given) or epoch seconds, as epoch seconds."""
    if _EPOCH.fullmatch(text) is not None:
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if found is None:
        message = "not a date"
        raise ValueError(message)
    whole = datetime(
        int(found["year"]),
        int(found["month"] or 1),
        int(found["day"] or 1),
        int(found["hour"] or 0),
        int(found["minute"] or 0),
        int(found["second"] or 0),
        tzinfo=UTC,
    )
    return Decimal(int(whole.timestamp()) - _offset(found["zone"])) + Decimal(f"0.{found['fraction'] or 0}")


_DAY = "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
# A date as services write it, which needs no closer look.
is_plain_date = re.compile(rf"(?:19|20)[0-9]{{2}}-{_DAY}T{_TIME}Z", re.ASCII).fullmatch


def _offset(zone: str | None) -> int:
    """Give the seconds that a zone is ahead; `Z` has no digits, and is none."""
    if zone is None:
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:  # noqa: PLR2004 - no zone is further
        message = "not a time zone"
        raise ValueError(message)
    seconds = hours * 3600 + minutes * 60
    return -seconds if zone[0] == "-" else seconds


_MAPPED = 0xFFFF  # the first 96 bits of an IPv6 address that stands for an IPv4 address
_V4 = 0xFFFF_FFFF


def network(text: str) -> Network:
    """Read an address or CIDR range, v4 or v6, as (version, first address, mask). Host bits are ignored.

    IPv4 is IPv4 also as a socket of IPv6 shows it (RFC 4291, 2.5.5.2).
    """
    if "%" in text:
        message = "an address with a zone"
        raise ValueError(message)
    _, slash, length = text.partition("/")
    if slash and not length.isdecimal():
        message = "a mask in place of a prefix length"
        raise ValueError(message)
    # AWS takes a range whose address has host bits set, so do not be strict about them.
    parsed: IPv4Network | IPv6Network = ip_network(text, strict=False)
    first, mask = int(parsed.network_address), int(parsed.netmask)
    if parsed.version == 6 and first >> 32 == _MAPPED:  # noqa: PLR2004 - IPv6
        return 4, first & _V4, mask & _V4
    return parsed.version, first, mask


_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
is_plain_v4 = re.compile(rf"{_BYTE}\.{_BYTE}\.{_BYTE}\.{_BYTE}", re.ASCII).fullmatch


def address(text: str) -> tuple[int, int]:
    """Read a bare address as (version, number)."""
    if is_plain_v4(text):
        first, second, third, fourth = text.split(".")
        return 4, int(first) << 24 | int(second) << 16 | int(third) << 8 | int(fourth)
    if "/" in text:
        message = "a range, not an address"
        raise ValueError(message)
    version, value, _ = network(text)
    return version, value
