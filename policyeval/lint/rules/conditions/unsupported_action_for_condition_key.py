"""C117: actions whose requests never have the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._supported import has_key, is_listed
from policyeval.lint.words import listed
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# No requests of their own: whoever assumes a role with tags needs them as well, and the keys are those of that request.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
_ALONG: Final = frozenset({"sts:setcontext", "sts:setsourceidentity", "sts:tagsession"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the actions up that are named in full; who asks with IfExists or Null expects the key to be missing."""
    element = condition.statement.action
    if element is None or element.negated or condition.if_exists or condition.base not in OPERATORS:
        return
    assuming = condition.statement.policy.type is PolicyType.TRUST
    if not is_listed(condition.folded, assuming=assuming):
        return
    if condition.statement.policy.type is PolicyType.KEY and condition.folded.startswith("kms:"):
        return  # K308 and K309 say more
    without = [
        value
        for value in element.values
        if not has_wildcard(value.text)
        and has_key(value.text, condition.folded) is False
        and not (assuming and value.text.lower() in _ALONG)
    ]
    if without:
        yield Flaw(
            without[0].place(),
            f"requests for {listed(without)} have no {ticked(condition.key)}",
            "move it to a statement without this key",
            (*(value.place() for value in without[1:]), condition.key_place()),
        )


RULE = Rule(
    code="C117",
    name="unsupported-action-for-condition-key",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.RESOURCE, PolicyType.KEY, PolicyType.TRUST}),
    summary="A statement asks for a key that the requests of an action never have.",
    why=(
        "The key is missing from its requests: under a plain operator the statement never applies to the "
        "action, under a negated one always."
    ),
    instead="Move the action to a statement without the key.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-action-for-condition-key",
)
