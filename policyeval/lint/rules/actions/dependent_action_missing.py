"""A405: an action without the others that its call needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.dependent_actions import DEPENDENT_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import covers
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look, for each action that is named and needs others, whether the policy allows those at all."""
    allowing = [each.action for each in policy.statements if each.allows and each.action is not None]
    allowed = [value for element in allowing for value in element.values]
    needing = [value for value in allowed if value.text.lower() in DEPENDENT_ACTIONS]
    if not needing or not policy.complete or any(element.negated or not element.complete for element in allowing):
        return
    patterns = [value.text.lower() for value in allowed]
    for value in needing:
        needed = DEPENDENT_ACTIONS[value.text.lower()]
        missing = [name for name in needed if not any(covers(pattern, name.lower()) for pattern in patterns)]
        if missing:
            shown = ", ".join(f"`{name}`" for name in missing)
            yield Flaw(
                value.place(),
                f"the action {ticked(value.text)} also needs {shown}",
                "allow it too, unless another policy does",
            )


RULE = Rule(
    code="A405",
    name="dependent-action-missing",
    severity=Severity.SUGGESTION,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    summary="An action needs others that the policy does not allow.",
    why=(
        "The call is refused although its own action is allowed. Another policy of the same principal may allow "
        "the rest."
    ),
    instead="Allow the other actions too, on the resources that the call touches.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
