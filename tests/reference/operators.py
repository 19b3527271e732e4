"""Condition operators as a table, each comparing one policy value with one value of the request.

True, False, or None: cannot be evaluated, because a side is not of the operator's type (S33).
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

from tests.reference.text import Mark, arn_like, like, text, text_of

Compare = Callable[[Sequence[Mark], object], bool | None]

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# W3C's profile of ISO 8601; what is left out is the first
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_NO_TIME = 10**15  # seconds that no calendar reaches


class Operator(NamedTuple):
    """What to compare with, whether the answer is turned round, and whether variables expand (S22)."""

    compare: Compare
    negated: bool = False
    variables: bool = False


def _number(value: object) -> Fraction | None:
    text = text_of(value)
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def _moment(value: object) -> Fraction | None:
    """Read ISO 8601 or epoch seconds; without a zone it is UTC (S33)."""
    if isinstance(value, datetime):
        return Fraction((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    found = _DATE.fullmatch(text_of(value))
    if found is None:
        epoch = _number(value)
        return epoch if epoch is not None and abs(epoch) < _NO_TIME else None
    year, month, day, clock, seconds, zone = found.groups()
    text = f"{year}-{month or '01'}-{day or '01'}T{clock or '00:00'}{seconds or ':00'}{zone or 'Z'}"
    try:
        return Fraction(datetime.fromisoformat(text).timestamp())
    except ValueError:
        return None


def _ordered(read: Callable[[object], Fraction | None], accept: Callable[[Fraction, Fraction], bool]) -> Compare:
    def compare(written: Sequence[Mark], value: object) -> bool | None:
        limit, actual = read(text(written)), read(value)
        return None if limit is None or actual is None else accept(actual, limit)

    return compare


def _string(written: Sequence[Mark], value: object) -> bool | None:
    return text_of(value) == text(written)


def _string_folded(written: Sequence[Mark], value: object) -> bool | None:
    return text_of(value).lower() == text(written).lower()


def _string_like(written: Sequence[Mark], value: object) -> bool | None:
    return like(written, text_of(value))


def _truth(value: object) -> bool | None:
    return {"true": True, "false": False}.get(text_of(value).lower())


def _bool(written: Sequence[Mark], value: object) -> bool | None:
    wanted, actual = _truth(text(written)), _truth(value)
    return None if wanted is None or actual is None else wanted is actual


def _bytes(value: object) -> bytes | None:
    try:
        return base64.b64decode(text_of(value), validate=True)
    except (binascii.Error, ValueError):
        return None


def _binary(written: Sequence[Mark], value: object) -> bool | None:
    wanted, actual = _bytes(text(written)), _bytes(value)
    return None if wanted is None or actual is None else wanted == actual


def _as_v4(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return network if mapped is None else ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}")


def _address(written: Sequence[Mark], value: object) -> bool | None:
    length = text(written).split("/")[1:]
    if not all(part.isdigit() for part in length):  # a mask is no CIDR
        return None
    try:
        network = _as_v4(ipaddress.ip_network(text(written), strict=False))
        address = ipaddress.ip_address(text_of(value))
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    return address.version == network.version and address in network


def _arn(written: Sequence[Mark], value: object) -> bool | None:
    return arn_like(written, text_of(value))


OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_string, variables=True),
    "StringNotEquals": Operator(_string, negated=True, variables=True),
    "StringEqualsIgnoreCase": Operator(_string_folded, variables=True),
    "StringNotEqualsIgnoreCase": Operator(_string_folded, negated=True, variables=True),
    "StringLike": Operator(_string_like, variables=True),
    "StringNotLike": Operator(_string_like, negated=True, variables=True),
    "NumericEquals": Operator(_ordered(_number, lambda actual, limit: actual == limit)),
    "NumericNotEquals": Operator(_ordered(_number, lambda actual, limit: actual == limit), negated=True),
    "NumericLessThan": Operator(_ordered(_number, lambda actual, limit: actual < limit)),
    "NumericLessThanEquals": Operator(_ordered(_number, lambda actual, limit: actual <= limit)),
    "NumericGreaterThan": Operator(_ordered(_number, lambda actual, limit: actual > limit)),
    "NumericGreaterThanEquals": Operator(_ordered(_number, lambda actual, limit: actual >= limit)),
    "DateEquals": Operator(_ordered(_moment, lambda actual, limit: actual == limit)),
    "DateNotEquals": Operator(_ordered(_moment, lambda actual, limit: actual == limit), negated=True),
    "DateLessThan": Operator(_ordered(_moment, lambda actual, limit: actual < limit)),
    "DateLessThanEquals": Operator(_ordered(_moment, lambda actual, limit: actual <= limit)),
    "DateGreaterThan": Operator(_ordered(_moment, lambda actual, limit: actual > limit)),
    "DateGreaterThanEquals": Operator(_ordered(_moment, lambda actual, limit: actual >= limit)),
    "Bool": Operator(_bool),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_address),
    "NotIpAddress": Operator(_address, negated=True),
    "ArnEquals": Operator(_arn, variables=True),
    "ArnLike": Operator(_arn, variables=True),
    "ArnNotEquals": Operator(_arn, negated=True, variables=True),
    "ArnNotLike": Operator(_arn, negated=True, variables=True),
}
"""Every operator but Null, by its exact name (S33)."""
