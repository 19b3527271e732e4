"""Where in a file the policies and grants are, and of which type each is.

A file may be a policy, a list of grants, an entities or scenario file, or what the AWS CLI printed: policies are
found wherever they stand, and the names above them tell their types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.embedded import holds_policy, holds_statements, read_embedded, read_patchwork
from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.look_alikes import is_look_alike
from policyeval.lint.parts import part
from policyeval.lint.surroundings import Around, below, is_document_read, known_here
from policyeval.lint.templates import cloudformation, serverless
from policyeval.lint.templates.choices import beyond, choice, ways
from policyeval.lint.templates.cloudformation import branches
from policyeval.lint.templates.expressions import has_expressions, without_expressions
from policyeval.lint.templates.functions import calls_functions, resolve, substitution
from policyeval.lint.templates.kms_grant import planned_grant
from policyeval.lint.templates.spot import Spot, get, is_configuration
from policyeval.model.policy import CURRENT_VERSION, OLD_VERSION, PolicyType
from policyeval.syntax.tree import INTERPOLATION, UNREADABLE, List, Mapping, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policyeval.lint.templates.choices import Way
    from policyeval.model.source import Diagnostic
    from policyeval.syntax.patchwork import Patchwork
    from policyeval.syntax.tree import Node


class PolicyDocument(NamedTuple):
    """A policy in a file, with what is known of it from where it stands.

    `ways` lead to the branches in it that a template chooses from. `made`: its parts stand in the file under other
    pointers.
    """

    node: Node
    pointer: str
    type: PolicyType | None = None
    key: KeyFacts | None = None
    ways: tuple[Way, ...] = ()
    made: bool = False


class GrantList(NamedTuple):
    """The grants of one key, each with its pointer. `made`: its parts stand in the file under other pointers."""

    grants: tuple[tuple[Mapping, str], ...]
    key: KeyFacts
    made: bool = False


class Found(NamedTuple):
    """What a file holds. `faults` are those of policies in strings, `unknown` counts what could not be resolved."""

    policies: list[PolicyDocument]
    grants: list[GrantList]
    faults: list[Diagnostic]
    unknown: int


_Waiting = tuple["Node", str, Around]

_VERSIONS: Final = frozenset({CURRENT_VERSION, OLD_VERSION})
_IN_STATEMENTS: Final = frozenset({"effect", "action", "notaction"})
# How many ways of a template's conditions through one policy are followed; what the others lead to is unknown.
_MAX_WAYS: Final = 64
# Of what `terraform show -json` prints: all else of a plan says it again, or what was before.
_PLANNED: Final = "planned_values"
_GRANT_LISTS: Final = frozenset({"Grants", "grants"})
_OF_GRANT: Final = frozenset({"GranteePrincipal", "GranteeServicePrincipal", "Operations", "RetiringPrincipal"})


def find(root: Node, policy_type: PolicyType | None = None, *, certain: bool = False) -> Found:
    """Find the policies and grants of a document.

    `policy_type` is the type of those that have none by where they stand. With `certain` a document that is no
    template is a policy if nothing else is found in it, unless it is written in another language. Iterative; a value
    that stands in several places (a YAML alias) is looked at once.
    """
    finder = _Finder(policy_type, objects=is_configuration(root) or has_expressions(root))
    for spot in _spots(root):
        if spot.is_grant:
            finder.take_grant(spot)
        else:
            around = Around(spot.type, key=spot.key, sure=spot.sure, given=spot.given, made=spot.made)
            finder.look(spot.node, spot.pointer, around)
    finder.take_parts()
    found = Found(finder.policies, finder.grants, finder.faults, finder.unknown)
    nothing = not found.policies and not found.grants
    template = cloudformation.is_template(root) or cloudformation.is_construct_tree(root) or serverless.is_service(root)
    other = is_configuration(root) or get(root, _PLANNED) is not None or template or is_look_alike(root)
    if certain and nothing and not other:
        return found._replace(policies=[PolicyDocument(root, "", policy_type)], unknown=sum(_unknown(root)))
    return found


def _spots(root: Node) -> Iterable[Spot]:
    if is_configuration(root):
        from policyeval.lint.templates import terraform  # noqa: PLC0415 - few runs have such files

        return terraform.spots(root)
    if cloudformation.is_template(root):
        return cloudformation.spots(root)
    if cloudformation.is_construct_tree(root):
        return ()
    if serverless.is_service(root):
        return serverless.spots(root)
    planned = get(root, _PLANNED)
    if planned is not None:
        return [Spot(planned, f"/{_PLANNED}")]
    if has_expressions(root):
        root = without_expressions(root)
    elif calls_functions(root):
        root = resolve(root)
    return [Spot(root, "")]


def _patchwork(node: Unknown) -> Patchwork | None:
    if node.why is not INTERPOLATION:
        return substitution(node)
    from policyeval.lint.templates.terraform import interpolated  # noqa: PLC0415 - only Terraform has these

    return interpolated(node)


class _Finder:
    """Collects policies and grants, wherever they stand."""

    def __init__(self, policy_type: PolicyType | None, *, objects: bool) -> None:
        self.policy_type = policy_type
        self.objects = objects  # whether statements may be in Terraform's words
        self.policies: list[PolicyDocument] = []
        self.grants: list[GrantList] = []
        self.faults: list[Diagnostic] = []
        self.unknown = 0
        # With the nodes, so that no other takes the identity of one.
        self.seen: dict[int, Node] = {}
        self.of_policies: dict[int, Node] = {}
        self.parts: list[tuple[Node, Mapping, str, Around]] = []

    def look(self, root: Node, pointer: str, around: Around) -> None:
        waiting: list[_Waiting] = [(root, pointer, around)]
        while waiting:
            node, pointer, around = waiting.pop()
            if id(node) not in self.seen:
                self.seen[id(node)] = node
                waiting += reversed(list(self.look_at(node, pointer, around)))

    def look_at(self, node: Node, pointer: str, around: Around) -> Iterator[_Waiting]:
        """Take what a value is; give what it holds that is to be looked at."""
        if isinstance(node, Mapping) and (around.sure or _is_policy(node)):
            self.take(node, pointer, around)
        elif not around.sure and (policy := part(node, objects=self.objects)) is not None:
            self.parts.append((node, policy, pointer, around._replace(made=True)))
        elif isinstance(node, Mapping) and not is_document_read(node):
            yield from self.members(node, pointer, around)
        elif isinstance(node, List):
            around = around._replace(sure=False)
            yield from ((item, f"{pointer}/{index}", around) for index, item in enumerate(node.items))
        elif isinstance(node, Text) and (holds_policy(node.value) or (around.sure and node.value.strip())):
            self.take_read(*read_embedded(node, pointer), pointer, around)
        elif isinstance(node, Text) and holds_statements(node.value):
            self.take_part(*read_embedded(node, pointer), pointer, around)
        elif isinstance(node, Unknown):
            yield from self.choices(node, pointer, around)

    def choices(self, node: Unknown, pointer: str, around: Around) -> Iterator[_Waiting]:
        """Look into what a template's function may give."""
        patchwork = _patchwork(node)
        choices = branches(node)
        if patchwork is not None and holds_policy(patchwork.value):
            self.take_read(*read_patchwork(patchwork, node, pointer), pointer, around)
        elif patchwork is not None and not around.sure and holds_statements(patchwork.value):
            self.take_part(*read_patchwork(patchwork, node, pointer), pointer, around)
        elif choices:
            for index, branch in choices:
                yield branch, f"{pointer}/Fn::If/{index}", around._replace(given=beyond(around.given, node, index))
        elif around.sure:
            self.unknown += 1

    def members(self, node: Mapping, pointer: str, around: Around) -> Iterator[_Waiting]:
        planned = planned_grant(node)
        if planned is not None:
            self.take_grant(Spot(planned, f"{pointer}/values", is_grant=True, made=True))
            return
        around = known_here(node, around)
        for key, value in node.entries:
            name, at = key.value, f"{pointer}/{pointer_part(key.value)}"
            if name in _GRANT_LISTS and isinstance(value, List) and (around.ours or _has_grant(value)):
                self.grants.append(_grants(value, at, around.key or KeyFacts()))
            else:
                yield value, at, below(name, around)

    def take_read(self, node: Node | None, faults: list[Diagnostic], pointer: str, around: Around) -> None:
        self.faults += faults
        if isinstance(node, Unknown):
            self.unknown += 1
        elif isinstance(node, Mapping) and (around.sure or _is_policy(node)):
            self.take(node, pointer, around)

    def take_part(self, node: Node | None, faults: list[Diagnostic], pointer: str, around: Around) -> None:
        policy = part(node) if node is not None else None
        if node is not None and policy is not None:
            self.faults += faults
            self.parts.append((node, policy, pointer, around._replace(made=True)))

    def take_grant(self, spot: Spot) -> None:
        if isinstance(spot.node, Mapping):
            self.grants.append(GrantList(((spot.node, spot.pointer),), spot.key or KeyFacts(), spot.made))
        self.unknown += sum(_unknown(spot.node))

    def take_parts(self) -> None:
        """Take the statements that no policy here is made of."""
        for node, policy, pointer, around in self.parts:
            statements = node.items if isinstance(node, List) else [node]
            if not any(id(value) in self.of_policies for value in (node, *statements)):
                self.take(policy, pointer, around)

    def take(self, node: Mapping, pointer: str, around: Around) -> None:
        # What a policy is made of is no part of another, whether that is come upon later or was before.
        for _, value in node.entries:
            self.seen[id(value)] = value
            parts = [value, *value.items] if isinstance(value, List) else [value]
            self.of_policies.update((id(inner), inner) for inner in parts)
        unknown = _unknown(node)
        leading = ways(node, around.given) if unknown.choices else []
        followed = tuple(leading[:_MAX_WAYS])
        policy_type = around.type or self.policy_type
        self.policies.append(PolicyDocument(node, pointer, policy_type, around.key, followed, around.made))
        self.unknown += unknown.values + len(leading) - len(followed)


