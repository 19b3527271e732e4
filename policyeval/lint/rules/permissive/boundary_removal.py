"""W214: an Allow to take permissions boundaries off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import narrowed_by, values_covering
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


_REMOVE: Final = ("iam:deleterolepermissionsboundary", "iam:deleteuserpermissionsboundary")
_REPLACE: Final = ("iam:putrolepermissionsboundary", "iam:putuserpermissionsboundary")
_ALL_OF_IAM: Final = frozenset({"*", "*:*", "iam:*"})
_BOUNDARY: Final = frozenset({"iam:permissionsboundary"})


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for an Allow to delete boundaries, or to put others without saying which."""
    if not statement.allows:
        return
    replace = () if narrowed_by(statement, _BOUNDARY) else _REPLACE
    found = {
        value.index: value
        for action in (*_REMOVE, *replace)
        for value in values_covering(statement, action)
        if value.text not in _ALL_OF_IAM
    }
    for value in found.values():
        yield Flaw(
            value.place(),
            f"{ticked(value.text)} lets permissions boundaries be taken off or replaced",
            "deny it, or allow only the boundary that must stay, with `iam:PermissionsBoundary`",
        )


RULE = Rule(
    code="W214",
    name="boundary-removal",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"iam"}),
    summary="The policy lets permissions boundaries be removed or replaced.",
    why=(
        "A boundary holds only as long as those whom it limits cannot take it off. Whoever may delete the "
        "boundary of a role or put a wider one in its place has every permission that the role's policies name."
    ),
    instead=(
        "Deny the two Delete actions, and allow the two Put actions only with `StringEquals` on "
        "`iam:PermissionsBoundary`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate",
)
