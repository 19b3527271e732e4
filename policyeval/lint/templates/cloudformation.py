"""Where the policies of a CloudFormation or SAM template are, what `cdk synth` writes included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.templates.choices import beyond
from policyeval.lint.templates.expressions import without_variables
from policyeval.lint.templates.functions import LOOP, is_nothing, resolve
from policyeval.lint.templates.permissions import permission_of
from policyeval.lint.templates.providers import host_of, tell_providers
from policyeval.lint.templates.resources import (
    MAY_HOLD_POLICIES,
    ORGANIZATION_POLICY,
    ORGANIZATION_TYPES,
    POLICIES,
    STATEMENTS,
)
from policyeval.lint.templates.spot import Spot, get, is_empty, policy_with
from policyeval.model.policy import PolicyType
from policyeval.syntax.objects import is_unreadable
from policyeval.syntax.tree import CHOICE, List, Mapping, Null, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policyeval.lint.templates.choices import Way
    from policyeval.syntax.tree import Node

_PARTS_OF_LOOP: Final = 3  # the variable, what it goes through, and what is made each time


def is_template(root: Node) -> bool:
    """Tell whether a document is a template: it has resources, and one of them a type, or is made in a loop."""
    resources = get(root, "Resources")
    if not isinstance(resources, Mapping):
        return False
    return any(
        isinstance(get(resource, "Type"), Text) or key.value.startswith(LOOP) for key, resource in resources.entries
    )


def is_construct_tree(root: Node) -> bool:
    """Tell whether a document is the tree that `cdk synth` writes beside its templates, with all that is in them."""
    version = get(root, "version")
    return isinstance(version, Text) and version.value.startswith("tree-") and get(root, "tree") is not None


def spots(root: Node) -> Iterator[Spot]:
    """Give the spots of a template, its functions resolved; what is sure comes before what it stands in."""
    resources = get(resolve(root), "Resources")
    if not isinstance(resources, Mapping):
        return
    _tell_providers(resources)
    for key, resource in resources.entries:
        yield from _of_resource(resource, f"/Resources/{pointer_part(key.value)}")
    yield from _repeated(get(root, "Resources"), "/Resources")


def _of_resource(resource: Node, at: str) -> Iterator[Spot]:
    properties, condition = get(resource, "Properties"), get(resource, "Condition")
    if isinstance(resource, Unknown):
        yield Spot(resource, at, sure=True)
    elif properties is not None:
        kind = get(resource, "Type")
        given: Way = frozenset({(condition.value, True)}) if isinstance(condition, Text) else frozenset()
        found = _in_resource(kind.value if isinstance(kind, Text) else "", properties, f"{at}/Properties")
        yield from (spot._replace(given=spot.given | given) for spot in found)


def _repeated(resources: Node | None, pointer: str) -> Iterator[Spot]:
    """Give the spots of the resources that loops make, each once; a loop's variable may stand in any text."""
    for key, loop in resources.entries if isinstance(resources, Mapping) else ():
        if not key.value.startswith(LOOP) or not isinstance(loop, List) or len(loop.items) != _PARTS_OF_LOOP:
            continue
        at = f"{pointer}/{pointer_part(key.value)}/{_PARTS_OF_LOOP - 1}"
        made = loop.items[-1]
        for name, resource in made.entries if isinstance(made, Mapping) else ():
            if not name.value.startswith(LOOP):
                yield from _of_resource(without_variables(resource), f"{at}/{pointer_part(name.value)}")
        yield from _repeated(made, at)


def _tell_providers(resources: Mapping) -> None:
    hosts = {
        key.value: host
        for key, resource in resources.entries
        if isinstance(kind := get(resource, "Type"), Text)
        and kind.value == "AWS::IAM::OIDCProvider"
        and (host := host_of(get(get(resource, "Properties"), "Url"))) is not None
    }
    tell_providers(resources, hosts, _named_by_arn)


def _named_by_arn(node: Unknown) -> str | None:
    """Name the resource whose ARN a value is, if it is a provider, whose `Ref` is that too."""
    of = node.argument
    if node.why == "Ref":
        return of.value if isinstance(of, Text) else None
    if node.why != "Fn::GetAtt":
        return None
    parts = of.items if isinstance(of, List) else [of]
    path = ".".join(part.value for part in parts if isinstance(part, Text))
    return path.removesuffix(".Arn") if path.endswith(".Arn") else None


