"""W215: an Allow to assume roles of any name in any account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.denies import is_denied
from policyeval.lint.finding import Severity
from policyeval.lint.reach import every_resource, is_everything, unlimited, values_covering
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


_ASSUMING: Final = "sts:assumerole"
# The last star of a segment runs on over colons (S21).
_ANY_ROLE: Final = re.compile(r"arn:[^:]*:iam::\*(:(\*|role/\*))?")


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for roles of any account that no condition or Deny takes out; who may do everything is W207's."""
    element = statement.resource
    if not statement.allows or element is None or element.negated or not unlimited(statement):
        return
    where = every_resource(element) or next((each for each in element.values if _ANY_ROLE.fullmatch(each.text)), None)
    actions = [value for value in values_covering(statement, _ASSUMING) if not is_everything(value)]
    if where is not None and actions and not is_denied(statement.policy, _ASSUMING):
        yield Flaw(
            actions[0].place(),
            f"{ticked(actions[0].text)} lets every role be assumed that trusts the account",
            "name the roles, or add `StringEquals` on `aws:ResourceOrgID` or `aws:ResourceAccount`",
            (where.place(),),
        )


RULE = Rule(
    code="W215",
    name="assume-any-role",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"sts"}),
    summary="The policy allows assuming every role.",
    why=(
        "A role that trusts its account, as administrators' roles often do, leaves it to IAM policies who may assume "
        "it. With `sts:AssumeRole` on `*` whoever has the policy may take on each of them, and those of other accounts "
        "that trust this one."
    ),
    instead="Name the roles that are needed.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html",
)
