"""S303: a Sid that comes twice where it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Statement


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Compare the Sids; AWS requires it of other types, and there the parser says so."""
    first: dict[str, Statement] = {}
    for statement in policy.statements:
        if statement.sid and first.setdefault(statement.sid, statement) is not statement:
            message = f"duplicate Sid {ticked(statement.sid)}"
            line = first[statement.sid].place("Sid").line
            hint = f"it was first given {f'on line {line}' if line is not None else 'before'}"
            yield Flaw(statement.place("Sid"), message, hint)


RULE = Rule(
    code="S303",
    name="unique-sids-recommended",
    severity=Severity.WARNING,
    access_analyzer="UNIQUE_SIDS_RECOMMENDED",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.RESOURCE, PolicyType.KEY, PolicyType.TRUST, PolicyType.VPC_ENDPOINT}),
    summary="Two statements of a resource policy have the same Sid.",
    why=(
        "Such a policy is taken, but a finding, a decision or an API call that names the Sid does not say which "
        "statement it means."
    ),
    instead="Name each statement after what it is for.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
