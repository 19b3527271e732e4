"""References to OIDC providers that a template makes itself: their ARNs end in the host of their URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.syntax.tree import List, Mapping, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Dict

    from policyeval.syntax.tree import Node

_SCHEME: Final = "https://"


def host_of(url: Node | None) -> str | None:
    """Give what the ARN of a provider with this URL ends in; None where nobody knows."""
    return url.value.removeprefix(_SCHEME) if isinstance(url, Text) and url.value.startswith(_SCHEME) else None


def tell_providers(root: Node, hosts: Dict[str, str], named: Callable[[Unknown], str | None]) -> None:
    """Tell the references in a tree what the ARNs of providers end with.

    Args:
        root: the tree.
        hosts: the hosts of providers, by the names that references have for them.
        named: gives the name that a value refers to by its ARN, None where it refers to nothing of the kind.

    """
    waiting = [root] if hosts else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, List):
            waiting += node.items
        elif isinstance(node, Mapping):
            waiting += [value for _, value in node.entries]
        elif isinstance(node, Unknown):
            name = named(node)
            host = hosts.get(name) if name is not None else None
            if host is not None:
                node.ending = f":oidc-provider/{host}"
            elif node.argument is not None:
                waiting.append(node.argument)  # what Fn::If chooses among
