"""Text to a value tree, the tree to plain Python, and that to a model: every fault with its place.

Fields that hold a policy stay nodes (`fields.PolicyMark`); the policy language reads them later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, Literal, NamedTuple, Protocol, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policyeval.entities.fields import PolicyMark
from policyeval.entities.messages import describe
from policyeval.entities.secrets import Span
from policyeval.model.source import Diagnostic, Place
from policyeval.syntax import tree
from policyeval.syntax.faults import ticked

Format = Literal["yaml", "json"]
Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
M_co = TypeVar("M_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Document(Generic[M_co]):
    """A file that was read: its name (what relative paths in it start from), its tree and its model."""

    name: str | None
    root: tree.Node
    model: M_co

    def spot(self, *path: str | int) -> Spot:
        """Name a part of it."""
        return Spot(self, path)


class Spot(NamedTuple):
    """A part of a document, as a path that costs nothing until somebody asks for the place."""

    document: Document[Any]
    path: Path

    def at(self, *steps: str | int) -> Spot:
        """Go further in."""
        return Spot(self.document, self.path + steps)

    @property
    def pointer(self) -> str:
        """The JSON Pointer."""
        return _pointer_of(self.path)

    def place(self) -> Place:
        """Where it stands."""
        return _locate(self.document.root, self.path)[1]

    def fault(self, message: str, hint: str | None = None) -> Diagnostic:
        """Say something about it."""
        return Diagnostic(message, hint, self.place())


def _format_of(name: str | None) -> Format:
    """Tell the format by a file's name; YAML where it says nothing, as most JSON is YAML too."""
    return "json" if name is not None and name.lower().endswith(".json") else "yaml"


def read_tree(text: str, name: str | None, form: Format | None, faults: list[Diagnostic]) -> tree.Node | None:
    """Read a text into a value tree."""
    root, diagnostics = _reader(form or _format_of(name))(text, name)
    faults += diagnostics
    return root if not diagnostics else None


def _reader(form: Format) -> Callable[[str, str | None], tuple[tree.Node | None, list[Diagnostic]]]:
    if form == "json":
        from policyeval.syntax.json_reader import read_json  # noqa: PLC0415 - Lark is heavy

        return read_json
    from policyeval.syntax.yaml_reader import read_yaml  # noqa: PLC0415 - PyYAML is heavy

    return read_yaml


class Checker(Protocol):
    """Collects faults; `check` notes those inside a policy whose file does not fit the model."""

    faults: list[Diagnostic]
    secrets: list[Span]

    def check(self, node: tree.Node, mark: PolicyMark, spot: Spot) -> None:
        """Note what is wrong inside a policy."""
        ...


def read_document(
    text: str, name: str | None, form: Format | None, model: type[M], checker: Checker
) -> Document[M] | None:
    """Read a text into a model; None when it cannot be, with the reasons among the checker's faults."""
    root = read_tree(text, name, form, checker.faults)
    return _make_document(root, name, model, checker) if root is not None else None


def document_of(value: object, model: type[M], checker: Checker) -> Document[M] | None:
    """Read a Python value into a model; its places are pointers only."""
    from policyeval.syntax.python_reader import from_python  # noqa: PLC0415 - files do not need it

    root, diagnostics = from_python(value)
    checker.faults += diagnostics
    return _make_document(root, None, model, checker) if root is not None and not diagnostics else None


def _make_document(root: tree.Node, name: str | None, model: type[M], checker: Checker) -> Document[M] | None:
    faults = checker.faults
    policies: list[tuple[tree.Node, PolicyMark, Path]] = []
    before = len(faults)
    plain = _Plain(checker, policies).value(root, _shape(model), ())
    try:
        read = model.model_validate(plain)
        if len(faults) == before:
            return Document(name, root, read)
    except ValidationError as error:
        for one in _telling(error.errors(include_url=False, include_input=False)):
            node, place = _locate(root, one["loc"], key=one["type"] == "extra_forbidden")
            faults.append(describe(one, node, place, _owner(_shape(model), one["loc"][:-1])))
    unfit: Document[Any] = Document(name, root, None)
    for node, mark, path in policies:
        checker.check(node, mark, Spot(unfit, path))
    return None


