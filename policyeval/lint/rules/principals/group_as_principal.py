"""P114: a group as principal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value

_GROUP: Final = re.compile(r"arn:[^:]*:iam::[^:]*:group/.+|AGPA[A-Z0-9]{12,}")


def check(value: Value) -> Iterator[Flaw]:
    """Look for ARNs and unique ids of groups."""
    if _GROUP.fullmatch(value.text):
        yield Flaw(value.place(), f"the group {ticked(value.text)} can be no principal", "name its users or a role")


RULE = Rule(
    code="P114",
    name="group-as-principal",
    severity=Severity.ERROR,
    level=Level.PRINCIPAL,
    check=check,
    summary="A principal is a group of IAM.",
    why="Groups are no principals: nobody makes requests as a group. AWS refuses the policy.",
    instead="Name the users or a role, or the account with a condition on `aws:PrincipalTag`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html",
)
