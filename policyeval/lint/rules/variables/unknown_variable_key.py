"""V301: a variable of a key that does not exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import MARKS, Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._keys import find_key, is_of_device, is_of_provider, nearest_key
from policyeval.lint.rules.variables._found import values_with_variables, variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement

# What services fill in before IAM sees the policy: AWS Transfer Family in its users' session policies, and the
# credentials provider of AWS IoT Core (transfer/latest/userguide/users-policies-session.html,
# iot/latest/developerguide/authorizing-direct-aws.html).
_FILLED_IN: Final = re.compile(
    "transfer:(homebucket|homedirectory|homefolder|username)|credentials-iot:(awscertificateid|thingname|thingtypename)"
)
# Anything else V103 and V105 say more about.
_KEY: Final = re.compile(r"[\w:/.@+=-]+")


def check(statement: Statement) -> Iterator[Flaw]:
    """Look the keys up; claims of identity providers are nobody's to list, nor is what devices of AWS IoT are."""
    for value in values_with_variables(statement):
        for found in variables(value.text):
            folded = found.key.lower()
            is_nobodys = is_of_provider(folded) or is_of_device(folded) or _FILLED_IN.fullmatch(folded)
            if _KEY.fullmatch(found.key) and find_key(folded) is None and not is_nobodys:
                message = f"there is no condition key {ticked(found.key)}"
                yield Flaw(value.place(found.start, found.end), message, _hint(found.key))


def _hint(key: str) -> str | None:
    if key.lower().startswith("aws::"):
        return "in a template of CloudFormation `Fn::Sub` fills it in; elsewhere replace the placeholder"
    if "::" in key or ":" not in key:
        return "replace the placeholder"
    return suggestion(nearest_key(key), "name a condition key")


RULE = Rule(
    code="V301",
    name="unknown-variable-key",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({MARKS}),
    summary="A policy variable names no condition key.",
    why="It never has a value: the resource or condition with it matches nothing.",
    instead="Name a condition key. Placeholders of CloudFormation or Terraform have to be replaced first.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
)
