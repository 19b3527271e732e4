"""K102: a key policy about some other key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import covers, has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Value


_KEY: Final = ":key/"


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Compare the key ARNs in Resource with the key's own, or where that is not known with each other."""
    named = [
        value
        for statement in policy.statements
        if statement.resource is not None
        for value in statement.resource.values
        if value.text.startswith("arn:") and _KEY in value.text
    ]
    arn = policy.key.arn
    if arn is not None:
        for value in named:
            if not covers(value.text, str(arn)):
                yield _flaw(value, f"{ticked(value.text)} is not this key, {ticked(str(arn))}")
        return
    exact = [value for value in named if not has_wildcard(value.text)]
    for value in exact:
        if value.text != exact[0].text:
            message = f"a key policy is about one key: {ticked(value.text)} is another than {ticked(exact[0].text)}"
            yield _flaw(value, message)


def _flaw(value: Value, message: str) -> Flaw:
    return Flaw(value.place(), message, 'write `"Resource": "*"`: in a key policy it means this key')


RULE = Rule(
    code="K102",
    name="resource-names-another-key",
    severity=Severity.ERROR,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy names another key as its resource.",
    why=(
        "A statement about another key does nothing here: an Allow lets nobody in, and a Deny protects nothing. "
        "It happens when a policy is copied from key to key, or when a key is replaced and its policy goes along."
    ),
    instead='Write `"Resource": "*"`, which in a key policy is the key that it is attached to and never another.',
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html#key-policy-elements",
)
