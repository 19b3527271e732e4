"""Makes `policyeval/catalog/data/kms.json` of the service model that the installed botocore ships.

Run `python -m tests.catalog.make_kms_model`, read the difference, and say in the changelog what AWS changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore
import botocore.loaders

HOME = Path(__file__).resolve().parents[2] / "policyeval" / "catalog" / "data" / "kms.json"
API_VERSION = "2014-11-01"

# What a shape keeps under its own name; the rest is documentation, or said otherwise below.
KEPT = ("required", "min", "max", "pattern", "enum", "sensitive")
SERVER_FAULT, CLIENT_FAULT = 500, 400


def render() -> str:
    """Write the model as JSON, a line a shape, so that a difference reads well."""
    model = botocore.loaders.Loader().load_service_model("kms", "service-2", API_VERSION)
    shapes, operations = model["shapes"], model["operations"]
    parts = {
        "operations": {name: _operation(operation) for name, operation in sorted(operations.items())},
        "errors": {name: _status(shape) for name, shape in sorted(shapes.items()) if shape.get("exception")},
        "shapes": {name: _shape(shapes[name]) for name in sorted(_used(operations, shapes))},
    }
    head = f'"botocore": {json.dumps(botocore.__version__)},\n"api_version": {json.dumps(API_VERSION)}'
    return "{\n" + ",\n".join([head, *(_section(name, rows) for name, rows in parts.items())]) + "\n}\n"


def _section(name: str, rows: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
    return f"{json.dumps(name)}: {{\n{lines}\n}}"


def _operation(operation: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"input": operation["input"]["shape"]}
    if "output" in operation:
        kept["output"] = operation["output"]["shape"]
    return kept | {"errors": [error["shape"] for error in operation["errors"]]}


def _status(shape: Mapping[str, Any]) -> int:
    return SERVER_FAULT if shape.get("fault") else CLIENT_FAULT


def _shape(shape: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"type": shape["type"]} | {key: shape[key] for key in KEPT if key in shape}
    if shape["type"] == "structure":
        kept["members"] = {name: member["shape"] for name, member in shape["members"].items()}
    return kept | {key: shape[key]["shape"] for key in ("member", "key", "value") if key in shape}


def _used(operations: Mapping[str, Any], shapes: Mapping[str, Any]) -> set[str]:
    """Find the shapes that requests and responses are made of."""
    ends = [
        operation[end]["shape"] for operation in operations.values() for end in ("input", "output") if end in operation
    ]
    used: set[str] = set()
    while ends:
        name = ends.pop()
        if name not in used:
            used.add(name)
            ends.extend(_parts(shapes[name]))
    return used


def _parts(shape: Mapping[str, Any]) -> Iterator[str]:
    yield from (member["shape"] for member in shape.get("members", {}).values())
    yield from (shape[key]["shape"] for key in ("member", "key", "value") if key in shape)


if __name__ == "__main__":
    HOME.write_text(render(), encoding="utf-8")
