"""K201: a key that is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.denies import narrowed_by_deny
from policyeval.lint.finding import Severity
from policyeval.lint.reach import CALLER_KEYS, narrowed_to_somebody
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.view import Element
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(principal: Value) -> Iterator[Flaw]:
    """Look for `*` in an Allow that no condition narrows down to somebody; a service alone is not enough."""
    statement = principal.statement
    element = principal.owner
    if principal.text != "*" or not statement.allows or not isinstance(element, Element) or element.negated:
        return
    if (
        element.kind == "AWS"
        and not narrowed_to_somebody(statement, CALLER_KEYS)
        and not narrowed_by_deny(statement, CALLER_KEYS)
    ):
        yield Flaw(
            principal.place(),
            "everyone with an AWS account is allowed this on the key",
            "add `StringEquals` on `kms:CallerAccount` or `aws:PrincipalOrgID`, or name the principals",
        )


RULE = Rule(
    code="K201",
    name="public-key-policy",
    severity=Severity.SECURITY_WARNING,
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy allows everybody, in any account.",
    why=(
        "The key's own policy is half of what another account needs; the other half its administrators write "
        "themselves. With `*` any AWS account can decrypt what it comes by, and a copied snapshot or bucket is as "
        "good as plain text. `kms:ViaService` does not help: everybody can call by Amazon S3, too."
    ),
    instead=(
        "Add a condition on `kms:CallerAccount` or `aws:PrincipalOrgID`, as AWS does for its own keys, or name "
        "principals. Anybody can match a tag of the principal, an ARN with a star for the account, or a range of "
        "addresses broader than /8 (/32 of IPv6)."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account",
)
