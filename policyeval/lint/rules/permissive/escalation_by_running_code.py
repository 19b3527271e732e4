"""W211: an Allow to run code as somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._ways import RUNNING_CODE, ways_out
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rule import Flaw
    from policyeval.lint.view import PolicyView

_HINT: Final = "allow it on roles and resources by name, or under a condition such as on `iam:PassedToService` or a tag"


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for each way whether all of its actions are allowed."""
    yield from ways_out(policy, RUNNING_CODE, _HINT)


RULE = Rule(
    code="W211",
    name="escalation-by-running-code",
    severity=Severity.SECURITY_WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"ecs", "iam", "lambda", "ssm"}),
    summary="The policy lets whoever has it run code under roles with more permissions.",
    why=(
        "A few harmless permissions are together a way to administrator: pass the most powerful role to a "
        "function or an instance that one may start, and read its credentials there. No policy of anybody changes "
        "on that way."
    ),
    instead="Allow these actions on named resources, under a permissions boundary, or to nobody but administrators.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
)
