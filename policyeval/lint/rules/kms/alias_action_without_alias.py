"""K314: an alias operation that names the key alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import ALIAS_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import allows_are_known, covers_action, named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Statement


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for Allows of alias operations, all of whose resources are keys (K4)."""
    if not allows_are_known(policy):
        return
    for action in sorted(ALIAS_ACTIONS):
        allowing = [each for each in policy.statements if each.allows and covers_action(each, action)]
        values = [value for each in allowing for value, name in named_actions(each, "kms") if name == action]
        if values and all(_only_keys(each) for each in allowing):
            yield Flaw(
                values[0].place(),
                f"{ticked(values[0].text)} is asked on the alias too, and only keys are among the resources",
                "add the alias, `arn:aws:kms:REGION:ACCOUNT:alias/NAME`, to the resources",
            )


def _only_keys(statement: Statement) -> bool:
    element = statement.resource
    if element is None or element.negated or not element.complete:
        return False
    return all(":key/" in value.text and value.text.startswith("arn:") for value in element.values)


RULE = Rule(
    code="K314",
    name="alias-action-without-alias",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"kms"}),
    summary="An identity policy allows an alias operation on keys and not on the alias.",
    why=(
        "Creating, moving and deleting an alias is asked on the key and on the alias, and on the alias only "
        "identity policies can allow it. With the key alone every call is refused."
    ),
    instead="Name both: the key, and the alias as `arn:aws:kms:REGION:ACCOUNT:alias/NAME`.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html",
)
