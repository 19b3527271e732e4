"""Where the policies of a Terraform configuration are, in HCL and in JSON syntax."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.directives import lifted
from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.templates.arguments import ORGANIZATION_POLICY, POLICIES
from policyeval.lint.templates.choices import beyond
from policyeval.lint.templates.cloudformation import branches
from policyeval.lint.templates.kms_grant import GRANT, grant_of
from policyeval.lint.templates.permissions import permission_of
from policyeval.lint.templates.policy_document import blocks, policy_of
from policyeval.lint.templates.providers import host_of, tell_providers
from policyeval.lint.templates.resources import ORGANIZATION_TYPES
from policyeval.lint.templates.spot import Spot, get, is_empty
from policyeval.model.policy import PolicyType
from policyeval.syntax.hcl_strings import BrokenError, read_string, read_template
from policyeval.syntax.strings import written_offsets
from policyeval.syntax.tree import CHOICE, INTERPOLATION, REFERENCE, Boolean, List, Mapping, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.patchwork import Patchwork
    from policyeval.syntax.tree import Node

_DOCUMENT: Final = "aws_iam_policy_document"
_REFERENCE: Final = re.compile(rf"data\.{_DOCUMENT}\.([\w-]+)(?:\[[^\[\]]*\]|\.\*)?\.(?:minified_)?json\b")
_TAKES_APART: Final = "jsondecode("
_PROVIDER: Final = "aws_iam_openid_connect_provider"
_PROVIDER_ARN: Final = re.compile(rf"((?:data\.)?{_PROVIDER}\.[\w-]+)(?:\[[^\[\]]*\])?\.arn")
_KEY: Final = re.compile(r"aws_kms_key\.([\w-]+)(?:\[[^\[\]]*\])?\.(?:key_id|id|arn)")
_TEMPLATE: Final = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_SOLE: Final = re.compile(r"\$\{\s*([^{}]*?)\s*\}")


class _Block(NamedTuple):
    """A block with a type and a name."""

    kind: str
    name: str
    body: Node
    pointer: str


def spots(root: Node) -> Iterator[Spot]:
    """Give the spots of a configuration; what is sure comes before what it stands in.

    A policy document is of the type that the arguments of this file make of it, if it is but one.
    """
    if _is_json(root):
        root = _from_json(root)
    resources = list(_named(root, "resource"))
    _tell_providers(root)
    keys = {block.name: _key_facts(block.body) for block in resources if block.kind == "aws_kms_key"}
    arguments = [part for block in resources for spot in _in_resource(block, keys) for part in _branches(spot)]
    documents = [block for block in _named(root, "data") if block.kind == _DOCUMENT]
    here = {block.name for block in documents}
    uses: dict[str, set[tuple[PolicyType | None, KeyFacts | None]]] = defaultdict(set)
    for spot in arguments:
        for name in _documents_in(spot.node):
            uses[name].add((spot.type, spot.key))
        if _named_in(_REFERENCE, spot.node) not in here:
            yield spot
    for block in documents:
        yield from _of_document(block, uses[block.name])
    yield from _others(root)


def _branches(spot: Spot) -> Iterator[Spot]:
    """Give what a condition chooses among, each by itself, for one may be a document and the other something else."""
    options = branches(spot.node)
    if not options:
        yield spot
    for index, branch in options:
        given = beyond(spot.given, spot.node, index)
        yield from _branches(spot._replace(node=branch, pointer=f"{spot.pointer}/{CHOICE}/{index}", given=given))


def _of_document(block: _Block, uses: set[tuple[PolicyType | None, KeyFacts | None]]) -> Iterator[Spot]:
    """Give the policy of a document; one without statements that nothing uses as it is is a part of others."""
    policy = policy_of(block.body)
    types = {policy_type for policy_type, _ in uses}
    facts = [key for _, key in uses]
    if uses or not all(is_empty(value) for key, value in policy.entries if key.value == "Statement"):
        yield Spot(
            policy,
            block.pointer,
            types.pop() if len(types) == 1 else None,
            facts[0] if len(facts) == 1 else None,
            sure=True,
            made=_is_json(block.body),
        )


def _tell_providers(root: Node) -> None:
    hosts = {
        f"{begin}{_PROVIDER}.{block.name}": host
        for of, begin in (("resource", ""), ("data", "data."))
        for block in _named(root, of)
        if block.kind == _PROVIDER and (host := host_of(get(block.body, "url"))) is not None
    }
    tell_providers(root, hosts, lambda node: _named_in(_PROVIDER_ARN, node))


def _others(root: Node) -> Iterator[Spot]:
    """Give all that is no policy document, where policies may be written down as well."""
    for key, value in root.entries if isinstance(root, Mapping) else ():
        at = f"/{pointer_part(key.value)}"
        if key.value != "data":
            yield Spot(value, at)
            continue
        for kind, names, there in _entries(value, at):
            if kind != _DOCUMENT:
                yield Spot(names, there)


def interpolated(node: Unknown) -> Patchwork | None:
    """Give a string's text with a hole for each interpolation; None for what is no such string.

    What directives (`%{if …}`) choose is told apart; where that cannot be, nobody knows what of the text is there.
    """
    if node.why is not INTERPOLATION or node.source is None:
        return None
    if isinstance(node.argument, Text):
        patchwork = _in_json(node.argument)
    else:
        patchwork = read_string(node.source.text, node.start, node.end)
    return lifted(patchwork) if patchwork is not None and patchwork.has_directives else patchwork


def _in_json(text: Text) -> Patchwork | None:
    """Give a string of Terraform's JSON, whose escapes are those of JSON alone."""
    try:
        patchwork = read_template(text.value)
    except BrokenError:
        return None
    written = written_offsets(text)
    if patchwork.offsets is None or written is None:
        return patchwork._replace(offsets=None)
    return patchwork._replace(offsets=[written[offset] for offset in patchwork.offsets])


