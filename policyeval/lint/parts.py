"""Statements outside of a policy: parts that one is made of elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.keys import lookup
from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.look_alikes import is_look_alike
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.templates.expressions import without_expressions
from policyeval.lint.templates.functions import HOLE
from policyeval.lint.templates.spot import get, policy_with
from policyeval.lint.templates.statement_objects import in_iams_words
from policyeval.syntax.tree import UNREADABLE, List, Mapping, Text, Unknown

if TYPE_CHECKING:
    import re

    from policyeval.syntax.tree import Node

# What `${*}` and the like stand for.
_SIGNS: Final = frozenset({"*", "?", "$"})


def part(node: Node, *, objects: bool = False) -> Mapping | None:
    """Make a policy of a statement, or a list of some, to which others come; None for what is neither.

    Others have statements of such members, too: of those here one at least speaks of a service of AWS's. A text with a
    variable that is not IAM's is unknown: what puts the policy together fills it in. With `objects` they may be in
    Terraform's words.
    """
    if objects:
        node = in_iams_words(node)
    statements = node.items if isinstance(node, List) else [node]
    if not all(map(_is_statement, statements)) or not any(map(_is_of_aws, statements)):
        return None
    node = without_expressions(node, _has_foreign)
    statements = node.items if isinstance(node, List) else [_of_some_resource(node)]
    policy = policy_with(node)
    more = Unknown(UNREADABLE, node.source, node.end, node.end)
    key, _ = policy.entries.pop()
    policy.entries.append((key, List([*statements, more], node.source, node.start, node.end)))
    return None if is_look_alike(policy) else policy


def _of_some_resource(node: Node) -> Node:
    # A permission of AWS RAM's names neither resources nor principals: RAM fills both in (API_CreatePermission).
    if not isinstance(node, Mapping) or any(get(node, name) for name in ("Resource", "NotResource", "Principal")):
        return node
    at = (node.source, node.end, node.end)
    resource = (Text("Resource", *at), Unknown(UNREADABLE, *at))
    return Mapping([*node.entries, resource], node.source, node.start, node.end)


def _is_statement(node: Node) -> bool:
    effect = get(node, "Effect")
    return _actions(node) is not None and isinstance(effect, Text) and effect.value in {"Allow", "Deny"}


def _actions(statement: Node) -> Node | None:
    return get(statement, "Action") or get(statement, "NotAction")


def _is_of_aws(statement: Node) -> bool:
    actions = _actions(statement)
    return any(
        isinstance(action, Unknown) or (isinstance(action, Text) and _has_service(action.value))
        for action in (actions.items if isinstance(actions, List) else [actions])
    )


def _has_service(action: str) -> bool:
    service, colon, _ = action.lower().partition(":")
    known = service in service_data().services or service in RETIRED_SERVICES
    return action == "*" or (bool(colon) and (known or has_wildcard(service)))


def _has_foreign(text: str) -> bool:
    return any(map(_is_foreign, HOLE.finditer(text)))


def _is_foreign(variable: re.Match[str]) -> bool:
    name = variable["name"].partition(",")[0].strip().lower()
    return name not in _SIGNS and lookup(name) is None and service_data().key(name) is None
