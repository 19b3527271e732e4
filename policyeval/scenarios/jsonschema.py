"""The JSON Schemas that `policyeval schema` prints and `docs/schema/` keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from policyeval.entities.jsonschema import entities_schema, schema_of
from policyeval.entities.policy_schema import policy_schema
from policyeval.scenarios.schema import ScenarioModel


def scenario_schema() -> dict[str, Any]:
    """Give the schema of a scenario file."""
    return schema_of(ScenarioModel, "policyeval scenario, version 1")


SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = MappingProxyType(
    {"entities": entities_schema, "scenario": scenario_schema, "policy": policy_schema}
)


def schema_text(kind: str) -> str:
    """Give one of `SCHEMAS` as the JSON text that stands in `docs/schema/`.

    Raises `KeyError` for another kind.
    """
    return json.dumps(SCHEMAS[kind](), indent=2) + "\n"
