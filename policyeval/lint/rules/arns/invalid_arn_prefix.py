"""R101: a resource that is no ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard, overlap
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policyeval.lint.view import Value

# In the policy of an API, Amazon API Gateway writes the rest of the ARN.
_OF_THE_API: Final = "execute-api:/"


def check(value: Value) -> Iterable[Flaw]:
    """Look at what comes before the first colon; a pattern or a variable there may well mean `arn`."""
    return () if value.text.startswith("arn:") else _check(value)


def _check(value: Value) -> Iterator[Flaw]:
    resource = value.text
    if resource.startswith(_OF_THE_API) and value.statement.policy.type is PolicyType.RESOURCE:
        return
    prefix, colon, _ = resource.partition(":")
    if resource == "*" or resource != resource.strip() or not resource or resource.startswith("${"):
        return
    if overlap(prefix, "arn") and (colon or has_wildcard(prefix)):
        return
    hint = "write the whole ARN, or `*` for all"
    if colon and prefix.lower() == "arn":
        hint = "write `arn` in lower case"
    elif not colon and "/" not in resource and _may_be_bucket(value):
        hint = f"write an ARN; is it the bucket `arn:aws:s3:::{resource}`?"
    yield Flaw(value.place(), f"the resource {ticked(resource)} does not begin with `arn:`", hint)


def _may_be_bucket(value: Value) -> bool:
    action = value.statement.action
    return action is not None and any(each.text.lower().startswith("s3:") for each in action.values)


RULE = Rule(
    code="R101",
    name="invalid-arn-prefix",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ARN_PREFIX",
    level=Level.RESOURCE,
    check=check,
    summary="A resource is neither an ARN nor `*`.",
    why="Resources are matched as ARNs, so the statement matches nothing by it.",
    instead=(
        "Write the ARN of the resource, or `*` for all. Only in the policy of an API of Amazon API Gateway may it be "
        "`execute-api:/stage/GET/pets`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-prefix",
)
