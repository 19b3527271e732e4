"""T303: a perimeter that shuts AWS's own services out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import conditions_unknown, ensures_key, is_negated
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement


# Keys that a service principal's request lacks or has nobody's value for: a negated operator then matches (S15, S31).
_OF_CALLERS: Final = frozenset({"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"})
_OF_SERVICES: Final = frozenset({"aws:principalisawsservice", "aws:principalservicename"})


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for a Deny of all callers outside of something that does not spare service principals."""
    if not statement.denies or conditions_unknown(statement):
        return
    outside = next((each for each in statement.conditions if each.folded in _OF_CALLERS and is_negated(each)), None)
    if outside is not None and not any(_spares(each) for each in statement.conditions):
        yield Flaw(
            outside.key_place(),
            f"{ticked(outside.key)} is no service principal's: this denies AWS services too",
            'add `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`',
        )


def _spares(condition: Condition) -> bool:
    # A condition that wants a key which services never have spares them as well, and one that is not known may.
    wants = ensures_key(condition) or not condition.complete
    return condition.folded in _OF_SERVICES or (condition.folded in _OF_CALLERS and wants)


RULE = Rule(
    code="T303",
    name="rcp-denies-aws-services",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy denies callers from outside, and AWS services with them.",
    why=(
        "A service that calls in its own name, such as CloudTrail writing into a bucket or logs encrypting with a "
        "key, belongs to no account and no organization. A Deny of everybody outside stops its deliveries on the "
        "day it is attached, in every account below."
    ),
    instead='Add `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}` to the Deny.',
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html",
)
