"""The scenario file, version 1, as models: an entities file with cases."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

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
_DECISIONS: Final = ("allow", "deny")
_DOORS: Final = ("open", "conditional", "closed")
_OF_ACCOUNT: Final = frozenset({"name", "account", "action", "resource", "expect", "facts"})


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
    """One request and what is expected of its decision, or whether an account gets in; its name is a sentence."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["principal"]}, {"required": ["account"]}],
            "if": {"required": ["account"]},
            "then": {"properties": {"expect": {"enum": list(_DOORS)}}},
            "else": {"properties": {"expect": {"enum": list(_DECISIONS)}}},
        }
    )
    noun = "test"
    name: NonEmpty
    principal: NonEmpty | None = None
    account: AccountId | None = None
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
    expect: Literal["allow", "deny", "open", "conditional", "closed"]
    reason: Literal["allowed", "explicit_deny", "implicit_deny"] | None = None
    layer: LayerName | None = None
    rule: NonEmpty | None = None
    determined_by: tuple[Determining, ...] | None = None
    facts: tuple[FactId, ...] = ()

    @model_validator(mode="after")
    def _asks_of_one(self) -> CaseModel:
        if self.account is None and self.principal is None:
            message = "`principal` is missing from this test"
            raise fault(message, "or `account`, to ask whether a resource lets that in")
        if self.account is not None and (beside := sorted(self.model_fields_set - _OF_ACCOUNT)):
            message = f"a test of an account has no `{beside[0]}`"
            raise fault(message, "it asks of all its principals, over every context")
        asked, wanted = ("an account", _DOORS) if self.account is not None else ("a request", _DECISIONS)
        if self.expect not in wanted:
            message = f"`{self.expect}` is not what can be expected of {asked}"
            raise fault(message, f"one of {', '.join(wanted)}")
        return self

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
