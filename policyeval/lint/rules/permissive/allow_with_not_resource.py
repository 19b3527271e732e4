"""W209: an Allow on everything but what is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for NotResource in an Allow."""
    resource = statement.resource
    if statement.allows and resource is not None and resource.negated and resource.values:
        yield Flaw(
            resource.key_place(),
            "`NotResource` in an Allow allows the actions on every other resource",
            "list the resources; to spare some, allow more and deny those",
        )


RULE = Rule(
    code="W209",
    name="allow-with-not-resource",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"NotResource"}),
    types=frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE}),
    summary="An Allow says with NotResource on what it does not allow.",
    why=(
        "The actions are allowed on everything else in the account: whatever is made later is open from its first "
        "minute, and a typing error in the one resource that is listed opens that one too."
    ),
    instead="List the resources with `Resource`. To spare some of a wide Allow, add a Deny on them.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
)
