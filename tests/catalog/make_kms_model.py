"""Makes `policyeval/catalog/data/kms.json` and `sts.json` of the service models that the installed botocore ships.

Run `python -m tests.catalog.make_kms_model`, read the difference, and say in the changelog what AWS changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore
import botocore.loaders

DATA = Path(__file__).resolve().parents[2] / "policyeval" / "catalog" / "data"
HOME = DATA / "kms.json"
STS_HOME = DATA / "sts.json"
API_VERSION = "2014-11-01"
STS_VERSION = "2011-06-15"
# The operations of STS that are here; those of KMS all are.
OF_STS = ("AssumeRole", "GetCallerIdentity", "GetFederationToken", "GetSessionToken")

# What a shape keeps under its own name; the rest is documentation, or said otherwise below.
KEPT = ("required", "min", "max", "pattern", "enum", "sensitive")
SERVER_FAULT, CLIENT_FAULT = 500, 400


def render() -> str:
    """Write the model of KMS as JSON, a line a shape, so that a difference reads well."""
    return _render("kms", API_VERSION)


def render_sts() -> str:
    """Write the model of what is here of STS."""
    return _render("sts", STS_VERSION, OF_STS)


def _render(service: str, version: str, only: Collection[str] | None = None) -> str:
    model = botocore.loaders.Loader().load_service_model(service, "service-2", version)
    shapes, every = model["shapes"], model["operations"]
    operations = {name: operation for name, operation in every.items() if only is None or name in only}
    errors = {shape for operation in operations.values() for shape in _errors(operation)}
    parts = {
        "operations": {name: _operation(operation, shapes) for name, operation in sorted(operations.items())},
        "errors": {
            _code(name, shapes): _status(shape)
            for name, shape in sorted(shapes.items())
            if shape.get("exception") and (only is None or name in errors)
        },
        "shapes": {name: _shape(shapes[name]) for name in sorted(_used(operations, shapes))},
    }
    head = f'"botocore": {json.dumps(botocore.__version__)},\n"api_version": {json.dumps(version)}'
    return "{\n" + ",\n".join([head, *(_section(name, rows) for name, rows in parts.items())]) + "\n}\n"


def _section(name: str, rows: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
    return f"{json.dumps(name)}: {{\n{lines}\n}}"


def _operation(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"input": operation["input"]["shape"]}
    if "output" in operation:
        kept["output"] = operation["output"]["shape"]
    return kept | {"errors": [_code(name, shapes) for name in _errors(operation)]}


def _errors(operation: Mapping[str, Any]) -> list[str]:
    return [error["shape"] for error in operation.get("errors", ())]


def _code(name: str, shapes: Mapping[str, Any]) -> str:
    """Give the code on the wire; the query protocol has codes of its own."""
    code: str = shapes[name].get("error", {}).get("code", name)
    return code


def _status(shape: Mapping[str, Any]) -> int:
    status: int = SERVER_FAULT if shape.get("fault") else CLIENT_FAULT
    return shape.get("error", {}).get("httpStatusCode", status)


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
    STS_HOME.write_text(render_sts(), encoding="utf-8")
