"""P402: a principal that is named twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.fixes import remove_values
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import account
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement, Value


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for equal principals, and for `*` among those of AWS."""
    for element in statement.principals:
        seen: dict[str, Value] = {}
        for value in element.values if len(element.values) > 1 else ():
            same = account(value.text) or value.text
            if same in seen:
                yield Flaw(
                    value.place(),
                    f"{ticked(value.text)} is named before",
                    "take it out",
                    (seen[same].place(),),
                    remove_values([value]),
                )
            seen.setdefault(same, value)
        if element.kind == "AWS" and "*" in seen and len(seen) > 1:
            yield Flaw(seen["*"].place(), "`*` is everybody: the principals beside it say nothing", "take one out")


RULE = Rule(
    code="P402",
    name="redundant-principal",
    severity=Severity.SUGGESTION,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    summary="A principal is named twice, or beside everybody.",
    why="It says nothing. An account id and the ARN of its root are one principal (S10).",
    instead="Name each once.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
)
