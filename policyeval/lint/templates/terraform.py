"""Where the policies of a Terraform configuration are, in HCL and in JSON syntax."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from policyeval.lint.templates.arguments import ORGANIZATION_POLICY, POLICIES
from policyeval.lint.templates.kms_grant import GRANT, grant_of
from policyeval.lint.templates.policy_document import blocks, policy_of
from policyeval.lint.templates.providers import host_of, tell_providers
from policyeval.lint.templates.resources import ORGANIZATION_TYPES
from policyeval.lint.templates.spot import Spot, get
from policyeval.lint.view import KeyFacts
from policyeval.model.policy import PolicyType
from policyeval.syntax.hcl_strings import read_string
from policyeval.syntax.tree import INTERPOLATION, REFERENCE, Boolean, List, Mapping, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.patchwork import Patchwork
    from policyeval.syntax.tree import Node

_DOCUMENT: Final = "aws_iam_policy_document"
_REFERENCE: Final = re.compile(rf"data\.{_DOCUMENT}\.([\w-]+)(?:\[[^\[\]]*\])?\.(?:minified_)?json")
_PROVIDER: Final = "aws_iam_openid_connect_provider"
_PROVIDER_ARN: Final = re.compile(rf"((?:data\.)?{_PROVIDER}\.[\w-]+)(?:\[[^\[\]]*\])?\.arn")
_KEY: Final = re.compile(r"aws_kms_key\.([\w-]+)(?:\[[^\[\]]*\])?\.(?:key_id|id|arn)")
_TEMPLATE: Final = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_SOLE: Final = re.compile(r"\$\{\s*([^{}]*?)\s*\}")


def spots(root: Node) -> Iterator[Spot]:
    """Give the spots of a configuration; what is sure comes before what it stands in.

    A policy document is of the type that the arguments of this file make of it, if it is but one.
    """
    if root.source is not None and (root.source.name or "").lower().endswith(".json"):
        root = _from_json(root)
    resources = list(_named(root, "resource"))
    _tell_providers(root)
    keys = {at.rpartition("/")[2]: _key_facts(body) for kind, body, at in resources if kind == "aws_kms_key"}
    arguments = [spot for kind, body, at in resources for spot in _in_resource(kind, body, at, keys)]
    documents = [(name, body, at) for name, body, at in _documents(root)]
    here = {name for name, _, _ in documents}
    uses: dict[str, set[tuple[PolicyType | None, KeyFacts | None]]] = defaultdict(set)
    for spot in arguments:
        name = _named_in(_REFERENCE, spot.node)
        if name in here:
            uses[name].add((spot.type, spot.key))
        else:
            yield spot
    for name, body, at in documents:
        types = {policy_type for policy_type, _ in uses[name]}
        facts = [key for _, key in uses[name]]
        policy_type = types.pop() if len(types) == 1 else None
        yield Spot(policy_of(body), at, policy_type, facts[0] if len(facts) == 1 else None, sure=True)
    yield from _others(root)


def _tell_providers(root: Node) -> None:
    hosts = {
        f"{begin}{_PROVIDER}.{at.rpartition('/')[2]}": host
        for block, begin in (("resource", ""), ("data", "data."))
        for kind, body, at in _named(root, block)
        if kind == _PROVIDER and (host := host_of(get(body, "url"))) is not None
    }
    tell_providers(root, hosts, lambda node: _named_in(_PROVIDER_ARN, node))


def _others(root: Node) -> Iterator[Spot]:
    """Give all that is no policy document, where policies may be written down as well."""
    for key, value in root.entries if isinstance(root, Mapping) else ():
        at = f"/{pointer_part(key.value)}"
        if key.value != "data":
            yield Spot(value, at)
            continue
        for kind, names in _entries(value):
            if kind.value != _DOCUMENT:
                yield Spot(names, f"{at}/{pointer_part(kind.value)}")


def interpolated(node: Unknown) -> Patchwork | None:
    """Give a string's text with a hole for each interpolation; None for what is no such string.

    Where it has directives (`%{if …}`) nobody knows what of it is there.
    """
    if node.why is not INTERPOLATION or node.source is None:
        return None
    patchwork = read_string(node.source.text, node.start, node.end)
    return None if patchwork.has_directives else patchwork


def _documents(root: Node) -> Iterator[tuple[str, Node, str]]:
    for kind, body, at in _named(root, "data"):
        if kind == _DOCUMENT:
            yield at.rpartition("/")[2], body, at


def _named(root: Node, block: str) -> Iterator[tuple[str, Node, str]]:
    """Give the blocks with a type and a name: the type, the body and its pointer."""
    for key, kinds in root.entries if isinstance(root, Mapping) else ():
        if key.value != block:
            continue
        for kind, names in _entries(kinds):
            for name, bodies in _entries(names):
                at = f"/{block}/{pointer_part(kind.value)}/{pointer_part(name.value)}"
                yield from ((kind.value, body, at) for body in blocks(bodies))


def _entries(node: Node) -> Iterator[tuple[Text, Node]]:
    for block in blocks(node):
        if isinstance(block, Mapping):
            yield from block.entries


def _in_resource(kind: str, body: Node, pointer: str, keys: dict[str, KeyFacts]) -> Iterator[Spot]:
    if kind == ORGANIZATION_POLICY:
        yield from _of_organization(body, pointer)
        return
    facts = _key_facts(body) if kind == "aws_kms_key" else keys.get(_named_in(_KEY, get(body, "key_id")) or "")
    if kind == GRANT and isinstance(body, Mapping):
        yield Spot(grant_of(body), pointer, key=facts, is_grant=True)
    for path, policy_type in POLICIES.get(kind, ()):
        for node, at in _along(body, path.split("/"), pointer):
            yield Spot(node, at, policy_type, facts, sure=True)


def _of_organization(body: Node, pointer: str) -> Iterator[Spot]:
    kind, content = get(body, "type"), get(body, "content")
    if content is None:
        return
    policy_type = ORGANIZATION_TYPES.get(kind.value) if isinstance(kind, Text) else None
    policy_type = PolicyType.SCP if kind is None else policy_type
    if policy_type is not None:
        yield Spot(content, f"{pointer}/content", policy_type, sure=True)
    elif isinstance(kind, Unknown):
        yield Spot(kind, f"{pointer}/type", sure=True)


def _along(node: Node, steps: list[str], pointer: str) -> Iterator[tuple[Node, str]]:
    if not steps:
        yield node, pointer
        return
    for block in blocks(node):
        for key, value in block.entries if isinstance(block, Mapping) else ():
            if key.value == steps[0]:
                yield from _along(value, steps[1:], f"{pointer}/{steps[0]}")


def _key_facts(body: Node) -> KeyFacts:
    spec, usage, several = (get(body, name) for name in ("customer_master_key_spec", "key_usage", "multi_region"))
    return KeyFacts(
        spec="SYMMETRIC_DEFAULT" if spec is None else spec.value if isinstance(spec, Text) else None,
        usage=usage.value if isinstance(usage, Text) else None,
        manager="CUSTOMER",
        multi_region=several.value if isinstance(several, Boolean) else None,
    )


def _named_in(reference: re.Pattern[str], node: Node | None) -> str | None:
    """Name what a value refers to, if it is such a reference."""
    if not isinstance(node, Unknown) or node.why != REFERENCE or not isinstance(node.argument, Text):
        return None
    match = reference.fullmatch(node.argument.value)
    return match[1] if match is not None else None


def _from_json(node: Node) -> Node:
    """Read the strings of Terraform's JSON as the templates they are; makes a new tree."""
    if isinstance(node, List):
        return List([_from_json(item) for item in node.items], node.source, node.start, node.end)
    if isinstance(node, Mapping):
        entries = [(key, _from_json(value)) for key, value in node.entries]
        return Mapping(entries, node.source, node.start, node.end)
    if not isinstance(node, Text) or "{" not in node.value:
        return node
    sole = _SOLE.fullmatch(node.value)
    if sole is not None or _TEMPLATE.search(node.value):
        expression = Text(sole[1], node.source, node.start, node.end) if sole is not None else None
        ending = "" if "%{" in node.value else node.value.rpartition("}")[2]
        return Unknown(REFERENCE, node.source, node.start, node.end, expression, ending)
    value = node.value.replace("$${", "${").replace("%%{", "%{")
    return Text(value, node.source, node.start, node.end)
