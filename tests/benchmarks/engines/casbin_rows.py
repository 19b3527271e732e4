"""pycasbin: one row for each way in which both sides say yes, one row for each Deny, deny overrides.

The matcher asks functions that are registered for it, Casbin's documented way to say what its language cannot;
rules as text in the rows (`eval`) would be parsed anew at every decision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from tests.benchmarks.engines.contract import Run
from tests.benchmarks.workload import A, B, Raw

MODEL = """
[request_definition]
r = account, act, obj, ec

[policy_definition]
p = account, act, obj, cond, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = (p.account == "*" || r.account == p.account) && regexMatch(r.act, p.act) && keyMatch(r.obj, p.obj) \\
  && holds(r.ec, p.cond)
"""
_USE = "^kms:(Encrypt|Decrypt|GenerateDataKey.*)$"
_READ = "^kms:(Decrypt|GenerateDataKey.*)$"
_US_KEYS = f"arn:aws:kms:us-east-1:{A}:key/*"
ROWS = (
    (A, _USE, _US_KEYS, "document", "allow"),  # UseKeysForDocuments, TheAccountItself
    (B, _READ, _US_KEYS, "shared", "allow"),  # UseKeysForDocuments, SharedWithB
    (A, "^kms:DescribeKey$", "arn:aws:kms:*", "always", "allow"),  # LookAtKeys, TheAccountItself
    ("*", "^kms:", "*", "draft", "deny"),  # LeaveDraftsAlone
    ("*", _USE, "*", "unknown tenant", "deny"),  # KnownTenantsOnly
)
_DOCUMENTS = ("invoices/", "contracts/")
CONDITIONS: dict[str, Callable[[dict[str, str]], bool]] = {
    "always": lambda _: True,
    "document": lambda ec: ec.get("document", "").startswith(_DOCUMENTS),
    "shared": lambda ec: (
        ec.get("document", "").startswith(_DOCUMENTS)
        and ec.get("tenant") in {"blue", "green"}
        and ec.get("stage", "").startswith("prod-")
    ),
    "draft": lambda ec: ec.get("stage") == "draft",
    "unknown tenant": lambda ec: ec.get("tenant") not in {"blue", "green", "red"},
}


def prepare() -> Run:
    """Load model and rows once."""
    casbin = import_module("casbin")
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=MODEL))
    enforcer.add_function("holds", _holds)
    for row in ROWS:
        enforcer.add_policy(*row)
    enforce: Any = enforcer.enforce

    def run(raws: Sequence[Raw]) -> list[bool]:
        return [
            enforce(principal.split(":")[4], action, resource, encryption_context)
            for principal, action, resource, encryption_context, _ in raws
        ]

    return run


def _holds(encryption_context: dict[str, str], condition: str) -> bool:
    return CONDITIONS[condition](encryption_context)
