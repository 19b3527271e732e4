"""The service model of KMS: what every request and response is made of, and which errors it names.

Source: botocore's `kms/2014-11-01/service-2.json`, of the version that `kms_model().botocore` tells,
made into `data/kms.json` by `tests/catalog/make_kms_model.py`. What the server refuses beyond its
model is not here, and neither are the errors that every AWS service answers (AccessDeniedException,
ValidationException and their like).
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

__all__ = ["Operation", "ServiceModel", "Shape", "ShapeType", "kms_model", "read_model"]

ShapeType = Literal["structure", "list", "map", "string", "blob", "integer", "boolean", "timestamp"]

_NO_MEMBERS: Final[Mapping[str, "Shape"]] = MappingProxyType({})


class Shape(NamedTuple):
    """A type of the model, with its constraints.

    ``members`` are a structure's, in the model's order; ``member`` is the element of a list,
    ``key`` and ``value`` those of a map. ``min`` and ``max`` bound an integer's value, and the
    length of anything else: characters, bytes or elements. ``pattern`` is a regular expression
    of Java's that a whole string matches. A ``sensitive`` value is never shown.
    """

    name: str
    type: ShapeType
    members: Mapping[str, "Shape"] = _NO_MEMBERS
    required: frozenset[str] = frozenset()
    member: "Shape | None" = None
    key: "Shape | None" = None
    value: "Shape | None" = None
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    sensitive: bool = False


class Operation(NamedTuple):
    """An operation: its request, its response (None where the body is empty), the codes of its errors."""

    name: str
    input: Shape
    output: Shape | None
    errors: tuple[str, ...]


class ServiceModel(NamedTuple):
    """All operations by name, and the HTTP status of every error by its code."""

    botocore: str
    operations: Mapping[str, Operation]
    errors: Mapping[str, int]


@cache
def kms_model() -> ServiceModel:
    """Read the model; the first call costs a few milliseconds, the others nothing."""
    return read_model("kms")


def read_model(service: str) -> ServiceModel:
    """Read the model of a service that `data/` has."""
    data = json.loads((resources.files("policyeval.catalog") / "data" / f"{service}.json").read_text(encoding="utf-8"))
    shapes = _shapes(data["shapes"])
    operations = {
        name: Operation(name, shapes[row["input"]], shapes.get(row.get("output")), tuple(row["errors"]))
        for name, row in data["operations"].items()
    }
    return ServiceModel(data["botocore"], MappingProxyType(operations), MappingProxyType(data["errors"]))


def _shapes(rows: Mapping[str, Any]) -> Mapping[str | None, Shape]:
    shapes: dict[str | None, Shape] = {}

    def shape(name: str) -> Shape:
        if name not in shapes:
            shapes[name] = _shape(name, rows[name], shape)
        return shapes[name]

    for name in rows:
        shape(name)
    return shapes


def _shape(name: str, row: Mapping[str, Any], shape: Callable[[str], Shape]) -> Shape:
    rest: dict[str, Any] = {key: row[key] for key in ("min", "max", "pattern", "sensitive") if key in row}
    rest |= {key: shape(row[key]) for key in ("member", "key", "value") if key in row}
    return Shape(
        name,
        row["type"],
        members=MappingProxyType({member: shape(part) for member, part in row.get("members", {}).items()}),
        required=frozenset(row.get("required", ())),
        enum=tuple(row.get("enum", ())),
        **rest,
    )
