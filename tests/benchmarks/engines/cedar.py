"""cedarpy: the two policies in Cedar's words.

Cedar permits when one policy permits; here both sides must. So there is one `permit` for each way in which both
say yes, and one `forbid` for each Deny: one call a decision, where asking the sides apart would take two.
Accounts and keys are entities; policies and entities are parsed once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from tests.benchmarks.engines.contract import Run
from tests.benchmarks.workload import ACTIONS, CRYPTO, KEYS, PRINCIPALS, A, B, Raw

POLICIES = f"""
@id("UseKeysForDocuments, TheAccountItself")
permit (principal in Account::"{A}", action in Action::"use", resource)
when {{
    resource.arn like "arn:aws:kms:us-east-1:{A}:key/*" &&
    context.ec has document && (context.ec.document like "invoices/*" || context.ec.document like "contracts/*")
}};

@id("UseKeysForDocuments, SharedWithB")
permit (principal in Account::"{B}", action in Action::"read", resource)
when {{
    resource.arn like "arn:aws:kms:us-east-1:{A}:key/*" &&
    context.ec has document && (context.ec.document like "invoices/*" || context.ec.document like "contracts/*") &&
    context.ec has tenant && ["blue", "green"].contains(context.ec.tenant) &&
    context.ec has stage && context.ec.stage like "prod-*"
}};

@id("LookAtKeys, TheAccountItself")
permit (principal in Account::"{A}", action == Action::"kms:DescribeKey", resource)
when {{ resource.arn like "arn:aws:kms:*:{A}:key/*" }};

@id("LeaveDraftsAlone")
forbid (principal, action in Action::"kms:*", resource)
when {{ context.ec has stage && context.ec.stage == "draft" }};

@id("KnownTenantsOnly")
forbid (principal, action in Action::"use", resource)
unless {{ context.ec has tenant && ["blue", "green", "red"].contains(context.ec.tenant) }};
"""


def _uid(kind: str, name: str) -> dict[str, Any]:
    return {"type": kind, "id": name}


def _entities() -> list[dict[str, Any]]:
    groups = {name: ["kms:*", "use", "read"] for name in CRYPTO} | {"kms:Encrypt": ["kms:*", "use"]}
    roles = [(arn, [_uid("Account", arn.split(":")[4])]) for arn in PRINCIPALS]
    actions = [(name, [_uid("Action", group) for group in groups.get(name, ["kms:*"])]) for name in ACTIONS]
    return [
        *({"uid": _uid("Role", arn), "attrs": {}, "parents": parents} for arn, parents in roles),
        *({"uid": _uid("Action", name), "attrs": {}, "parents": parents} for name, parents in actions),
        *({"uid": _uid("Key", arn), "attrs": {"arn": arn}, "parents": []} for arn in KEYS),
    ]


def prepare() -> Run:
    """One request, one call, as a service asks."""
    cedarpy = import_module("cedarpy")
    policies = cedarpy.PolicySet.from_str(POLICIES)
    entities = cedarpy.Entities.from_json_str(json.dumps(_entities()))
    is_authorized = cedarpy.is_authorized

    def run(raws: Sequence[Raw]) -> list[bool]:
        return [
            is_authorized(
                {
                    "principal": {"type": "Role", "id": principal},
                    "action": {"type": "Action", "id": action},
                    "resource": {"type": "Key", "id": resource},
                    "context": {"ec": encryption_context, **context},
                },
                policies,
                entities,
            ).allowed
            for principal, action, resource, encryption_context, context in raws
        ]

    return run


def prepare_batch() -> Run:
    """Its batch call, all requests at once."""
    cedarpy = import_module("cedarpy")
    policies = cedarpy.PolicySet.from_str(POLICIES)
    entities = cedarpy.Entities.from_json_str(json.dumps(_entities()))

    def run(raws: Sequence[Raw]) -> list[bool]:
        asked = [
            {
                "principal": {"type": "Role", "id": principal},
                "action": {"type": "Action", "id": action},
                "resource": {"type": "Key", "id": resource},
                "context": {"ec": encryption_context, **context},
            }
            for principal, action, resource, encryption_context, context in raws
        ]
        return [result.allowed for result in cedarpy.is_authorized_batch(asked, policies, entities)]

    return run
