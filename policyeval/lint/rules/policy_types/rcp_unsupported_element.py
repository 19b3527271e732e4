"""T105: NotAction or NotPrincipal in a resource control policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


_UNSUPPORTED: Final = ("NotAction", "NotPrincipal")


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for the two elements that the language of these policies lacks."""
    for name in _UNSUPPORTED:
        if name in statement.entries:
            yield Flaw(
                statement.key_place(name),
                f"a resource control policy may not have `{name}`",
                f"use `{name.removeprefix('Not')}`, and a condition for what is spared",
            )


RULE = Rule(
    code="T105",
    name="rcp-unsupported-element",
    severity=Severity.ERROR,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy has NotAction or NotPrincipal.",
    why="AWS Organizations refuses it. NotResource is the only Not… element that these policies take.",
    instead='List the actions, write `"Principal": "*"`, and spare callers by a condition on `aws:PrincipalArn`.',
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html#rcp-syntax-unsupported",
)
