"""W213: a resource that is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import CALLER_KEYS, narrowed_by, whole
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.view import Element
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement, Value


def check(principal: Value) -> Iterator[Flaw]:
    """Look for `*` in an Allow that no condition narrows down to somebody."""
    statement = principal.statement
    if principal.text == "*" and statement.allows and isinstance(principal.owner, Element):
        if principal.owner.negated or principal.owner.kind != "AWS" or narrowed_by(statement, CALLER_KEYS):
            return
        if not statement.policy.type_given and _may_be_of_an_endpoint(statement):
            return
        yield Flaw(
            principal.place(),
            "everybody is allowed this, also people without an AWS account",
            "name the principals, or add a condition such as `StringEquals` on `aws:PrincipalOrgID`",
        )


def _may_be_of_an_endpoint(statement: Statement) -> bool:
    # Of all resources' policies only those of VPC endpoints are about every action, and there `*` is usual.
    action = statement.action
    return action is not None and (whole(action) is not None or not action.complete)


RULE = Rule(
    code="W213",
    name="public-principal",
    severity=Severity.SECURITY_WARNING,
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.RESOURCE}),
    summary="A resource's policy allows everybody.",
    why=(
        '`"Principal": "*"` is every user of every AWS account, and for most services callers who have not '
        "signed at all. It is how buckets full of customers' data came to be found by search engines."
    ),
    instead="Name accounts, roles or services, or narrow `*` by `aws:PrincipalOrgID`, `aws:SourceArn` or the like.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
)