def _has_grant(node: List) -> bool:
    """Tell whether there is one of KMS in a list: Amazon S3 and databases have grants as well."""
    return any(
        isinstance(item, Mapping) and any(key.value in _OF_GRANT for key, _ in item.entries) for item in node.items
    )


def _grants(node: List, pointer: str, key: KeyFacts) -> GrantList:
    items = [(item, f"{pointer}/{index}") for index, item in enumerate(node.items) if isinstance(item, Mapping)]
    return GrantList(tuple(items), key)


def _is_policy(node: Mapping) -> bool:
    return _looks_like_policy(node) and not is_look_alike(node)


def _looks_like_policy(node: Mapping) -> bool:
    for key, value in node.entries:
        name = key.value
        if name == "Version" and isinstance(value, Text) and value.value in _VERSIONS:
            return True
        if name.lower() == "statement" and isinstance(value, Mapping | List | Unknown):
            # A JSON Schema may have something of that name, too.
            other = isinstance(value, Mapping) and value.entries
            return (name == "Statement" and not other) or _has_statement(value)
    return False


def _has_statement(node: Node) -> bool:
    items = node.items if isinstance(node, List) else [node]
    return any(
        isinstance(item, Mapping) and any(key.value.lower() in _IN_STATEMENTS for key, _ in item.entries)
        for item in items
    )


class _Unknown(NamedTuple):
    """How many values of a document are unknown, and how many are chosen by a template's conditions."""

    values: int
    choices: int


def _unknown(root: Node) -> _Unknown:
    values, choices, waiting = 0, 0, [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [value for _, value in node.entries if type(value) is not Text]
        elif isinstance(node, List):
            waiting += [item for item in node.items if type(item) is not Text]
        elif choice(node) is not None:
            choices += 1
            waiting += [branch for _, branch in branches(node)]
        elif isinstance(node, Unknown) and node.why is not UNREADABLE:
            values += 1
    return _Unknown(values, choices)
