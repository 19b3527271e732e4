"""Identity providers as principals of trust policies, and the conditions on what their tokens claim."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.reach import conditions_unknown, is_positive, takes_all
from policyeval.lint.rules.conditions._keys import is_of_provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement, Value

_ARN: Final = re.compile(r"arn:[a-z-]+:iam::\d{12}:(saml|oidc)-provider/(?!https?://)(\S+)")
_END: Final = re.compile(r".*:oidc-provider/(?!https?://)(\S+)")
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
GITHUB: Final = "token.actions.githubusercontent.com"
# Claims of GitHub's tokens that only those of one's own have, beside the subject.
_OF_AN_OWNER: Final = frozenset(
    {
        "actor",
        "actor_id",
        "enterprise",
        "enterprise_id",
        "job_workflow_ref",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
    }
)
_WILDCARD: Final = re.compile("[*?]")


class Provider(NamedTuple):
    """An identity provider: `saml` or `oidc`, and its name; an OIDC one's claims have its name before the colon.

    Names are without the slash that those of Auth0 end in: AWS's guide does not say whether keys have it. `name` is in
    lower case, to compare; `written` is for people.
    """

    kind: str
    name: str
    written: str


def provider(text: str) -> Provider | None:
    """Read a federated principal; None for what is none."""
    arn = _ARN.fullmatch(text)
    if arn is not None:
        return _provider(arn[1], arn[2])
    return Provider("oidc", text.lower(), text) if _HOST.fullmatch(text) else None


def _provider(kind: str, name: str) -> Provider:
    return Provider(kind, _bare(name), name.rstrip("/"))


def _bare(name: str) -> str:
    return name.lower().rstrip("/")


def allowed_providers(statement: Statement) -> Iterator[tuple[Value, Provider]]:
    """Give the OIDC providers that a statement allows something, as far as anybody can see.

    With a condition on what another provider's tokens claim it allows them nothing.
    """
    return (found for found in named_providers(statement) if claim_of_another(statement, found[1]) is None)


def claim_of_another(statement: Statement, provider: Provider) -> Condition | None:
    """Give a condition of a statement that no token of a provider can meet."""
    return next(
        (
            condition
            for condition in statement.conditions
            if is_of_provider(condition.folded)
            and _bare(condition.folded.rpartition(":")[0]) != provider.name
            and is_positive(condition)
        ),
        None,
    )


def named_providers(statement: Statement) -> Iterator[tuple[Value, Provider]]:
    """Give the OIDC providers that an Allow names, unless it has conditions that nobody can see."""
    if not statement.allows or conditions_unknown(statement):
        return
    for element in statement.principals:
        if element.kind == "Federated" and not element.negated:
            for value in element.values:
                found = provider(value.text)
                if found is not None and found.kind == "oidc":
                    yield value, found
            for value in element.endings:  # templates leave the account open
                end = _END.fullmatch(value.text)
                if end is not None:
                    yield value, _provider("oidc", end[1])


def claims(statement: Statement, name: str) -> frozenset[str]:
    """Give the claims of a provider that the conditions of a statement want to have some value, and not just any."""
    keys = [
        condition.folded.rpartition(":")
        for condition in statement.conditions
        if is_positive(condition) and not takes_all(condition)
    ]
    return frozenset(claim for of, _, claim in keys if _bare(of) == name)


def subjects_of_anybody(statement: Statement, name: str) -> list[Value]:
    """Give the subjects of a provider's tokens that an Allow takes from any owner of repositories, or any like one."""
    if not statement.allows or claims(statement, name) & _OF_AN_OWNER:
        return []
    subjects = [
        condition for condition in statement.conditions if condition.folded == f"{name}:sub" and is_positive(condition)
    ]
    found = [
        [value for value in condition.values if condition.base == "StringLike" and _is_of_anybody(value.text)]
        for condition in subjects
    ]
    # One condition that names the owner is enough.
    return found[0] if found and all(found) else []


def _is_of_anybody(subject: str) -> bool:
    # The owner is what comes after `repo:`, `project_path:` or `organization:`, and ends in a slash or a colon.
    begin, *rest = _WILDCARD.split(subject, maxsplit=1)
    return bool(rest) and not re.search("[:/]", begin.partition(":")[2])
