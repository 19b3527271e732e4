"""V109: a variable that a caller fills, for a sensitive key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.keys import SENSITIVE_KEYS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.variables._found import variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_TAGS: Final = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for tags in the values of sensitive keys."""
    if condition.folded not in SENSITIVE_KEYS or condition.base != "StringLike":
        return
    for value in condition.values:
        if any(found.key.lower().startswith(_TAGS) for found in variables(value.text)):
            yield Flaw(
                value.place(),
                f"a tag with a wildcard in it makes {ticked(value.text)} match any {ticked(condition.key)}",
                "use `StringEquals`",
            )


RULE = Rule(
    code="V109",
    name="variable-usage-too-permissive",
    severity=Severity.ERROR,
    access_analyzer="VARIABLE_USAGE_TOO_PERMISSIVE",
    level=Level.CONDITION,
    check=check,
    summary="A tag is compared under `StringLike` with a key that says whose a request is.",
    why="A tag whose value is `*` is a wildcard there: whoever sets the tag matches every account.",
    instead="Write the ids in full, or use `StringEquals`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-variable-usage-too-permissive",
)
