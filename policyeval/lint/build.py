"""From a value tree to the view that rules see, in one walk."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from policyeval.evaluator.conditions import split_operator
from policyeval.lint.infer import infer_type
from policyeval.lint.view import Condition, Element, PolicyView, Statement, Value
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import Boolean, List, Mapping, Number, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from policyeval.model.policy import PolicyType
    from policyeval.syntax.tree import Node


def view_policy(node: Node, policy_type: PolicyType | None = None, pointer: str = "") -> PolicyView:
    """Make the view of a policy; without a type it is inferred from what stands there."""
    policy = PolicyView(node, pointer, policy_type, type_given=policy_type is not None)
    if isinstance(node, Mapping):
        policy.entries = _entries(node)
        policy.complete = DAMAGED not in policy.entries
        _, version = policy.entries.get("Version", (None, None))
        policy.version = version.value if isinstance(version, Text) else None
        _statements(policy)
    else:
        policy.complete = not isinstance(node, Unknown)
    if policy.type is None:
        policy.type = infer_type(policy)
    return policy


def _entries(node: Mapping) -> dict[str, tuple[Text, Node]]:
    entries: dict[str, tuple[Text, Node]] = {}
    for entry in node.entries:
        entries.setdefault(entry[0].value, entry)
    return entries


def _statements(policy: PolicyView) -> None:
    _, node = policy.entries.get("Statement", (None, None))
    at = f"{policy.pointer}/Statement"
    found: list[Statement] = []
    if isinstance(node, Mapping):
        found.append(_statement(node, at, policy, 0))
    elif isinstance(node, List):
        for index, item in enumerate(node.items):
            if isinstance(item, Mapping):
                found.append(_statement(item, f"{at}/{index}", policy, index))
            elif isinstance(item, Unknown):
                policy.complete = False
    elif isinstance(node, Unknown):
        policy.complete = False
    policy.statements = tuple(found)


def _statement(node: Mapping, pointer: str, policy: PolicyView, index: int) -> Statement:
    statement = Statement(node, pointer, policy, index)
    entries = statement.entries = _entries(node)
    statement.complete = DAMAGED not in entries
    effect = statement.get("Effect")
    if isinstance(effect, Text) and effect.value in {"Allow", "Deny"}:
        statement.effect = effect.value
    sid = statement.get("Sid")
    statement.sid = sid.value if isinstance(sid, Text) else None
    statement.action = _element(statement, "Action", "NotAction")
    statement.resource = _element(statement, "Resource", "NotResource")
    for name in ("Principal", "NotPrincipal"):
        if name in entries:
            statement.principals += _principals(statement, name)
    if "Condition" in entries:
        statement.conditions = _conditions(statement, entries["Condition"][1])
    return statement


def _element(statement: Statement, *names: str) -> Element | None:
    for name in names:
        if name in statement.entries:
            entry = statement.entries[name]
            element = Element(name, "", entry, statement, f"{statement.pointer}/{name}")
            _fill(element, entry[1])
            return element
    return None


def _principals(statement: Statement, name: str) -> tuple[Element, ...]:
    key, node = statement.entries[name]
    at = f"{statement.pointer}/{name}"
    if isinstance(node, Mapping):
        found = []
        for kind, entry in _entries(node).items():
            element = Element(name, kind, entry, statement, f"{at}/{pointer_part(kind)}")
            _fill(element, entry[1])
            found.append(element)
        return tuple(found)
    element = Element(name, "AWS", (key, node), statement, at)
    if isinstance(node, Text) and node.value == "*":
        element.values = (Value("*", node, element, None),)
    else:
        element.complete = False
    return (element,)


def _fill(owner: Element | Condition, node: Node) -> None:
    if type(node) is Text:
        owner.values = (Value(node.value, node, owner, None),)
    elif type(node) is List:
        values = []
        for index, item in enumerate(node.items):
            if type(item) is Text:
                values.append(Value(item.value, item, owner, index))
            elif not (type(owner) is Condition and isinstance(item, Boolean | Number)):
                _leave_out(owner, item, index)
            else:
                values.append(Value(_scalar(item), item, owner, index))
        owner.values = tuple(values)
    elif type(owner) is Condition and isinstance(node, Boolean | Number):
        owner.values = (Value(_scalar(node), node, owner, None),)
    else:
        _leave_out(owner, node, None)


def _leave_out(owner: Element | Condition, node: Node, index: int | None) -> None:
    owner.complete = False
    if type(owner) is Element and type(node) is Unknown and node.ending:
        owner.endings += (Value(node.ending, node, owner, index),)


def _scalar(node: Boolean | Number) -> str:
    if isinstance(node, Number):
        return node.text
    return "true" if node.value else "false"


_split = lru_cache(maxsize=1024)(split_operator)


def _conditions(statement: Statement, node: Node) -> tuple[Condition, ...]:
    if not isinstance(node, Mapping):
        return ()
    found: list[Condition] = []
    for operator, keys in node.entries:
        if not isinstance(keys, Mapping):
            continue
        quantifier, base, if_exists = _split(operator.value)
        parts = (quantifier.removesuffix(":"), base, if_exists)
        for key, value in keys.entries:
            if key.value == DAMAGED:
                continue
            condition = Condition(operator, parts, key, value, statement)
            _fill(condition, value)
            found.append(condition)
    return tuple(found)
