"""policyeval itself: three accounts, twelve roles with one policy, 25 keys with one policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from policyeval import Authorizer, Entities, PreparedRequest, Request
from tests.benchmarks.engines.contract import Run
from tests.benchmarks.workload import IDENTITY_POLICY, KEY_POLICY, KEYS, PRINCIPALS, A, Raw


def estate() -> dict[str, Any]:
    """Give the workload as an entities file."""
    accounts: dict[str, dict[str, Any]] = {}
    for principal in PRINCIPALS:
        account, name = principal.split(":")[4], principal.rpartition("/")[2]
        described = accounts.setdefault(account, {"id": account, "roles": [], "keys": []})
        policies = [{"name": "Documents", "document": IDENTITY_POLICY}]
        described["roles"].append({"name": name, "identity_policies": policies})
    accounts[A]["keys"] = [
        {"id": key.rpartition("/")[2], "region": key.split(":")[3], "policy": KEY_POLICY} for key in KEYS
    ]
    return {"policyeval": 1, "accounts": list(accounts.values())}


def prepare() -> Run:
    """From strings and dicts: the `Request` is built on the clock."""
    authorize = Authorizer(Entities.from_mapping(estate())).authorize

    def run(raws: Sequence[Raw]) -> list[bool]:
        return [
            authorize(
                Request(principal, action, resource, encryption_context=encryption_context, context=context)
            ).allowed
            for principal, action, resource, encryption_context, context in raws
        ]

    return run


def prepare_built() -> Callable[[Sequence[Request]], list[bool]]:
    """With requests that were built before the clock started (`request_of`)."""
    authorize = Authorizer(Entities.from_mapping(estate())).authorize

    def run(requests: Sequence[Request]) -> list[bool]:
        return [authorize(request).allowed for request in requests]

    return run


def prepare_prepared() -> Callable[[Sequence[PreparedRequest]], list[bool]]:
    """With requests that were built and read before the clock started (`prepared_of`); on it they are decided."""

    def run(requests: Sequence[PreparedRequest]) -> list[bool]:
        return [request.authorize().allowed for request in requests]

    return run


def prepare_reasons() -> Run:
    """From strings and dicts, and then read why: reason, layer and the determining statements."""
    authorize = Authorizer(Entities.from_mapping(estate())).authorize

    def run(raws: Sequence[Raw]) -> list[bool]:
        answers = []
        for principal, action, resource, encryption_context, context in raws:
            decision = authorize(
                Request(principal, action, resource, encryption_context=encryption_context, context=context)
            )
            _ = decision.reason, decision.layer, decision.determining_statements
            answers.append(decision.allowed)
        return answers

    return run


def request_of(raw: Raw) -> Request:
    """Build the request of raw strings and dicts."""
    return Request(
        raw.principal,
        raw.action,
        raw.resource,
        encryption_context=raw.encryption_context,
        context=raw.context,
    )


@cache
def _preparing() -> Authorizer:
    return Authorizer(Entities.from_mapping(estate()))


def prepared_of(raw: Raw) -> PreparedRequest:
    """Build the request of raw strings and dicts, and read it."""
    return _preparing().prepare(request_of(raw))
