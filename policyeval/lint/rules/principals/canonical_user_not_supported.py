"""P116: a canonical user outside of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import kind
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(value: Value) -> Iterator[Flaw]:
    """Look at the kind."""
    if kind(value) == "CanonicalUser":
        yield Flaw(value.place(), "only policies of Amazon S3 know canonical users", "name the account")


RULE = Rule(
    code="P116",
    name="canonical-user-not-supported",
    severity=Severity.ERROR,
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.KEY, PolicyType.TRUST}),
    summary="A key policy or trust policy names a canonical user.",
    why="Only policies of Amazon S3 know canonical users; AWS refuses the policy.",
    instead="Name the account.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
)
