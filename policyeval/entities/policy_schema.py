"""The JSON Schema of an IAM policy document, for editors.

It says what the grammar of the policy language says; the meaning of actions, keys and values is
the linter's. Source: IAM user guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from typing import Any, Final

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

# For an editor to offer; a name that is none of these, with its prefix or IfExists, is the linter's to judge.
_OPERATORS: Final = (
    *(
        f"String{name}"
        for name in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
    ),
    *(
        f"{kind}{name}"
        for kind in ("Numeric", "Date")
        for name in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"),
    *(f"Arn{name}" for name in ("Equals", "NotEquals", "Like", "NotLike")),
)


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _one_or_more(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _not_both(name: str) -> dict[str, Any]:
    return {"not": {"required": [name, f"Not{name}"]}}


POLICY_DEFINITIONS: Final[dict[str, Any]] = {
    "Policy": {
        "type": "object",
        "description": "An IAM policy document.",
        "properties": {
            "Version": {"enum": ["2012-10-17", "2008-10-17"]},
            "Id": {"type": "string"},
            "Statement": {"anyOf": [_ref("Statement"), {"type": "array", "items": _ref("Statement"), "minItems": 1}]},
        },
        "required": ["Statement"],
        "additionalProperties": False,
    },
    "Statement": {
        "type": "object",
        "properties": {
            "Sid": {"type": "string"},
            "Effect": {"enum": ["Allow", "Deny"]},
            "Principal": _ref("Principal"),
            "NotPrincipal": _ref("Principal"),
            "Action": _ref("Texts"),
            "NotAction": _ref("Texts"),
            "Resource": _ref("Texts"),
            "NotResource": _ref("Texts"),
            "Condition": _ref("Condition"),
        },
        "required": ["Effect"],
        "allOf": [_not_both("Principal"), _not_both("Action"), _not_both("Resource")],
        "additionalProperties": False,
    },
    "Principal": {
        "anyOf": [
            {"const": "*"},
            {
                "type": "object",
                "propertyNames": {"enum": ["AWS", "Service", "Federated", "CanonicalUser"]},
                "additionalProperties": _ref("Texts"),
                "minProperties": 1,
            },
        ]
    },
    "Texts": _one_or_more({"type": "string"}),
    "Condition": {
        "type": "object",
        "properties": {operator: _ref("ConditionKeys") for operator in _OPERATORS},
        "additionalProperties": _ref("ConditionKeys"),
    },
    "ConditionKeys": {"type": "object", "additionalProperties": _ref("ConditionValues")},
    "ConditionValues": _one_or_more({"type": ["string", "number", "boolean"]}),
}

# How an entities file may hold a policy.
POLICY_INPUT_DEFINITIONS: Final[dict[str, Any]] = {
    "PolicyText": {"type": "string", "pattern": r"^\s*\{", "description": "A policy as a JSON text."},
    "PolicyInput": {
        "anyOf": [
            _ref("Policy"),
            _ref("PolicyText"),
            {
                "type": "object",
                "properties": {"name": {"type": "string"}, "document": _ref("PolicyInput")},
                "required": ["document"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"name": {"type": "string"}, "file": {"type": "string"}},
                "required": ["file"],
                "additionalProperties": False,
            },
        ]
    },
    "AttachedPolicy": {
        "anyOf": [
            _ref("PolicyInput"),
            {"type": "string", "pattern": "^arn:", "description": "The ARN of a managed policy."},
        ]
    },
}


def policy_schema() -> dict[str, Any]:
    """Give the schema of a policy document on its own."""
    return {
        "$schema": DIALECT,
        "title": "AWS IAM policy document",
        **_ref("Policy"),
        "$defs": POLICY_DEFINITIONS,
    }