def _named(root: Node, of: str) -> Iterator[_Block]:
    """Give the blocks with a type and a name."""
    for key, kinds in root.entries if isinstance(root, Mapping) else ():
        if key.value != of:
            continue
        for kind, names, at_kind in _entries(kinds, f"/{of}"):
            for name, bodies, at_name in _entries(names, at_kind):
                yield from (_Block(kind, name, body, at) for body, at in _blocks(bodies, at_name))


def _entries(node: Node, pointer: str) -> Iterator[tuple[str, Node, str]]:
    for block, at in _blocks(node, pointer):
        for key, value in block.entries if isinstance(block, Mapping) else ():
            yield key.value, value, f"{at}/{pointer_part(key.value)}"


def _blocks(node: Node, pointer: str) -> Iterator[tuple[Node, str]]:
    for index, block in enumerate(blocks(node)):
        yield block, f"{pointer}/{index}" if isinstance(node, List) else pointer


def _is_json(node: Node) -> bool:
    return node.source is not None and (node.source.name or "").lower().endswith(".json")


def _in_resource(block: _Block, keys: dict[str, KeyFacts]) -> Iterator[Spot]:
    kind, _, body, pointer = block
    if kind == ORGANIZATION_POLICY:
        yield from _of_organization(body, pointer)
        return
    facts = _key_facts(body) if kind == "aws_kms_key" else keys.get(_named_in(_KEY, get(body, "key_id")) or "")
    if kind == GRANT and isinstance(body, Mapping):
        yield Spot(grant_of(body), pointer, key=facts, is_grant=True, made=_is_json(body))
    permission = permission_of(kind, body)
    if permission is not None:
        yield Spot(permission, pointer, PolicyType.RESOURCE, sure=True, made=_is_json(body))
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
    for name, value, at in _entries(node, pointer):
        if name == steps[0]:
            yield from _along(value, steps[1:], at)


def _key_facts(body: Node) -> KeyFacts:
    spec, usage, several = (get(body, name) for name in ("customer_master_key_spec", "key_usage", "multi_region"))
    return KeyFacts(
        spec="SYMMETRIC_DEFAULT" if spec is None else spec.value if isinstance(spec, Text) else None,
        usage=usage.value if isinstance(usage, Text) else None,
        manager="CUSTOMER",
        multi_region=several.value if isinstance(several, Boolean) else None,
    )


def _documents_in(node: Node) -> list[str]:
    """Name the documents that a value may be: those that its expression mentions and does not take apart."""
    if not isinstance(node, Unknown) or node.why != REFERENCE or not isinstance(node.argument, Text):
        return []
    expression = node.argument.value
    return [] if _TAKES_APART in expression else [match[1] for match in _REFERENCE.finditer(expression)]


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
        if expression is None:
            return Unknown(INTERPOLATION, node.source, node.start, node.end, node, ending)
        return Unknown(REFERENCE, node.source, node.start, node.end, expression, ending)
    value = node.value.replace("$${", "${").replace("%%{", "%{")
    return Text(value, node.source, node.start, node.end)
