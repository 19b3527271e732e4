"""C103: a key that begins with `aws:` and does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._keys import find_key, is_well_formed, lacks_tag_name, nearest_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# Rules of their own say what is wrong with these.
_ELSEWHERE: Final = frozenset({"aws:arn", "aws:sourceowner"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the key up; one for a tag that lacks the tag's name is C114's."""
    folded = condition.folded
    if not folded.startswith("aws:") or folded in _ELSEWHERE or lacks_tag_name(folded):
        return
    if find_key(folded) is None and is_well_formed(condition.key):
        close = nearest_key(condition.key)
        hint = suggestion(close, "see the global condition keys")
        yield Flaw(
            condition.key_place(), f"there is no global condition key {ticked(condition.key)}", hint, meant=close
        )


RULE = Rule(
    code="C103",
    name="invalid-global-condition-key",
    severity=Severity.ERROR,
    access_analyzer="INVALID_GLOBAL_CONDITION_KEY",
    level=Level.CONDITION,
    check=check,
    summary="A global condition key does not exist.",
    why="No request has such a key: a condition on it fails, or with a negated operator always holds.",
    instead="Write a key of AWS's list of global condition keys, or one of the service.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-global-condition-key",
)
