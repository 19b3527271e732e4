"""One file through the linter: read, find what is in it, ask the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policyeval.lint.documents import find
from policyeval.lint.grant_view import GrantView
from policyeval.lint.linter import by_place
from policyeval.lint.reading import is_template, read
from policyeval.lint.templates.choices import Possibility
from policyeval.lint.templates.fixes import safe
from policyeval.lint.templates.spot import is_configuration
from policyeval.lint.templates.written import pointed

if TYPE_CHECKING:
    from policyeval.lint.documents import PolicyDocument
    from policyeval.lint.finding import Finding
    from policyeval.lint.linter import Linter
    from policyeval.lint.reading import Reading
    from policyeval.model.policy import PolicyType
    from policyeval.model.source import Source


class FileReport(NamedTuple):
    """What was found in one file, by place; how many policies and grants it has, and what was left unresolved."""

    source: Source
    findings: list[Finding]
    policies: int = 0
    grants: int = 0
    unknown: int = 0


def lint_bytes(
    linter: Linter, data: bytes, name: str, policy_type: PolicyType | None = None, *, named: bool = True
) -> FileReport:
    """Lint the bytes of a file. `named`: a person named it, so that what is damaged in it is a finding in any case.

    Not so of a template, which may be one of anything: hooks name all that there are.
    """
    return lint_reading(linter, read(data, name), policy_type, named=named)


def lint_reading(
    linter: Linter, reading: Reading, policy_type: PolicyType | None = None, *, named: bool = True
) -> FileReport:
    """Lint what a reader made of a file."""
    told = reading.policy_like or (named and not is_template(reading.source.name or ""))
    if reading.node is None:
        faults = reading.faults if told else []
        return FileReport(reading.source, linter.faults(faults))
    found = find(reading.node, policy_type, certain=policy_type is not None)
    count = sum(len(grants.grants) for grants in found.grants)
    own = [*reading.faults, *found.faults]
    findings = linter.faults(own) if told or found.policies or found.grants else []
    for policy in found.policies:
        about = _lint(linter, policy)
        findings += [pointed(finding, reading.node) for finding in about] if policy.made else about
    for grants in found.grants:
        about = linter.grants([GrantView(node, pointer, grants.key) for node, pointer in grants.grants])
        findings += [pointed(finding, reading.node) for finding in about] if grants.made else about
    if is_configuration(reading.node):
        findings = [safe(finding, reading.source) for finding in findings]
    # The faults of the text and those of its policies come in the order of their places.
    findings.sort(key=by_place)
    return FileReport(reading.source, findings, len(found.policies), count, found.unknown)


def _lint(linter: Linter, policy: PolicyDocument) -> list[Finding]:
    """Lint a policy as it stands, then each possibility of it for what is found nowhere else."""
    findings = linter.lint(policy.node, policy.type, pointer=policy.pointer, key=policy.key)
    for way in policy.ways:
        possibility = Possibility(policy.node, policy.pointer, way)
        known = {_spot(finding) for finding in findings}
        for finding in linter.lint(possibility.node, policy.type, pointer=policy.pointer, key=policy.key):
            if _spot(finding) not in known:
                findings.append(possibility.found_here(finding))
    return findings


def _spot(finding: Finding) -> tuple[str, int, int]:
    return finding.code, finding.place.start, finding.place.end
