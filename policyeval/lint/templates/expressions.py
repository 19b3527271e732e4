"""Documents whose texts have expressions, `${…}`: Pulumi's programs in YAML, and kro's graphs of resources.

https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/
https://kro.run/docs/concepts/rgd/overview
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.templates.functions import resolve
from policyeval.lint.templates.remaking import Remaker
from policyeval.lint.templates.spot import get
from policyeval.syntax.tree import REFERENCE, List, Mapping, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from policyeval.syntax.tree import Node

_GRAPHS: Final = "kro.run/"
_PROVIDERS: Final = ("aws:", "aws-native:")
_OPENING: Final = "${"
_ELSE_OPENING: Final = "&{"


def has_expressions(root: Node) -> bool:
    """Tell whether a document is such a program or graph, or several of which one is."""
    documents = root.items if isinstance(root, List) else [root]
    return any(_is_program(document) or _is_graph(document) for document in documents)


def without_expressions(root: Node, has_one: Callable[[str], object] = lambda text: _OPENING in text) -> Node:
    """Make texts with expressions unknown, but for what stands around those in a policy.

    `has_one` tells of a text whether it has an expression.
    """
    return resolve(_Opener(has_one).node(root))


def without_variables(repeated: Node) -> Node:
    """Make texts unknown in which the variable of a loop of CloudFormation's may stand: `${…}`, or else `&{…}`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
    """
    return without_expressions(_Marker().node(repeated))


def _is_program(node: Node) -> bool:
    resources = get(node, "resources")
    kinds = [get(value, "type") for _, value in resources.entries] if isinstance(resources, Mapping) else []
    return any(isinstance(kind, Text) and kind.value.startswith(_PROVIDERS) for kind in kinds)


def _is_graph(node: Node) -> bool:
    version = get(node, "apiVersion")
    return isinstance(version, Text) and version.value.startswith(_GRAPHS)


class _Opener(Remaker):
    """Takes texts with expressions for what they are to CloudFormation."""

    def __init__(self, has_one: Callable[[str], object]) -> None:
        super().__init__()
        self._has_one = has_one

    def make(self, node: Node) -> Node:
        if isinstance(node, Text) and self._has_one(node.value):
            return Unknown("Fn::Sub", node.source, node.start, node.end, node)
        return super().make(node)


class _Marker(Remaker):
    """Takes texts with `&{…}` for unknown."""

    def make(self, node: Node) -> Node:
        if isinstance(node, Text) and _ELSE_OPENING in node.value:
            return Unknown(REFERENCE, node.source, node.start, node.end)
        return super().make(node)
