"""Where policies may be in a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.model.policy import CURRENT_VERSION
from policyeval.syntax.tree import List, Mapping, Null, Text

if TYPE_CHECKING:
    from policyeval.lint.key_facts import KeyFacts
    from policyeval.lint.templates.choices import Way
    from policyeval.model.policy import PolicyType
    from policyeval.syntax.tree import Node

HCL_SUFFIXES: Final = (".hcl", ".tf", ".tfvars", ".tofu")
"""The files in Terraform's own language: of Terraform itself, of OpenTofu, and of Terragrunt."""

_CONFIGURATIONS: Final = (*HCL_SUFFIXES, ".tf.json", ".tfvars.json", ".tofu.json")


class Spot(NamedTuple):
    """A value in a template that is a policy (`sure`), a grant, or that policies may stand in.

    A value that is unknown stands for all that it may hold. `given` are the conditions under which the value is there.
    `made`: it is made of parts that stand in the document under other pointers.
    """

    node: Node
    pointer: str
    type: PolicyType | None = None
    key: KeyFacts | None = None
    sure: bool = False
    is_grant: bool = False
    given: Way = frozenset()
    made: bool = False


def is_configuration(root: Node) -> bool:
    """Tell whether a document is a Terraform configuration: by the name of its file."""
    return root.source is not None and (root.source.name or "").lower().endswith(_CONFIGURATIONS)


def is_empty(statements: Node) -> bool:
    """Tell whether there is no statement where statements may stand: then no policy is made of them."""
    return isinstance(statements, Null) or (isinstance(statements, List) and not statements.items)


def policy_with(statements: Node) -> Mapping:
    """Make the policy of statements that stand in a list of their own; its version is the current one."""
    at = (statements.source, statements.start, statements.start + 1)
    entries = [(Text("Version", *at), Text(CURRENT_VERSION, *at)), (Text("Statement", *at), statements)]
    return Mapping(entries, statements.source, statements.start, statements.end)


def renamed(key: Text, name: str) -> Text:
    """Give a member's name as another one, at its place."""
    return Text(name, key.source, key.start, key.end)


def get(node: Node | None, name: str) -> Node | None:
    """Give a member of an object, None where it has none."""
    if not isinstance(node, Mapping):
        return None
    return next((value for key, value in node.entries if key.value == name), None)
