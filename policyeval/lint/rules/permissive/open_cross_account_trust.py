"""W402: a role that lets in a whole account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import narrowed_by, values_covering
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


_BINDING: Final = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltag/",
        "aws:sourceidentity",
        "aws:userid",
        "aws:username",
        "sts:externalid",
        "sts:sourceidentity",
    }
)
_ACCOUNT: Final = re.compile(r"(arn:[^:]+:iam::)?\d{12}(:root)?")


def check(principal: Value) -> Iterator[Flaw]:
    """Look for an account in an Allow without a condition that says who of it, or on whose behalf."""
    statement = principal.statement
    if not statement.allows or not _ACCOUNT.fullmatch(principal.text) or narrowed_by(statement, _BINDING):
        return
    if any(values_covering(statement, "sts:assumerole")):
        yield Flaw(
            principal.place(),
            f"everyone whom the account {ticked(principal.text)} lets may take on this role",
            "another company's account: require `sts:ExternalId`; one of yours: require `aws:PrincipalOrgID`",
        )


RULE = Rule(
    code="W402",
    name="open-cross-account-trust",
    severity=Severity.SUGGESTION,
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts a whole account without a condition.",
    why=(
        "If the account is a vendor's, any of its other customers can have the vendor take on your role, by "
        "giving your role's ARN as theirs: the confused deputy. An external id that only you and the vendor share "
        "stops that."
    ),
    instead=(
        "Require `sts:ExternalId` of a third party, `aws:PrincipalOrgID` of your own accounts, or name the one role."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
)
