"""K202: a service that may use the key for whoever asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import narrowed_to_somebody
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import principals
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


# What a service says of whom it works for: the source, or what services write into the encryption context.
_ON_BEHALF: Final = frozenset(
    {
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "kms:calleraccount",
        "kms:encryptioncontext:",
        "kms:viaservice",
    }
)
_READING: Final = frozenset({"kms:describekey", "kms:getpublickey"})


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for a service principal in an Allow that does not say for whom."""
    if not statement.allows or narrowed_to_somebody(statement, _ON_BEHALF) or _only_reads(statement):
        return
    for value in principals(statement, "Service"):
        yield Flaw(
            value.place(),
            f"{ticked(value.text)} may use the key on behalf of any account",
            "add `StringEquals` on `aws:SourceAccount`, or `ArnLike` on `aws:SourceArn`",
        )


def _only_reads(statement: Statement) -> bool:
    element = statement.action
    if element is None or element.negated:
        return element is None
    return all(value.text.lower() in _READING for value in element.values)


RULE = Rule(
    code="K202",
    name="service-for-anybody",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.KEY}),
    summary="A key policy allows a service without saying on whose behalf.",
    why=(
        "A service calls in its own name for all of its customers. Whoever can have it encrypt or decrypt with "
        "your key, by naming the key in a trail, a topic or a log group of their own account, uses your key "
        "through it: the confused deputy."
    ),
    instead=(
        "Require `aws:SourceAccount` or `aws:SourceArn`; the guide of the service says which it sends. An ARN with a "
        "star for the account is anybody's."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/least-privilege.html",
)
