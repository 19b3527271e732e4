"""Ranges of addresses that conditions compare with."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

from policyeval.lint.rule import Flaw
from policyeval.lint.words import listed
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rule import Check
    from policyeval.lint.view import Condition, Value

Network: TypeAlias = IPv4Network | IPv6Network

_INSTEAD: Final = "compare private addresses with `aws:VpcSourceIp`"
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


def only_private(operator: str, outcome: str) -> Check:
    """Make the check of a rule for an operator that compares `aws:SourceIp` with private ranges and no others."""

    def check(condition: Condition) -> Iterator[Flaw]:
        private = _private_sources(condition, operator)
        if private and condition.complete and len(private) == len(condition.values):
            message = f"{ticked(condition.key)} never is a private address: the condition {outcome}"
            yield Flaw(condition.place(), message, _INSTEAD)

    return check


def some_private(operator: str) -> Check:
    """Make the check of a rule for an operator that compares `aws:SourceIp` with private ranges among others."""

    def check(condition: Condition) -> Iterator[Flaw]:
        private = _private_sources(condition, operator)
        if private and condition.complete and len(private) < len(condition.values):
            message = f"{ticked(condition.key)} never is a private address, such as of {listed(private)}"
            also = tuple(value.place() for value in private[1:])
            yield Flaw(private[0].place(), message, _INSTEAD, also)

    return check


def _private_sources(condition: Condition, operator: str) -> list[Value]:
    if condition.base != operator or condition.folded != "aws:sourceip":
        return []
    return [value for value in condition.values if is_private(value.text)]
