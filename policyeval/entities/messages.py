"""What pydantic found, in the words and form of every other message of policyeval."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from policyeval.entities.suggest import did_you_mean
from policyeval.model.source import Diagnostic, Place
from policyeval.syntax import tree
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_WANTED = {
    "string_type": "a string",
    "tuple_type": "an array",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
}


def describe(error: ErrorDetails, node: tree.Node, place: Place, owner: type[BaseModel] | None) -> Diagnostic:
    """Say what is wrong.

    Args:
        error: one fault as pydantic reports it.
        node: the value it is about.
        place: where that stands.
        owner: the model that the value is a field of, where there is one.

    """
    message, hint = _sentence(error, node, owner)
    return Diagnostic(message, hint, place)


def _sentence(error: ErrorDetails, node: tree.Node, owner: type[BaseModel] | None) -> tuple[str, str | None]:
    kind, path = error["type"], error["loc"]
    hint: str | None = None
    if kind in _WANTED:
        return _wrong_type(path, _WANTED[kind], node, owner)
    match kind:
        case "policyeval":
            said = error["ctx"]
            return str(said["message"]), said["hint"] or None
        case "missing":
            hint = _no_version(node) if path[-1] == "policyeval" else None
            return f"`{path[-1]}` is missing from this {_noun(owner)}", hint
        case "extra_forbidden":
            return _unknown_key(str(path[-1]), owner)
        case "literal_error":
            choices = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
            message = f"{ticked(_shown(node))} is not valid for {_name(path)}"
            hint = did_you_mean(_shown(node), choices) or f"one of {', '.join(choices)}"
        case "too_short" | "string_too_short":
            message = f"{_name(path)} is empty"
        case _:
            text = error["msg"]
            message = f"{_name(path)}: {text[:1].lower()}{text[1:]}"
    return message, hint


def _no_version(root: tree.Node) -> str:
    if isinstance(root, tree.Mapping) and any(key.value == "Statement" for key, _ in root.entries):
        return "it is a policy: `policyeval lint` reads those; in an entities file it stands where it is attached"
    return "it is the version of the file's format: `policyeval: 1`"


def _unknown_key(key: str, owner: type[BaseModel] | None) -> tuple[str, str]:
    known = list(owner.model_fields) if owner is not None else []
    hint = did_you_mean(key, known) or f"known keys: {', '.join(known)}"
    return f"unknown key {ticked(key)} in this {_noun(owner)}", hint


def _wrong_type(
    path: tuple[int | str, ...], wanted: str, node: tree.Node, owner: type[BaseModel] | None
) -> tuple[str, str | None]:
    name = _name(path)
    if isinstance(node, tree.Null):
        needed = not path or _is_needed(path[-1], owner)
        return f"{name} has no value", f"write {wanted}" if needed else f"write {wanted}, or leave it out"
    hint = "put it in quotes" if wanted == "a string" and isinstance(node, tree.Number | tree.Boolean) else None
    return f"{name} must be {wanted}, not {node.kind}", hint


def _is_needed(key: int | str, owner: type[BaseModel] | None) -> bool:
    field = owner.model_fields.get(str(key)) if owner is not None else None
    return field is not None and field.is_required()


def _name(path: tuple[int | str, ...]) -> str:
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"an entry of `{path[-2]}`" if len(path) > 1 else "an entry"
    return f"`{path[-1]}`"


def _noun(owner: Any) -> str:  # noqa: ANN401 - any model; ours name themselves
    return getattr(owner, "noun", "object")


def _shown(node: tree.Node) -> str:
    if isinstance(node, tree.Text):
        return node.value
    return node.text if isinstance(node, tree.Number) else node.kind
