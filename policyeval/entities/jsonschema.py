"""The JSON Schema of an entities file, made of the models that read it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from policyeval.entities.policy_schema import DIALECT, POLICY_DEFINITIONS, POLICY_INPUT_DEFINITIONS
from policyeval.entities.schema import EntitiesModel


class _WithoutTitles(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of names: they say nothing that the names do not."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - the base class's
        return False


def schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Give the schema of a file whose model may hold policies."""
    schema = model.model_json_schema(schema_generator=_WithoutTitles, mode="validation")
    definitions = {**schema.pop("$defs", {}), **POLICY_DEFINITIONS, **POLICY_INPUT_DEFINITIONS}
    schema.pop("title", None)
    whole = {"$schema": DIALECT, "title": title, **schema, "$defs": dict(sorted(definitions.items()))}
    resolved: dict[str, Any] = _policies_named(whole)
    return resolved


def entities_schema() -> dict[str, Any]:
    """Give the schema of an entities file."""
    return schema_of(EntitiesModel, "policyeval entities, version 1")


def _policies_named(value: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """Put references where fields only name the definition they hold, and drop nulls as defaults."""
    if isinstance(value, list):
        return [_policies_named(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "policyeval" in value and isinstance(value["policyeval"], str):
        return {"$ref": f"#/$defs/{value['policyeval']}"}
    return {key: _policies_named(item) for key, item in value.items() if not (key == "default" and item is None)}
