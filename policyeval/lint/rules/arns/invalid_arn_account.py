"""R107: an ARN of something that is no account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.arns import arn_fields, resource_types
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import matcher, overlap
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS: Final = re.compile(r"[0-9*?]+")
_ACCOUNT: Final = "?" * 12
# Who owns what all accounts share.
_OWNERS: Final = frozenset({"aws", "aws-marketplace"})


def check(resource: str) -> Iterator[TextFlaw]:
    """Look at the account: twelve digits, a pattern of such, or a word that the service has there (`aws`)."""
    fields = arn_fields(resource)
    if fields is None or not fields.account:
        return
    account = fields.account
    words = {kind.account for kind in resource_types(fields.service)} - {"", "*"} | _OWNERS
    if not (_DIGITS.fullmatch(account) and overlap(account, _ACCOUNT)) and not any(map(matcher(account), words)):
        yield TextFlaw(f"{ticked(account)} is no account id", "an account id has twelve digits")


RULE = Rule(
    code="R107",
    name="invalid-arn-account",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ARN_ACCOUNT",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The account of an ARN is no account id.",
    why=("No resource has such an ARN, so the statement matches nothing by it. Leading zeros belong to an account id."),
    instead="Write the twelve digits, or `*` for any account.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-account",
)
