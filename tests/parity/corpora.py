"""The corpora that the linter is scored on: AWS's managed policies with what ValidatePolicy said, and its guides' policies.

They are no part of the project. `POLICYEVAL_CORPORA` names the folder that has them:

- `aws-managed-policies.jsonl.gz`, rows `{name, at, document, findings}`, where `findings` is AWS's answer. The
  text that its spans index is `json.dumps(document, ensure_ascii=False)`.
- `documented-policies.jsonl.gz`, rows `{corpus, name, text}`.
- `access-analyzer-checks.txt`, the headings of AWS's reference of its checks, `Error – Invalid action`.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from policyeval.syntax.tree import pointer_part

VARIABLE = "POLICYEVAL_CORPORA"

# AWS's words for how bad a finding is, as ours.
TYPES = {
    "ERROR": "error",
    "SECURITY_WARNING": "security_warning",
    "WARNING": "warning",
    "SUGGESTION": "suggestion",
}

# Latest versions of which AWS has no finding, though they hold what it finds without exception in all others: a
# `iam:PassRole` on `*`, a size over the quota, an action that stands there twice, the very statement that it
# reported in the version before. It was not asked about them, and their silence tells nothing.
UNASKED = frozenset(
    {
        "AWSBackupAdminPolicy",
        "AWSBackupOperatorPolicy",
        "AWSDataPipelineRole",
        "AWSLambdaReplicatorInternal",
        "AWSMarketplaceImageBuildFullAccess",
        "AWSOpsWorksRegisterCLI",
        "AWSOpsWorksRole",
        "AWSRoboMakerServiceRolePolicy",
        "AWSSSOServiceRolePolicy",
        "AWSServiceRoleForGammaInternalAmazonEKSNodegroup",
        "AWS_ConfigRole",
        "SageMakerStudioProjectProvisioningRolePolicy",
        "ServerMigration_ServiceRole",
    }
)

# Checks that AWS has had since these days only: on them it reported what had stood there for years.
SINCE = {
    "EQUIVALENT_TO_NULL_FALSE": "2025-07-31",
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS": "2024-11-21",
}


class Location(NamedTuple):
    """Where a finding is: the pointer of its path, and its span of the text."""

    pointer: str
    start: int
    end: int


class Said(NamedTuple):
    """One finding, AWS's or ours, as far as they can be compared."""

    code: str
    severity: str
    locations: tuple[Location, ...]


class Row(NamedTuple):
    """A policy, and what AWS found in it; `at` is the day of the version, or HEAD."""

    name: str
    at: str
    text: str
    said: tuple[Said, ...]

    @property
    def asked(self) -> bool:
        """Whether AWS was asked about this policy, as far as anybody can tell."""
        return bool(self.said) or self.at != "HEAD" or self.name not in UNASKED

    def checked(self, code: str) -> bool:
        """Tell whether AWS had this check when it was asked about the policy."""
        return self.at == "HEAD" or self.at >= SINCE.get(code, "")

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


def folder() -> Path | None:
    """Give the folder of the corpora, None where there is none."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def managed(home: Path) -> Iterator[Row]:
    """Read AWS's managed policies."""
    for row in _lines(home / "aws-managed-policies.jsonl.gz"):
        said = tuple(
            Said(found["issueCode"], TYPES[found["findingType"]], tuple(map(_location, found["locations"])))
            for found in row["findings"]
        )
        yield Row(row["name"], row["at"], json.dumps(row["document"], ensure_ascii=False), said)


def documented(home: Path) -> Iterator[tuple[str, str]]:
    """Read the policies of AWS's guides: a name, and the text."""
    for row in _lines(home / "documented-policies.jsonl.gz"):
        yield f"{row['corpus']}/{row['name']}", row["text"]


def checks(home: Path) -> dict[str, str]:
    """Read AWS's checks: the severity of each by its issue code."""
    headings = (home / "access-analyzer-checks.txt").read_text(encoding="utf-8").splitlines()
    pairs = (heading.split(" – ") for heading in headings if heading)
    return {_issue_code(name): kind.removeprefix("General ").replace(" ", "_").lower() for kind, name in pairs}


def _issue_code(name: str) -> str:
    return re.sub("[^A-Z0-9]+", "_", name.upper())


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _location(location: dict[str, Any]) -> Location:
    steps = (next(iter(step.values())) for step in location["path"])
    pointer = "".join(f"/{pointer_part(str(step))}" for step in steps)
    return Location(pointer, location["span"]["start"]["offset"], location["span"]["end"]["offset"])
