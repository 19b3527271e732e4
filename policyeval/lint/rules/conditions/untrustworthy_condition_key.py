"""C209: a key that the caller may set to anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_null_check
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_KEYS: Final = frozenset({"aws:referer", "aws:useragent"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the key."""
    if condition.folded in _KEYS and not is_null_check(condition):
        yield Flaw(
            condition.key_place(), f"{ticked(condition.key)} is whatever the client sends", "use a key that AWS sets"
        )


RULE = Rule(
    code="C209",
    name="untrustworthy-condition-key",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="UNTRUSTWORTHY_CONDITION_KEY",
    level=Level.CONDITION,
    check=check,
    summary="Access depends on a key that the caller can set to anything.",
    why="The headers `Referer` and `User-Agent` are whatever the client sends.",
    instead="Write a key that AWS sets, such as `aws:SourceArn`, `aws:PrincipalOrgID` or `aws:SourceVpce`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-untrustworthy-condition-key",
)
