"""P306: a service whose name is a letter away from another's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policyeval.catalog.regions import regions
from policyeval.catalog.service_data import service_data
from policyeval.catalog.service_principals import SERVICE_PRINCIPALS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement, Value

_NAMED: Final = re.compile(r"([a-z0-9.-]+)\.(amazonaws\.com(?:\.cn)?|amazon\.com)")
_KEYS: Final = frozenset(
    {
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "iam:awsservicename",
        "iam:passedtoservice",
        "kms:viaservice",
    }
)
# Services of shorter names are a letter away from each other: sms, sns and sqs.
_LONG: Final = 5


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at principals, and at the keys that hold some."""
    for value in _services(statement):
        meant = _meant(value.text)
        if meant is not None:
            message = f"no service is known as {ticked(value.text)}"
            yield Flaw(value.place(), message, suggestion(meant), meant=meant)


def _services(statement: Statement) -> Iterator[Value]:
    for element in statement.principals:
        if element.kind == "Service":
            yield from element.values
    for condition in statement.conditions:
        if condition.folded in _KEYS:
            yield from condition.values


@lru_cache(maxsize=1024)
def _meant(text: str) -> str | None:
    """Give the principal that was meant instead of one that nobody knows; private and later ones are let be."""
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    name, domain = found.groups()
    service, dot, region = name.rpartition(".")
    if not any(region in names for names in regions().values()):
        service, dot, region = name, "", ""
    if domain == "amazon.com":  # which a few have, such as Alexa's
        close, domain = service if service in SERVICE_PRINCIPALS else None, "amazonaws.com"
    elif service in SERVICE_PRINCIPALS or service in service_data().services or len(service) < _LONG - 1:
        close = None
    else:
        close = next((known for known in sorted(SERVICE_PRINCIPALS) if _is_a_slip(service, known)), None)
    return f"{close}{dot}{region}.{domain}" if close is not None else None


def _is_a_slip(word: str, known: str) -> bool:
    """Tell whether one letter too many, too few or other than it should be, or two the wrong way round, part two words.

    What differs in a digit is another version.
    """
    if len(known) < _LONG or abs(len(word) - len(known)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    ours, theirs = word[at:], known[at:]
    if ours[:1].isdigit() or theirs[:1].isdigit():
        return False
    if len(word) != len(known):
        return ours[1:] == theirs or ours == theirs[1:]
    return ours[1:] == theirs[1:] or (ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:])


RULE = Rule(
    code="P306",
    name="misspelt-service",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition", "NotPrincipal", "Principal"}),
    summary="The name of a service is a letter away from that of another, and nobody knows it.",
    why=(
        "IAM refuses such a principal; in other policies, and in keys such as `iam:PassedToService` and "
        "`kms:ViaService`, the service that was meant is not let in, or not kept out. AWS has services that it does "
        "not list: one with such a name is taken for a slip."
    ),
    instead="Write the service principal as the guide of the service does.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services",
)
