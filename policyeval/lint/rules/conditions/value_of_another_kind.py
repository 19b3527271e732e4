"""C126: what is no account, organization or path, on a key that holds one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_ACCOUNTS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:resourceaccount",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:vpceaccount",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:resourceaccount",
    }
)
_ORGANIZATIONS: Final = frozenset({"aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid"})
_PATHS: Final = frozenset({"aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"})
# What certainly is something else; names to be filled in are let be.
_NO_ACCOUNT: Final = re.compile(r"arn:.*|(o|ou|r)-.*|(?!\d{12}$)\d+")
_NO_ORGANIZATION: Final = re.compile(r"arn:.*|(ou|r)-.*|o-[^/]*/.*|\d+")
_NO_PATH: Final = re.compile(r"arn:.*|(ou|r)-.*|\d+|o-[^*?]*[^*?/]")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for ids of something else, and for paths that stop short."""
    if operand_type(condition.base) != "String":
        return
    if condition.folded in _ACCOUNTS:
        other, what, hint = _NO_ACCOUNT, "account id", "an account id has twelve digits"
    elif condition.folded in _ORGANIZATIONS:
        other, what, hint = _NO_ORGANIZATION, "id of an organization", "an id is `o-` and 10 to 32 characters"
    elif condition.folded in _PATHS:
        hint = "a path begins with the organization and ends in a slash: `o-ID/r-ID/ou-ID/`"
        other, what = _NO_PATH, "path in an organization"
    else:
        return
    for value in condition.values:
        text = value.text
        if "${" not in text and other.fullmatch(text) is not None:
            yield Flaw(value.place(), f"{ticked(text)} is no {what}", hint)


RULE = Rule(
    code="C126",
    name="value-of-another-kind",
    severity=Severity.ERROR,
    level=Level.CONDITION,
    check=check,
    summary="A key that holds an account, an organization or a path in one is compared with something else.",
    why=(
        "No request has such a value: an Allow under it does nothing, and a Deny with a negated operator hits all. "
        "It is easily written: `kms:CallerAccount` with the ARN of the account, or a path without its last slash."
    ),
    instead="Write twelve digits for an account, `o-ID` for an organization, and `o-ID/r-ID/ou-ID/` for a path.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
)
