"""T401: an account as principal of a gateway endpoint's policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement, Value


# The services that gateway endpoints lead to.
_GATEWAYS: Final = ("s3", "dynamodb")
_ACCOUNT: Final = re.compile(r"(arn:[^:]+:iam::)?\d{12}(:root)?")


def check(principal: Value) -> Iterator[Flaw]:
    """Look for an account in an Allow of a service that has gateway endpoints."""
    statement = principal.statement
    if statement.allows and _ACCOUNT.fullmatch(principal.text) and _is_for_a_gateway(statement):
        yield Flaw(
            principal.place(),
            f"in a gateway endpoint's policy {ticked(principal.text)} is the account's root user and nobody else",
            'write `"Principal": "*"` with a condition on `aws:PrincipalAccount` or `aws:PrincipalArn`',
        )


def _is_for_a_gateway(statement: Statement) -> bool:
    element = statement.action
    if element is None or element.negated:
        return False
    return any(value.text.lower().startswith(f"{service}:") for value in element.values for service in _GATEWAYS)


RULE = Rule(
    code="T401",
    name="gateway-endpoint-account",
    severity=Severity.SUGGESTION,
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.VPC_ENDPOINT}),
    summary="A gateway endpoint's policy names an account as principal.",
    why=(
        "In the policy of a gateway endpoint (Amazon S3, DynamoDB) an account as principal is its root user "
        "alone, unlike in any other policy: every role behind the endpoint is refused. An interface endpoint "
        "takes it as the whole account."
    ),
    instead='Write `"Principal": "*"` with `StringEquals` on `aws:PrincipalAccount`.',
    source="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
)
