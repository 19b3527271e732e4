"""P108: `"Principal": "*"` in a trust policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import kind
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(value: Value) -> Iterator[Flaw]:
    """Look for the star that stands alone."""
    if value.text == "*" and kind(value) == "AWS" and value.pointer.endswith("/Principal"):
        yield Flaw(
            value.place(),
            'a trust policy takes no `"*"` alone for everybody',
            'name who is trusted; `{"AWS": "*"}` trusts everyone whom no condition keeps out',
        )


RULE = Rule(
    code="P108",
    name="role-trust-policy-unsupported-wildcard-in-principal",
    severity=Severity.ERROR,
    access_analyzer="ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary='A role\'s trust policy has `"Principal": "*"`.',
    why="AWS refuses it in trust policies.",
    instead=(
        'Name the accounts, roles or services that are trusted. `{"AWS": "*"}` is taken, and trusts everyone with an '
        "AWS account whom no condition keeps out."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-role-trust-policy-unsupported-wildcard-in-principal",
)
