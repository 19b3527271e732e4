"""C309: two conditions that no request satisfies."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._contradiction import contradict
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Compare each two conditions on the same key that are fully known and have no set operator."""
    known = [each for each in statement.conditions if each.complete and each.values and not each.quantifier]
    if len(known) <= 1:
        return
    by_key: dict[str, list[Condition]] = {}
    for each in known:
        by_key.setdefault(each.folded, []).append(each)
    for one, other in chain.from_iterable(combinations(alike, 2) for alike in by_key.values()):
        if one.operator != other.operator and contradict(one, other):
            yield Flaw(
                other.key_place(),
                f"{ticked(other.operator)} and {ticked(one.operator)} on {ticked(one.key)} never hold together",
                "write alternatives as values of one condition, or in statements of their own",
                (one.key_place(),),
            )


RULE = Rule(
    code="C309",
    name="contradiction",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="Two conditions on a key cannot hold at the same time.",
    why="All conditions of a statement must hold: it never applies. An Allow does nothing, a Deny denies nothing.",
    instead="Write alternatives as values of one condition, or in statements of their own.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html",
)
