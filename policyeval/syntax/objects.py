"""Steps that every part of the semantic pass takes: members of an object, texts, lists of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.syntax.faults import Kind, nearest, ticked
from policyeval.syntax.tree import UNNAMED, UNREADABLE, List, Mapping, Node, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.faults import Faults

DAMAGED = ""
"""The key of an entry whose key could not be read, or is left open by a template: of an object that has one, nothing
can be said to be missing."""


def is_unreadable(node: Node) -> bool:
    """Tell whether nothing is to be said of a value: it stands for a reported fault, or under an unknown key."""
    return isinstance(node, Unknown) and (node.why is UNREADABLE or node.why is UNNAMED)


def members(node: Mapping, known: frozenset[str], owner: str, faults: Faults, pointer: str) -> dict[str, Node]:
    r"""Give an object's known members by name; say which are unknown and which come twice (S36).

    Keys are compared after their escapes are undone: `"\u0045ffect"` is `Effect`.
    """
    found: dict[str, Node] = {}
    firsts: dict[str, Text] = {}
    for key, value in node.entries:
        name = key.value
        if name in found and name != DAMAGED:
            firsts = firsts or {other.value: other for other, _ in reversed(node.entries)}
            report_duplicate(key, firsts[name], faults, f"{pointer}/{pointer_part(name)}")
        elif name in known or is_unreadable(value):
            found[name] = value
        else:
            _report_unknown(key, known, owner, faults, f"{pointer}/{pointer_part(name)}")
    return found


def _report_unknown(key: Text, known: frozenset[str], owner: str, faults: Faults, pointer: str) -> None:
    like = nearest(key.value, known)
    if like is None:
        hint = f"{owner} may have {_listed(sorted(known))}"
    elif like.lower() == key.value.lower():
        hint = f"write it `{like}`: upper and lower case matter here"
    else:
        hint = f"did you mean `{like}`?"
    kind = Kind.UNKNOWN_PRINCIPAL_KIND if "AWS" in known else Kind.UNKNOWN_ELEMENT
    faults.add(key, pointer, f"unknown element {ticked(key.value)}", hint, kind=kind)


def _listed(names: list[str]) -> str:
    ticks = [f"`{name}`" for name in names]
    return f"{', '.join(ticks[:-1])} and {ticks[-1]}"


def first_given(node: Node) -> str:
    """Say where what comes twice came first."""
    line = node.place().line
    return f"it was first given {f'on line {line}' if line is not None else 'before'}"


def report_duplicate(key: Text, first: Text, faults: Faults, pointer: str) -> None:
    """Say that a key comes twice in an object, and where it came first."""
    hint = first_given(first)
    message, kind = f"duplicate key {ticked(key.value)}", Kind.DUPLICATE_KEY
    if first.value != key.value:
        message += f": {ticked(first.value)} differs from it in case only"
        hint += "; case does not tell keys apart"
        kind = Kind.DUPLICATE_KEY_CASE
    faults.add(key, pointer, message, hint, kind=kind)


def report_type(  # noqa: PLR0913 - the parts of one sentence
    node: Node, what: str, wanted: str, faults: Faults, pointer: str, *, hint: str | None = None
) -> None:
    """Say that a value has the wrong type; nothing where the reader has already said why."""
    if is_unreadable(node):
        return
    if isinstance(node, Unknown):
        faults.add(node, pointer, f"{what} cannot be resolved: {node.why}", kind=Kind.UNRESOLVED)
        return
    hint = _unfilled(node) or hint
    faults.add(node, pointer, f"{what} must be {wanted}, not {node.kind}", hint, kind=Kind.WRONG_TYPE)


def _unfilled(node: Node) -> str | None:
    """Say what to do about a function of a template: where policies are decided on, nobody resolves it."""
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        return None
    name = node.entries[0][0].value
    is_function = name == "Ref" or name.startswith("Fn::")
    return f"`{name}` is a function of CloudFormation's: write what it gives" if is_function else None


def read_text(node: Node, what: str, faults: Faults, pointer: str) -> str | None:
    """Give a string's value, or say that it is none."""
    if isinstance(node, Text):
        return node.value
    report_type(node, what, "a string", faults, pointer)
    return None


def read_texts(node: Node, what: str, faults: Faults, pointer: str) -> Iterator[tuple[Text, str]]:
    """Give the strings of an element that holds one or an array of them, each with its pointer; say what is none."""
    if type(node) is List:
        for index, item in enumerate(node.items):
            at = f"{pointer}/{index}"
            if type(item) is Text and item.value:
                yield item, at
            else:
                _report_no_text(item, f"a value of {what}", "a string", faults, at)
    elif type(node) is Text and node.value:
        yield node, pointer
    else:
        _report_no_text(node, what, "a string or an array of strings", faults, pointer)


def _report_no_text(node: Node, what: str, wanted: str, faults: Faults, pointer: str) -> None:
    if isinstance(node, Text):
        faults.add(node, pointer, f"{what} is an empty string", kind=Kind.EMPTY_STRING)
        return
    hint = "put it in double quotes" if node.kind in {"a number", "a boolean"} else None
    report_type(node, what, wanted, faults, pointer, hint=hint)
