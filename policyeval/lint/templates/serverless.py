"""Where the policies of a service of the Serverless Framework are: lists of statements that become policies.

https://www.serverless.com/framework/docs/providers/aws/guide/iam
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.templates import cloudformation
from policyeval.lint.templates.functions import resolve
from policyeval.lint.templates.remaking import Remaker
from policyeval.lint.templates.spot import Spot, get, is_empty, policy_with
from policyeval.model.policy import PolicyType
from policyeval.syntax.tree import List, Mapping, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policyeval.syntax.tree import Node

_HOMES: Final = (
    ("provider/iamRoleStatements", PolicyType.IDENTITY),
    ("provider/iam/role/statements", PolicyType.IDENTITY),
    ("functions/*/iamRoleStatements", PolicyType.IDENTITY),
    ("functions/*/iam/role/statements", PolicyType.IDENTITY),
    ("provider/resourcePolicy", PolicyType.RESOURCE),
    ("provider/apiGateway/resourcePolicy", PolicyType.RESOURCE),
)
_PSEUDO: Final = "#{"
_OPENINGS: Final = ("${", _PSEUDO)  # of variables: the framework's own, and those of its plugin for pseudo parameters
_SUB: Final = "Fn::Sub"


def is_service(root: Node) -> bool:
    """Tell whether a document describes a service on AWS."""
    provider = get(root, "provider")
    name = get(provider, "name") if isinstance(provider, Mapping) else provider
    return get(root, "service") is not None and isinstance(name, Text) and name.value == "aws"


def spots(root: Node) -> Iterator[Spot]:
    """Give the spots of a service, and of the templates that it brings along."""
    root = resolve(_Opener().node(root))
    taken: set[int] = set()  # a list that stands in several places (a YAML alias) is linted once
    for path, policy_type in _HOMES:
        for statements, at in _along(root, path.split("/"), ""):
            if not is_empty(statements) and id(statements) not in taken:
                taken.add(id(statements))
                yield Spot(policy_with(statements), at, policy_type, sure=True, made=True)
    for key, value in root.entries if isinstance(root, Mapping) else ():
        at = f"/{pointer_part(key.value)}"
        if key.value == "resources":
            yield from _in_resources(value, at)
        else:
            yield Spot(value, at)


def _in_resources(node: Node, pointer: str) -> Iterator[Spot]:
    """Give the spots of templates, and of what is laid over the resources that the framework makes."""
    if isinstance(node, List):
        for index, item in enumerate(node.items):
            yield from _in_resources(item, f"{pointer}/{index}")
    elif cloudformation.is_template(node):
        yield from (spot._replace(pointer=pointer + spot.pointer) for spot in cloudformation.spots(node))
        extensions = get(node, "extensions")
        if extensions is not None:
            yield Spot(extensions, f"{pointer}/extensions")
    else:
        yield Spot(node, pointer)


def _along(node: Node, steps: Sequence[str], pointer: str) -> Iterator[tuple[Node, str]]:
    """Follow a path, with `*` through all members of an object, or of the objects of an array."""
    if not steps:
        yield node, pointer
        return
    if steps[0] == "*" and isinstance(node, List):
        for index, item in enumerate(node.items):
            yield from _along(item, steps, f"{pointer}/{index}")
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if steps[0] in {"*", key.value}:
            yield from _along(value, steps[1:], f"{pointer}/{pointer_part(key.value)}")


class _Opener(Remaker):
    """Makes texts with variables unknown."""

    def make(self, node: Node) -> Node:
        if isinstance(node, Mapping):
            entries = [
                (key, self.template(value) if key.value == _SUB else self.node(value)) for key, value in node.entries
            ]
            return Mapping(entries, node.source, node.start, node.end)
        if isinstance(node, Unknown) and node.argument is not None:
            argument = self.template(node.argument) if node.why == _SUB else self.node(node.argument)
            return Unknown(node.why, node.source, node.start, node.end, argument, node.ending)
        if isinstance(node, Text) and any(opening in node.value for opening in _OPENINGS):
            ending = node.value.rpartition("}")[2]
            return Unknown("a variable", node.source, node.start, node.end, ending=ending)
        return super().make(node)

    def template(self, argument: Node) -> Node:
        """Leave the text of `Fn::Sub` as it is: there a variable is a hole like the function's own."""
        if isinstance(argument, List) and argument.items:
            items = [self.template(argument.items[0]), *map(self.node, argument.items[1:])]
            return List(items, argument.source, argument.start, argument.end)
        return argument if isinstance(argument, Text) and _PSEUDO not in argument.value else self.node(argument)
