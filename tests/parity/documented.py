"""What is found in the policies of AWS's guides: none of it may be a false error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from policyeval.lint.finding import Finding, Severity
from policyeval.lint.linter import Linter
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json

# Texts that stand for something of the reader's own: `account-id`, `<region>`, `[BUCKET]`, `XXXX`.
_PLACEHOLDER = re.compile(
    r"<[^>]+>|\[[A-Z_ ]+\]|account-?id|ACCOUNT-[A-Z-]+|[A-Z]+-[A-Z]+-ID|:region:|:REGION:|:partition:|SERVICE-NAME"
)

_SHORT = 200

_SLIP, _EXAMPLE, _REPLACE = "a slip of the page", "an example of this mistake", "a text to replace"

_PART = "a part of a key policy: alone it would lock out"

# Which of them are true although the text does not look it: where, which rules, why.
KNOWN = (
    ("kms-developer-guide/services-wm_0", {"K101"}, "the policy of a key that AWS manages: nobody changes it"),
    ("iam-user-guide/access_policies_understand-policy-summary_0", {"A101", "A102", "R104"}, _EXAMPLE),
    ("iam-user-guide/confused-deputy_0", {"P113"}, _REPLACE),
    ("iam-user-guide/id_roles_use_passrole_0", {"A104", "R101"}, _REPLACE),
    ("iam-user-guide/id_tags_users_1", {"R102"}, _SLIP),
    ("iam-user-guide/reference_policies_examples_aws", {"A101"}, _REPLACE),
    ("iam-user-guide/troubleshoot_policies", {"A105", "R114", "S105"}, _EXAMPLE),
    ("rcp-examples/Limit-access-to-trusted-OIDC-identity-providers_Shared-Issuers", {"S116", "T102", "C102"}, _SLIP),
    (
        "rcp-examples/Limit-access-to-trusted-OIDC-identity-providers_Shared-Issuers",
        {"S131"},
        "a collection to choose from, longer than one policy may be",
    ),
)

# The type that a guide's policies are of, where their names tell.
_TYPES = {"scp-examples": PolicyType.SCP, "rcp-examples": PolicyType.RCP}


class Flagged(NamedTuple):
    """An error in one of them; `reason` says why it is true, None where nobody has looked."""

    policy: str
    code: str
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.policy} {self.code} `{self.text}`: {self.reason or 'TO BE LOOKED AT'}"


def errors(linter: Linter, policies: Iterable[tuple[str, str]]) -> Iterator[Flagged]:
    """Give the errors that a linter finds."""
    for name, text in policies:
        for found in _lint(linter, name, text):
            if found.severity is Severity.ERROR:
                shown = text[found.place.start : found.place.end]
                short = " ".join(shown.split())[:60].replace("|", "\\|")
                yield Flagged(name, found.code, short, _reason(name, shown, found))


def _lint(linter: Linter, name: str, text: str) -> list[Finding]:
    node, faults = read_json(text, name)
    if node is None:
        return list(linter.faults(faults))
    return linter.lint(node, _TYPES.get(name.partition("/")[0]), faults=faults)


def _reason(name: str, text: str, found: Finding) -> str | None:
    if len(text) < _SHORT and _PLACEHOLDER.search(text):
        return "a text to replace"
    if found.code == "K101" and name.startswith("kms-developer-guide/") and name.endswith("_stmt"):
        return _PART
    return next((why for where, codes, why in KNOWN if name.startswith(where) and found.code in codes), None)
