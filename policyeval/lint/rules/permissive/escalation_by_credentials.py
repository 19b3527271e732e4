"""W212: an Allow to become somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._ways import CREDENTIALS, LIMITED, ways_out
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rule import Flaw
    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for each way whether all of its actions are allowed."""
    yield from ways_out(policy, CREDENTIALS, LIMITED)


RULE = Rule(
    code="W212",
    name="escalation-by-credentials",
    severity=Severity.SECURITY_WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"iam"}),
    summary="The policy lets whoever has it get the credentials of others.",
    why=(
        "Whoever may make access keys for every user is every user, administrators included, and stays so after "
        "their own access is gone: the keys that were made go on working."
    ),
    instead="Allow these actions on named resources, under a permissions boundary, or to nobody but administrators.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
)
