"""Policies: from a text, a mapping or a node of a larger file to `model.Policy`, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from typing import TYPE_CHECKING, Final

from policyeval.errors import PolicySyntaxError
from policyeval.model.policy import CURRENT_VERSION, OLD_VERSION, Policy, PolicyType, Statement
from policyeval.syntax.faults import Faults, Kind, by_place, ticked
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.objects import DAMAGED, first_given, members, read_text, report_type
from policyeval.syntax.python_reader import from_python
from policyeval.syntax.statements import Dialect, read_statement
from policyeval.syntax.tree import List, Mapping, Node

if TYPE_CHECKING:
    from policyeval.model.source import Diagnostic

_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
# Where what the AWS CLI prints, templates of AWS CloudFormation and plans of Terraform have policies.
_HOLDERS: Final = frozenset(
    {"Policy", "PolicyDocument", "PolicyVersion", "ResourcePolicy", "Resources", "planned_values"}
)
_UNIQUE_SIDS: Final = frozenset({PolicyType.IDENTITY, PolicyType.SCP, PolicyType.RCP})


def parse_policy(
    text: str | bytes | AbstractMapping[str, object], source: str | None = None, policy_type: PolicyType | None = None
) -> Policy:
    """Make a policy of a JSON text or of the value that one stands for.

    Args:
        text: JSON as text or UTF-8 bytes, or a mapping of strings, lists, numbers and booleans.
        source: the name to give the text in messages and places, usually a file's.
        policy_type: which kind of policy it is; None checks only what holds for every kind.

    Raises:
        PolicySyntaxError: it is not JSON, or not a policy; `.diagnostics` has every fault, in order.

    """
    node, diagnostics = read_json(text, source) if isinstance(text, str | bytes) else from_python(text)
    policy = policy_from_node(node, policy_type, diagnostics) if node is not None else None
    if policy is None or diagnostics:
        raise PolicySyntaxError(by_place(diagnostics))
    return policy


def policy_from_node(
    node: Node, policy_type: PolicyType | None, diagnostics: list[Diagnostic], pointer: str = ""
) -> Policy | None:
    """Make a policy of a value tree; add what is wrong with it to `diagnostics` and give None then.

    `pointer` is where the node stands in its document, for the places of what is found in it.
    """
    faults = Faults(diagnostics)
    before = len(diagnostics)
    policy = _read_policy(node, policy_type, faults, pointer)
    return policy if len(diagnostics) == before else None


def _read_policy(node: Node, policy_type: PolicyType | None, faults: Faults, pointer: str) -> Policy | None:
    if not isinstance(node, Mapping):
        report_type(node, "a policy", "an object", faults, pointer)
        return None
    found = members(node, _ELEMENTS, "a policy", faults, pointer)
    version = _version(found, faults, pointer)
    identifier = read_text(found["Id"], "`Id`", faults, f"{pointer}/Id") if "Id" in found else None
    dialect = Dialect(policy_type, version == CURRENT_VERSION)
    statements = _statements(node, found, dialect, faults, pointer)
    return Policy(statements, version, identifier, node.place(pointer))


def _version(found: dict[str, Node], faults: Faults, pointer: str) -> str | None:
    node = found.get("Version")
    if node is None:
        return None
    at = f"{pointer}/Version"
    version = read_text(node, "`Version`", faults, at)
    if version is not None and version not in {CURRENT_VERSION, OLD_VERSION}:
        faults.add(
            node,
            at,
            f"unknown policy version {ticked(version)}",
            f"write `{CURRENT_VERSION}`: it names the policy language, not the day of a change",
            kind=Kind.INVALID_VERSION,
        )
    return version


def _statements(
    policy: Mapping, found: dict[str, Node], dialect: Dialect, faults: Faults, pointer: str
) -> tuple[Statement, ...]:
    node = found.get("Statement")
    if node is None:
        if DAMAGED not in found:
            faults.add(
                policy,
                pointer,
                "a policy has no `Statement`",
                _instead(policy),
                kind=Kind.MISSING_STATEMENT,
            )
        return ()
    at = f"{pointer}/Statement"
    if isinstance(node, Mapping):
        statement = read_statement(node, dialect, faults, at)
        return (statement,) if statement is not None else ()
    if not isinstance(node, List):
        report_type(node, "`Statement`", "an object or an array of objects", faults, at)
        return ()
    if not node.items:
        # IAM: "MalformedPolicyDocument: Syntax errors in policy".
        hint = "AWS refuses an empty array; delete the policy instead"
        faults.add(node, at, "a policy has no statement", hint, kind=Kind.EMPTY_STATEMENT)
    read = [read_statement(item, dialect, faults, f"{at}/{index}") for index, item in enumerate(node.items)]
    if dialect.policy_type in _UNIQUE_SIDS:
        _check_sids(node, read, faults, at)
    return tuple(statement for statement in read if statement is not None)


def _instead(policy: Mapping) -> str:
    """Say what to give: whoever gives what the AWS CLI printed, or a plan, has no statement to add."""
    holder = next((key.value for key, _ in policy.entries if key.value in _HOLDERS), None)
    if holder is None:
        return "add an array of statements"
    return f"it is no policy, and holds one under {ticked(holder)}: give that alone"


def _check_sids(node: List, statements: list[Statement | None], faults: Faults, pointer: str) -> None:
    first: dict[str, int] = {}
    for index, statement in enumerate(statements):
        if statement is None or not statement.sid:
            continue
        earlier = first.setdefault(statement.sid, index)
        if earlier != index:
            at = f"{pointer}/{index}/Sid"
            faults.add(
                _sid_node(node.items[index]),
                at,
                f"duplicate Sid {ticked(statement.sid)}",
                f"{first_given(_sid_node(node.items[earlier]))}; a Sid names one statement of a policy",
                kind=Kind.DUPLICATE_SID,
            )


def _sid_node(statement: Node) -> Node:
    if isinstance(statement, Mapping):
        for key, value in statement.entries:
            if key.value == "Sid":
                return value
    return statement
