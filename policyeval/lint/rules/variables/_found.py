"""The policy variables in a text, without regard to whether they are well formed (S22)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.syntax.tree import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Statement, Value

_FORM: Final = re.compile(r"\$\{([^{},]*)(,[^}]*)?\}")
# `${*}`, `${?}` and `${$}` are the characters.
_CHARACTERS: Final = frozenset("*?$")


class Found(NamedTuple):
    """A variable, and where it is in the text; `key` as written, without spaces around it."""

    key: str
    has_default: bool
    start: int
    end: int


@lru_cache(maxsize=4096)
def variables(text: str) -> tuple[Found, ...]:
    """Give the variables of a text."""
    return tuple(
        Found(match[1].strip(), match[2] is not None, match.start(), match.end())
        for match in _FORM.finditer(text)
        if match[1] not in _CHARACTERS
    )


def takes_none(policy: PolicyView) -> bool:
    """Tell whether a policy certainly is of a version that has no variables."""
    _, version = policy.entries.get("Version", (None, None))
    return policy.complete and not policy.variables and not isinstance(version, Unknown)


def values_with_variables(statement: Statement) -> Iterator[Value]:
    """Give the resources and values of conditions that have variables, in a policy whose version has any."""
    if not statement.policy.variables:
        return
    for owner in (statement.resource, *statement.conditions):
        for value in owner.values if owner is not None else ():
            if "${" in value.text:
                yield value
