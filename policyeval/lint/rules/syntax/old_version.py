"""S302: the version before the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import OLD_VERSION, PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look at the Version."""
    if policy.version == OLD_VERSION:
        key, node = policy.entries["Version"]
        yield Flaw(
            node.place(f"{policy.pointer}/{key.value}"), "the policy is of the old version", "write `2012-10-17`"
        )


RULE = Rule(
    code="S302",
    name="old-version",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    # Of those of the organization T106 says more.
    types=frozenset(PolicyType) - {PolicyType.SCP, PolicyType.RCP},
    summary="The policy is of version 2008-10-17.",
    why=(
        "In it `${aws:username}` and other variables are plain text, which matches nothing that anybody has; new "
        "elements of the language need the other version."
    ),
    instead='Write `"Version": "2012-10-17"`. Where the policy has `${`, look at what it will mean then.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
)
