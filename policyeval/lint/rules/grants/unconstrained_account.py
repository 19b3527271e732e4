"""G202: a grant to a whole account, without a constraint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import is_constrained, operation_names, uses_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


_ACCOUNT: Final = re.compile(r"(arn:[^:]+:iam::)?(\d{12})(:root)?")


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look for an account as grantee of what uses the key, without any constraint."""
    principal = grant.text("GranteePrincipal")
    if principal is None or not _ACCOUNT.fullmatch(principal) or is_constrained(grant):
        return
    if any(map(uses_key, operation_names(grant))):
        yield Flaw(
            grant.place("GranteePrincipal"),
            f"whoever the administrators of {ticked(principal)} choose may use the key, for anything",
            "grant to a role, or add an encryption context or `SourceArn` constraint",
        )


RULE = Rule(
    code="G202",
    name="unconstrained-account",
    severity=Severity.SECURITY_WARNING,
    level=Level.GRANT,
    check=check,
    summary="A grant lets a whole account use the key without a constraint.",
    why=(
        "The account hands the grant on to its users by IAM policies that you do not see, and a wide one is "
        "enough: `kms:*` in an old administrator's policy is then a way to your data."
    ),
    instead="Grant to one role, and constrain the grant to its encryption context.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
)
