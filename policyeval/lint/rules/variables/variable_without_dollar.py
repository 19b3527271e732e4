"""V303: braces around a key, without the dollar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import MARKS, Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement

_LOOKS_LIKE_ONE: Final = re.compile(r"(?<![$}\w])(?:\{|\$\s+\{|\$\()\s*([A-Za-z][\w-]*:[A-Za-z][\w/-]*)\s*[)}]")


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for known keys in braces."""
    for owner in (statement.resource, *statement.conditions):
        for value in owner.values if owner is not None else ():
            found = _LOOKS_LIKE_ONE.search(value.text) if "{" in value.text or "$(" in value.text else None
            if found is not None and find_key(found[1].lower()) is not None:
                yield Flaw(
                    value.place(found.start(), found.end()),
                    f"{ticked(found[0])} is no variable",
                    f"write `${{{found[1]}}}`",
                )


RULE = Rule(
    code="V303",
    name="variable-without-dollar",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({MARKS}),
    summary="A text looks like a policy variable and is none.",
    why="Without `$` before the brace it is text like any, and matches nothing.",
    instead="Write `${key}`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
)