def _telling(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what pydantic adds: an array whose items are all wrong is not empty."""
    wrong = {error["loc"][:-1] for error in errors}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in wrong]


def _pointer_of(path: Path) -> str:
    """Write a path as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{tree.pointer_part(str(step))}" for step in path)


def _locate(root: tree.Node, path: Path, *, key: bool = False) -> tuple[tree.Node, Place]:
    """Find what a path leads to, or as much of it as is there; with `key`, the last key itself."""
    node, walked = root, 0
    for walked, step in enumerate(path):
        if isinstance(node, tree.Mapping):
            found = next((entry for entry in node.entries if entry[0].value == step), None)
            if found is None:
                break
            if key and walked == len(path) - 1:
                return found[0], found[0].place(_pointer_of(path))
            node = found[1]
        elif isinstance(node, tree.List) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    else:
        walked = len(path)
    return node, node.place(_pointer_of(path[:walked]))


class _Shape(NamedTuple):
    """What a model says about a value before it is read: an object's fields, a list's items, a policy."""

    kind: Literal["object", "list", "policy", "plain"]
    model: type[BaseModel] | None = None
    item: Any = None
    mark: PolicyMark | None = None


_PLAIN = _Shape("plain")


@cache
def _shape(model: type[BaseModel]) -> _Shape:
    return _Shape("object", model)


@cache
def _fields(model: type[BaseModel]) -> dict[str, _Shape]:
    return {name: _marked(field.metadata) or _shape_of(field.annotation) for name, field in model.model_fields.items()}


def _shape_of(annotation: Any) -> _Shape:  # noqa: ANN401 - an annotation can be anything
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _shape(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _marked(annotation.__metadata__) or _shape_of(arguments[0])
    if get_origin(annotation) is tuple:
        return _Shape("list", item=_shape_of(arguments[0]))
    shapes = [shape for argument in arguments if (shape := _shape_of(argument)) is not _PLAIN]
    return shapes[0] if shapes and get_origin(annotation) is not dict else _PLAIN


def _marked(metadata: Any) -> _Shape | None:  # noqa: ANN401 - a list or tuple of anything
    return next((_Shape("policy", mark=mark) for mark in metadata if isinstance(mark, PolicyMark)), None)


def _owner(shape: _Shape, path: Path) -> type[BaseModel] | None:
    """Find the model that a path leads to."""
    for step in path:
        if shape.kind == "object" and shape.model is not None:
            shape = _fields(shape.model).get(str(step), _PLAIN)
        else:
            shape = shape.item if shape.kind == "list" else _PLAIN
    return shape.model


class _Plain:
    """Turns a tree into what pydantic takes; policies stay nodes and are noted. Readers limit the depth."""

    def __init__(self, checker: Checker, policies: list[tuple[tree.Node, PolicyMark, Path]]) -> None:
        self._faults = checker.faults
        self._secrets = checker.secrets
        self._policies = policies

    def value(self, node: tree.Node, shape: _Shape, path: Path) -> Any:  # noqa: ANN401 - any plain value
        if shape.mark is not None:
            self._policies.append((node, shape.mark, path))
            return node
        if isinstance(node, tree.Text | tree.Boolean):
            return node.value
        if isinstance(node, tree.Mapping):
            return self._object(node, shape, path)
        if isinstance(node, tree.List):
            item = shape.item if shape.kind == "list" else _PLAIN
            return [self.value(value, item, (*path, index)) for index, value in enumerate(node.items)]
        if isinstance(node, tree.Number):
            return _number(node.text)
        if isinstance(node, tree.Unknown):
            self._faults.append(Diagnostic(f"cannot be read: {node.why}", None, node.place(_pointer_of(path))))
        return None

    def _object(self, node: tree.Mapping, shape: _Shape, path: Path) -> dict[str, Any]:
        fields = _fields(shape.model) if shape.model is not None else {}
        plain: dict[str, Any] = {}
        secret = getattr(shape.model, "secret_key", None)
        for key, value in node.entries:
            name = key.value
            if name == secret and value.source is not None:
                self._secrets.append((value.source, value.start, value.end))
            if name in plain:
                place = key.place(_pointer_of((*path, name)))
                self._faults.append(Diagnostic(f"{ticked(name)} is given twice", None, place))
            else:
                plain[name] = self.value(value, fields.get(name, _PLAIN), (*path, name))
        return plain


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
