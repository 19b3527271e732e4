"""Decide and lint who may use a KMS key.

The names here are the public face; they load what they need when first used, so that the
command starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policyeval.authorizer import AccountAccess, Authorizer, Decision, PolicySet, PreparedRequest, simulate
    from policyeval.entities import Entities
    from policyeval.errors import (
        EntitiesError,
        PolicyEvalError,
        PolicySyntaxError,
        RequestError,
        UnknownEntityError,
    )
    from policyeval.model.decision import Access, Layer, LayerVerdict, StatementRef
    from policyeval.model.grant import Grant
    from policyeval.model.policy import Policy, PolicyType, Statement
    from policyeval.model.records import PolicySource
    from policyeval.model.request import Request, Session
    from policyeval.model.source import Diagnostic, Place
    from policyeval.syntax.policy import parse_policy

__version__ = "0.1.0"

_HOMES = {
    "Access": "policyeval.model.decision",
    "AccountAccess": "policyeval.authorizer",
    "Authorizer": "policyeval.authorizer",
    "Decision": "policyeval.authorizer",
    "Diagnostic": "policyeval.model.source",
    "Entities": "policyeval.entities",
    "EntitiesError": "policyeval.errors",
    "Grant": "policyeval.model.grant",
    "Layer": "policyeval.model.decision",
    "LayerVerdict": "policyeval.model.decision",
    "Place": "policyeval.model.source",
    "Policy": "policyeval.model.policy",
    "PolicyEvalError": "policyeval.errors",
    "PolicySet": "policyeval.authorizer",
    "PolicySource": "policyeval.model.records",
    "PolicySyntaxError": "policyeval.errors",
    "PolicyType": "policyeval.model.policy",
    "PreparedRequest": "policyeval.authorizer",
    "Request": "policyeval.model.request",
    "RequestError": "policyeval.errors",
    "Session": "policyeval.model.request",
    "Statement": "policyeval.model.policy",
    "StatementRef": "policyeval.model.decision",
    "UnknownEntityError": "policyeval.errors",
    "parse_policy": "policyeval.syntax.policy",
    "simulate": "policyeval.authorizer",
}

__all__ = [
    "Access",
    "AccountAccess",
    "Authorizer",
    "Decision",
    "Diagnostic",
    "Entities",
    "EntitiesError",
    "Grant",
    "Layer",
    "LayerVerdict",
    "Place",
    "Policy",
    "PolicyEvalError",
    "PolicySet",
    "PolicySource",
    "PolicySyntaxError",
    "PolicyType",
    "PreparedRequest",
    "Request",
    "RequestError",
    "Session",
    "Statement",
    "StatementRef",
    "UnknownEntityError",
    "parse_policy",
    "simulate",
]


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