def _in_resource(kind: str, properties: Node, pointer: str) -> Iterator[Spot]:
    if kind == ORGANIZATION_POLICY:
        yield from _of_organization(properties, pointer)
        return
    facts = _key_facts(properties) if kind.startswith("AWS::KMS::") else None
    for rows, sure in ((POLICIES, True), (MAY_HOLD_POLICIES, False)):
        for path, policy_type in rows.get(kind, ()):
            for node, at, given in _along(properties, path.split("/"), pointer):
                yield Spot(node, at, policy_type, facts, sure, given=given)
    yield from _of_statements(kind, properties, pointer)
    if kind not in STATEMENTS:
        yield Spot(properties, pointer)
    elif isinstance(properties, Mapping):
        # With a member `Statement` the properties would look like a policy.
        yield from (Spot(value, f"{pointer}/{pointer_part(key.value)}") for key, value in properties.entries)


def _of_statements(kind: str, properties: Node, pointer: str) -> Iterator[Spot]:
    """Give the policies that are made of statements, and of the parts of one."""
    for path, policy_type in STATEMENTS.get(kind, ()):
        for node, at, given in _along(properties, path.split("/"), pointer):
            if not is_empty(node) and not isinstance(node, Text):
                yield Spot(policy_with(node), at, policy_type, sure=True, given=given, made=True)
    permission = permission_of(kind, properties)
    if permission is not None:
        yield Spot(permission, pointer, PolicyType.RESOURCE, sure=True, made=True)


def _of_organization(properties: Node, pointer: str) -> Iterator[Spot]:
    kind = get(properties, "Type")
    policy_type = ORGANIZATION_TYPES.get(kind.value) if isinstance(kind, Text) else None
    for node, at, given in _along(properties, ["Content"], pointer):
        if policy_type is not None:
            yield Spot(node, at, policy_type, sure=True, given=given)
        elif isinstance(kind, Unknown):
            yield Spot(kind, at, sure=True)


def _along(node: Node, steps: Sequence[str], pointer: str, given: Way = frozenset()) -> Iterator[tuple[Node, str, Way]]:
    """Follow a path, through both ways of `Fn::If`; where it meets an unknown value it ends there."""
    choices = branches(node)
    if choices:
        for index, branch in choices:
            yield from _along(branch, steps, f"{pointer}/Fn::If/{index}", beyond(given, node, index))
    elif not steps or isinstance(node, Unknown):
        yield node, pointer, given
    elif steps[0] == "*" and isinstance(node, List):
        for index, item in enumerate(node.items):
            yield from _along(item, steps[1:], f"{pointer}/{index}", given)
    else:
        found = get(node, steps[0])
        if found is not None:
            yield from _along(found, steps[1:], f"{pointer}/{steps[0]}", given)


def branches(node: Node) -> list[tuple[int, Node]]:
    """Give what `Fn::If` may give, each with its index in the call; nothing where the value is no such call."""
    if not isinstance(node, Unknown) or node.why != CHOICE or not isinstance(node.argument, List):
        return []
    options = enumerate(node.argument.items)
    return [(index, item) for index, item in options if index and not is_nothing(item) and not isinstance(item, Null)]


def _key_facts(properties: Node) -> KeyFacts:
    usage, several = get(properties, "KeyUsage"), get(properties, "MultiRegion")
    # The tree of YAML has no booleans.
    multi_region = str(getattr(several, "value", several)).lower()
    return KeyFacts(
        spec=_text(properties, "KeySpec", "SYMMETRIC_DEFAULT"),
        usage=usage.value if isinstance(usage, Text) else None,
        manager="CUSTOMER",
        multi_region=multi_region == "true" if multi_region in {"true", "false"} else None,
    )


def _text(node: Node, name: str, default: str) -> str | None:
    """Give a property's text, its default where it is absent, None where it is unknown."""
    found = get(node, name)
    if found is None:
        # A part of the properties may come from elsewhere.
        return default if isinstance(node, Mapping) and not any(is_unreadable(v) for _, v in node.entries) else None
    return found.value if isinstance(found, Text) else None
