"""Ranges of addresses that conditions compare with."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Value

Network: TypeAlias = IPv4Network | IPv6Network

# RFC 1918 and RFC 4193: no request reaches AWS from these but through a VPC endpoint.
_PRIVATE: Final = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


def read_network(text: str) -> Network | None:
    """Read an address or a range, host bits and all; None for what is none."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def is_private(text: str) -> bool:
    """Tell whether all addresses of a range are private."""
    network = read_network(text)
    return network is not None and any(_inside(network, private) for private in _PRIVATE)


def _inside(network: Network, other: Network) -> bool:
    """Tell whether a range lies in another; a v4 range lies in no v6 range (S33)."""
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def supernets(network: Network) -> Iterator[Network]:
    """Give the ranges that a range lies in, the narrowest first."""
    for length in range(network.prefixlen - 1, -1, -1):
        yield network.supernet(new_prefix=length)


def private_sources(condition: Condition, operator: str) -> tuple[list[Value], bool] | None:
    """Give the private ranges that `aws:SourceIp` is compared with, and whether all are; None where none is."""
    if condition.base != operator or condition.folded != "aws:sourceip":
        return None
    private = [value for value in condition.values if is_private(value.text)]
    return (private, condition.complete and len(private) == len(condition.values)) if private else None
