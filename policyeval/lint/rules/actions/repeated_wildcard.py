"""A407: two stars in a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARS: Final = re.compile(r"\*{2,}")


def check(action: str) -> Iterator[TextFlaw]:
    """Look for two stars side by side."""
    at = action.find("**")
    if at >= 0:
        yield TextFlaw(
            f"two stars in {ticked(action)} mean what one does",
            "write one",
            at,
            at + len("**"),
            _STARS.sub("*", action),
        )


RULE = Rule(
    code="A407",
    name="repeated-wildcard",
    severity=Severity.SUGGESTION,
    level=Level.ACTION_TEXT,
    check=check,
    summary="Two stars stand side by side in an action.",
    why="They mean one star. Whoever reads them takes them for something else, as in file patterns.",
    instead="Write one star.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
