"""The scenario file, version 1, as models: an entities file with cases."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from policyeval.entities.fields import (
    AccountId,
    IdentityPolicy,
    InlinePolicy,
    Matching,
    Moment,
    OneOf,
    SessionName,
    fault,
)
from policyeval.entities.schema import EntitiesModel, Model, Tags
from policyeval.model.decision import Layer

# Where the structure itself decides there is no layer: then `rule` tells (K3).
NO_LAYER: Final = "none"


def _context_value(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    if all(isinstance(one, str | int | float | bool) for one in values):
        return value
    message = "a context value is a string, a number, a boolean or an array of them"
    raise fault(message)


def _number_or_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_SCALAR: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}
ContextInput = Annotated[
    Any,
    BeforeValidator(_context_value),
    WithJsonSchema({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}),
]
Determining = Annotated[str, BeforeValidator(_number_or_text), WithJsonSchema({"type": ["string", "integer"]})]
_ALSO: Final = (
    ("key_policy", "resource_policy"),
    ("trust_policy", "role_trust_policy"),
    ("scp", "service_control_policy"),
    ("rcp", "resource_control_policy"),
    ("boundary", "permissions_boundary"),
)
LayerName = Annotated[str, OneOf("a layer", (*(str(layer) for layer in Layer), NO_LAYER), _ALSO)]
FactId = Annotated[str, Matching(r"[SKG][0-9]{1,2}", "a numbered fact of docs/semantics.md, such as `S8`")]
NonEmpty = Annotated[str, Field(min_length=1)]


class SessionModel(Model):
    """The session that calls."""

    noun = "session"
    name: SessionName | None = None
    policy: InlinePolicy = None
    policies: tuple[IdentityPolicy, ...] = ()
    tags: Tags = Field(default_factory=dict)
    source_identity: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> SessionModel:
        if self.policy is not None and self.policies:
            message = "a session has either a `policy` or `policies`"
            raise fault(message, "put them all under `policies`")
        return self


class CaseModel(Model):
    """One request and what is expected of its decision; its name is a sentence."""

    noun = "test"
    name: NonEmpty
    principal: NonEmpty
    session: SessionModel | None = None
    action: NonEmpty
    resource: NonEmpty
    encryption_context: dict[str, str] | None = None
    context: dict[str, ContextInput] = Field(default_factory=dict)
    via_service: NonEmpty | None = None
    vpc_endpoint: NonEmpty | None = None
    grant_tokens: tuple[str, ...] = ()
    at: Moment | None = None
    resource_account: AccountId | None = None
    expect: Literal["allow", "deny"]
    reason: Literal["allowed", "explicit_deny", "implicit_deny"] | None = None
    layer: LayerName | None = None
    rule: NonEmpty | None = None
    determined_by: tuple[Determining, ...] | None = None
    facts: tuple[FactId, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> CaseModel:
        if self.reason is not None and (self.reason == "allowed") != (self.expect == "allow"):
            message = f"reason `{self.reason}` does not go with `expect: {self.expect}`"
            raise fault(message)
        return self


class ScenarioModel(EntitiesModel):
    """A scenario file: entities, and the cases that must hold of them."""

    noun = "scenario file"
    tests: tuple[CaseModel, ...] = ()
