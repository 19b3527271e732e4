"""T106: a policy of the organization in another version of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import CURRENT_VERSION, PolicyType
from policyeval.syntax.tree import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for the one Version that Organizations takes."""
    if not policy.complete or not policy.entries or policy.version == CURRENT_VERSION:
        return
    entry = policy.entries.get("Version")
    if entry is not None and isinstance(entry[1], Unknown):
        return
    place = entry[1].place(f"{policy.pointer}/Version") if entry is not None else policy.place()
    yield Flaw(place, f"a policy of the organization needs the Version `{CURRENT_VERSION}`", "add or correct it")


RULE = Rule(
    code="T106",
    name="organization-policy-version",
    severity=Severity.ERROR,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.SCP, PolicyType.RCP}),
    summary="A policy of the organization is not in version 2012-10-17.",
    why="AWS Organizations takes no other version, so that a policy without one cannot be created.",
    instead='Write `"Version": "2012-10-17"`.',
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html#scp-syntax-version",
)
