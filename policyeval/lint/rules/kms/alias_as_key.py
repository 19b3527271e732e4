"""K312: an alias where a key is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import ALIAS_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for aliases among the resources of actions of which none is about aliases (K4)."""
    resource = statement.resource
    actions = [action for _, action in named_actions(statement, "kms")]
    if resource is None or not actions or statement.action is None or len(actions) < len(statement.action.values):
        return
    if ALIAS_ACTIONS.isdisjoint(actions):
        for value in resource.values:
            if value.text.startswith("arn:") and ":alias/" in value.text:
                yield Flaw(
                    value.place(),
                    f"{ticked(value.text)} is the alias, and not the key that it leads to",
                    "name the key, or match `key/*` with a condition on `kms:ResourceAliases` or `kms:RequestAlias`",
                )


RULE = Rule(
    code="K312",
    name="alias-as-key",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    services=frozenset({"kms"}),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION, PolicyType.SCP, PolicyType.RCP, PolicyType.VPC_ENDPOINT}),
    summary="A policy names an alias as the resource of actions on keys.",
    why=(
        "The key behind an alias is found first, and the permission is asked on the key: an Allow of Decrypt on "
        "an alias allows nothing, and a Deny on it keeps nobody from the key. If it worked, moving the alias "
        "would move the permission."
    ),
    instead="Name the key's ARN; to go by alias, use `kms:ResourceAliases` or `kms:RequestAlias`.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html",
)
