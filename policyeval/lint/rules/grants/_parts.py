"""The parts of a grant, for the rules of this family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.catalog.kms import GRANT_OPERATIONS, OPERATIONS
from policyeval.syntax.tree import List, Mapping, Null, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView
    from policyeval.model.source import Place
    from policyeval.syntax.tree import Node

EQUALS: Final = "EncryptionContextEquals"
SUBSET: Final = "EncryptionContextSubset"
SOURCE: Final = "SourceArn"
GRANTEES: Final = ("GranteePrincipal", "GranteeServicePrincipal")
RETIRING: Final = ("RetiringPrincipal", "RetiringServicePrincipal")


class Operation(NamedTuple):
    """One of the Operations of a grant, as written."""

    name: str
    place: Place


class Pairs(NamedTuple):
    """An encryption context constraint: which, its pairs that are texts, and where it stands."""

    name: str
    values: dict[str, str]
    place: Place


def operations(grant: GrantView) -> Iterator[Operation]:
    """Give the operations that are texts."""
    node = grant.get("Operations")
    for index, item in enumerate(node.items if isinstance(node, List) else ()):
        if isinstance(item, Text):
            yield Operation(item.value, item.place(f"{grant.pointer}/Operations/{index}"))


def operation_names(grant: GrantView) -> frozenset[str]:
    """Give the names of the operations that are texts."""
    return frozenset(operation.name for operation in operations(grant))


def uses_key(operation: str) -> bool:
    """Tell whether an operation is a cryptographic one."""
    folded = GRANT_OPERATIONS.get(operation)
    return folded is not None and OPERATIONS[folded].cryptographic


def takes_context(operation: str) -> bool:
    """Tell whether an encryption context constraint has a say in an operation, CreateGrant included (G3, G4)."""
    folded = GRANT_OPERATIONS.get(operation)
    return operation == "CreateGrant" or (folded is not None and OPERATIONS[folded].symmetric_cryptographic)


def pairs(grant: GrantView) -> Iterator[Pairs]:
    """Give the encryption context constraints."""
    for name, node, place in _constraints(grant):
        if name in {EQUALS, SUBSET} and isinstance(node, Mapping):
            yield Pairs(name, {key.value: value.value for key, value in node.entries if isinstance(value, Text)}, place)


def constraint_names(grant: GrantView) -> frozenset[str]:
    """Give the names of the constraints, of whatever value; an empty mapping is none."""
    return frozenset(
        name for name, node, _ in _constraints(grant) if not (isinstance(node, Mapping) and not node.entries)
    )


def is_readable(grant: GrantView) -> bool:
    """Tell whether nothing in a grant is unknown or of a wrong type."""
    waiting: list[Node] = [grant.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Unknown):
            return False
        if isinstance(node, Mapping):
            waiting += [value for _, value in node.entries]
        elif isinstance(node, List):
            waiting += node.items
    return True


def may_be_constrained(grant: GrantView) -> bool:
    """Tell whether a grant has constraints that cannot be read."""
    node = grant.get("Constraints")
    return node is not None and not isinstance(node, Mapping | Null)


def is_constrained(grant: GrantView) -> bool:
    """Tell whether a grant has a constraint, or may have one that cannot be read."""
    return may_be_constrained(grant) or bool(constraint_names(grant))


def source_of(grant: GrantView) -> str | None:
    """Give the SourceArn constraint."""
    return next(
        (node.value for name, node, _ in _constraints(grant) if name == SOURCE and isinstance(node, Text)), None
    )


def _constraints(grant: GrantView) -> Iterator[tuple[str, object, Place]]:
    node = grant.get("Constraints")
    for key, value in node.entries if isinstance(node, Mapping) else ():
        yield key.value, value, key.place(f"{grant.pointer}/Constraints/{key.value}")


def grantee(grant: GrantView) -> str | None:
    """Give the grantee, of whatever kind; None where it is absent or not known."""
    return next((text for text in map(grant.text, GRANTEES) if text is not None), None)


def name_of(grant: GrantView) -> str:
    """Give what to call a grant in a message."""
    return grant.text("GrantId") or grant.text("Name") or grant.pointer.rpartition("/")[2]
