"""P113: a principal of AWS that is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import kind
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value

_FORMS: Final = re.compile(
    r"\d{12}"
    r"|A(IDA|ROA|GPA)[A-Z0-9]{12,124}"  # unique ids: P301, P302 and P114 say more
    r"|[0-9a-f]{64}"  # a canonical user
    r"|arn:[a-z-]+:iam::\d{12}:(root|user/.+|role/.+|group/.+)"
    r"|arn:[a-z-]+:iam::cloudfront:user/CloudFront Origin Access Identity \w+"
    r"|arn:[a-z-]+:sts::\d{12}:(assumed-role/[^/]+/[^/]+|federated-user/[^/]+|self)"
    r"|arn:[a-z-]+:iam::\d{12}:assumed-role/[^/]+/[^/]+"  # AWS takes it for sts
)


def check(value: Value) -> Iterator[Flaw]:
    """Compare with the forms that there are; wildcards are P104's, variables V106's."""
    text = value.text
    if kind(value) != "AWS" or has_wildcard(text) or "${" in text:
        return
    if _FORMS.fullmatch(text) is None:
        yield Flaw(value.place(), f"{ticked(text)} is no principal of AWS", _hint(text))


def _hint(text: str) -> str:
    if text.isdigit():
        return "an account id has twelve digits, zeros at the front among them"
    if text.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return "write it under `Service`"
    if "-provider/" in text:
        return "an identity provider stands under `Federated`, in trust policies only"
    if ":assumed-role/" in text:
        return "write `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, without the role's path"
    return "write an account id or the ARN of a user, role or session"


RULE = Rule(
    code="P113",
    name="invalid-aws-principal",
    severity=Severity.ERROR,
    level=Level.PRINCIPAL,
    check=check,
    summary="A principal under `AWS` is no account, user, role, session or unique id.",
    why="AWS refuses to save the policy, or the statement never matches anybody.",
    instead=(
        "Write an account id of twelve digits or the ARN of a user, role or session; a session's ARN has no path in it."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
)
