"""Action, Resource, Principal and their Not… forms: from nodes to the model's elements."""

from __future__ import annotations

from typing import Final

from policyeval.model.arn import is_account_id
from policyeval.model.policy import Element, PrincipalElement, PrincipalValue
from policyeval.syntax.faults import Faults, Kind, quoted, ticked
from policyeval.syntax.objects import is_unreadable, members, read_texts, report_type
from policyeval.syntax.patterns import is_action_pattern
from policyeval.syntax.strings import inside
from policyeval.syntax.templates import TemplateError, parse_template
from policyeval.syntax.tree import List, Mapping, Node, Text

PRINCIPAL_KINDS: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


def read_actions(name: str, node: Node, faults: Faults, pointer: str) -> Element:
    """Read Action or NotAction; each value is `*` or `service:name`."""
    texts = list(read_texts(node, f"`{name}`", faults, pointer))
    for text, at in texts:
        if not is_action_pattern(text.value):
            message, hint = _explain_action(text.value)
            faults.add(text, at, message, hint, kind=Kind.ACTION_FORMAT)
    return _element(name, node, texts, faults, pointer)


def _explain_action(action: str) -> tuple[str, str | None]:
    shown = ticked(action)
    if ":" not in action:
        return f"the action {shown} names no service", "write `service:action`, such as `kms:Decrypt`, or `*` for all"
    if action.count(":") > 1:
        return f"the action {shown} has more than one colon", "write `service:action`"
    service, name = action.split(":")
    if not service:
        return f"the action {shown} names no service before the colon", "write `service:action`"
    if not name:
        return (
            f"the action {shown} names nothing after the colon",
            f"{ticked(service + ':*')} means all of the service's actions",
        )
    if any(character.isspace() for character in action):
        return f"the action {shown} has a space in it", "leave it out"
    return f"the action {shown} has characters that no action has", None


def read_resources(name: str, node: Node, faults: Faults, pointer: str, *, variables: bool) -> Element:
    """Read Resource or NotResource; what is no ARN is the evaluator's to judge."""
    texts = list(read_texts(node, f"`{name}`", faults, pointer))
    for text, at in texts:
        if variables and "${" in text.value and check_template(text, at, faults):
            # The colons inside of a default count too, and what follows the fifth is read by itself.
            *fields, last = text.value.split(":", 5)
            check_template(text, at, faults, start=len(text.value) - len(last) if fields else 0)
    return _element(name, node, texts, faults, pointer)


def check_template(text: Text, pointer: str, faults: Faults, *, start: int = 0) -> bool:
    """Say where inside a string a policy variable is malformed (S22); tell whether none is."""
    try:
        parse_template(text.value[start:])
    except TemplateError as fault:
        place = inside(text, start + fault.start, start + fault.end, pointer)
        faults.add_inside(place, fault.message, fault.hint, kind=fault.kind)
        return False
    return True


def _element(name: str, node: Node, texts: list[tuple[Text, str]], faults: Faults, pointer: str) -> Element:
    negated = name.startswith("Not")
    if negated and type(node) is List and not node.items:
        _report_everything(name, node, faults, pointer)
    return Element(tuple([text.value for text, _ in texts]), negated, tuple([text.place(at) for text, at in texts]))


def _report_everything(name: str, node: Node, faults: Faults, pointer: str) -> None:
    # AWS only warns of empty arrays; the complement of nothing would be everything.
    hint = "it would stand for everything; name what it should leave out"
    faults.add(node, pointer, f"`{name}` is empty", hint, kind=Kind.EMPTY_NEGATION)


def read_principals(name: str, node: Node, faults: Faults, pointer: str) -> PrincipalElement:
    """Read Principal or NotPrincipal: `"*"`, or an object of kinds (S11)."""
    negated = name == "NotPrincipal"
    values: list[PrincipalValue] = []
    if type(node) is Text:
        if node.value == "*":
            values.append(PrincipalValue("AWS", "*", node.place(pointer)))
        else:
            _report_bare_principal(name, node, faults, pointer)
    elif type(node) is Mapping:
        before = len(faults.found)
        for kind, value in members(node, PRINCIPAL_KINDS, f"`{name}`", faults, pointer).items():
            if not is_unreadable(value):
                _read_kind(kind, value, values, faults, f"{pointer}/{kind}")
        if negated and not values and len(faults.found) == before:
            _report_everything(name, node, faults, pointer)
    else:
        report_type(node, f"`{name}`", 'an object such as `{"AWS": "arn:…"}`, or `"*"`', faults, pointer)
    return PrincipalElement(tuple(values), negated)


def _report_bare_principal(name: str, node: Text, faults: Faults, pointer: str) -> None:
    value = node.value
    message = f'`{name}` must be an object or `"*"`, not the string {ticked(value)}'
    hint = None
    if value.startswith("arn:") or is_account_id(value):
        hint = _as_object("AWS", value)
    elif value.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        hint = _as_object("Service", value)
    faults.add(node, pointer, message, hint, kind=Kind.BARE_PRINCIPAL)


def _as_object(kind: str, value: str) -> str:
    shown = f"{{{quoted(kind)}: {quoted(value)}}}"
    return f"write {ticked(shown)}"


def _read_kind(kind: str, node: Node, values: list[PrincipalValue], faults: Faults, pointer: str) -> None:
    for text, at in read_texts(node, f"`{kind}`", faults, pointer):
        value = text.value
        if kind == "AWS" and value != "*" and ("*" in value or "?" in value):
            faults.add(
                text,
                at,
                f"the principal {ticked(value)} has a wildcard in it",
                'a principal is named in full or is `"*"`; to match many, add a Condition'
                " with `ArnLike` on `aws:PrincipalArn`",
                kind=Kind.PRINCIPAL_WILDCARD,
            )
        values.append(PrincipalValue(kind, value, text.place(at)))
