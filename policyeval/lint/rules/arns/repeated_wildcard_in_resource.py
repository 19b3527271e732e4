"""R402: two stars in a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARS: Final = re.compile(r"\*{2,}")


def check(resource: str) -> Iterator[TextFlaw]:
    """Look for two stars side by side."""
    at = resource.find("**")
    if at >= 0:
        yield TextFlaw(
            f"two stars in {ticked(resource)} mean what one does",
            "write one",
            at,
            at + len("**"),
            _STARS.sub("*", resource),
        )


RULE = Rule(
    code="R402",
    name="repeated-wildcard-in-resource",
    severity=Severity.SUGGESTION,
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="Two stars stand side by side in a resource.",
    why=(
        "They mean one star, which runs over slashes as well. Whoever reads them takes them for something else, as"
        " in file patterns."
    ),
    instead="Write one star.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
)
