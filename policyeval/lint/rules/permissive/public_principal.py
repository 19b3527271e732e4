"""W213: a resource or a role that is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.denies import narrowed_by_deny
from policyeval.lint.finding import Severity
from policyeval.lint.reach import CALLER_KEYS, covers_action, narrowed_to_somebody, whole
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.view import Element
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement, Value


_ASSUMING: Final = "sts:assumerole"
# Whoever takes on a role must have been told its external id, if it asks for one.
_ASSUMING_KEYS: Final = CALLER_KEYS | {"sts:externalid"}
_EVERYBODY: Final = "everybody is allowed this, also people without an AWS account"


def check(principal: Value) -> Iterator[Flaw]:
    """Look for `*` in an Allow that no condition, and no Deny, narrows down to somebody."""
    statement = principal.statement
    if principal.text != "*" or not statement.allows or not isinstance(principal.owner, Element):
        return
    if principal.owner.negated or principal.owner.kind != "AWS":
        return
    if statement.policy.type is PolicyType.TRUST:
        # The other actions that assume are for no principal of AWS's: P111.
        if (
            covers_action(statement, _ASSUMING)
            and not narrowed_to_somebody(statement, _ASSUMING_KEYS)
            and not narrowed_by_deny(statement, _ASSUMING_KEYS, _ASSUMING)
        ):
            yield _flaw(principal, "everyone with an AWS account may take on this role")
    elif (
        not narrowed_to_somebody(statement, CALLER_KEYS)
        and (statement.policy.type_given or not _may_be_of_an_endpoint(statement))
        and not narrowed_by_deny(statement, CALLER_KEYS)
    ):
        signed = any(map(_asks_for_a_signature, statement.conditions))
        yield _flaw(principal, "everyone with an AWS account is allowed this" if signed else _EVERYBODY)


def _flaw(principal: Value, message: str) -> Flaw:
    hint = "name the principals, or add a condition such as `StringEquals` on `aws:PrincipalOrgID`"
    return Flaw(principal.place(), message, hint)


def _asks_for_a_signature(condition: Condition) -> bool:
    values = [value.text for value in condition.values]
    return condition.folded == "lambda:functionurlauthtype" and values == ["AWS_IAM"]


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
    types=frozenset({PolicyType.RESOURCE, PolicyType.TRUST}),
    summary="A policy of a resource or a role allows everybody.",
    why=(
        '`"Principal": "*"` is every user of every AWS account, and for most services callers who have not '
        "signed at all. It is how buckets full of customers' data came to be found by search engines. A role that "
        "trusts `*` lends its permissions to whoever learns its ARN."
    ),
    instead=(
        "Name accounts, roles or services, or narrow `*` by `aws:PrincipalOrgID`, `aws:SourceArn` or the like; a Deny "
        "of all others in the same policy does as well. Anybody can match a tag of the principal, an ARN with a star "
        "for the account, or a range of addresses broader than /8 (/32 of IPv6)."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
)
