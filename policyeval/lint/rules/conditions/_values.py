"""Values that are not of the type that their operator compares, or not of the form that their key has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.catalog.keys import ValueType
    from policyeval.lint.rule import Check
    from policyeval.lint.view import Condition, Value


def misread(condition: Condition, kind: ValueType, read: Callable[[str], object]) -> Iterator[Value]:
    """Give the values of a condition of this type that `read` raises `ValueError` for."""
    return unread(condition, read) if operand_type(condition.base) == kind else iter(())


def unread(condition: Condition, read: Callable[[str], object]) -> Iterator[Value]:
    """Give the values of a condition that `read` raises `ValueError` for.

    A variable there is not replaced, which V108 says.
    """
    for value in condition.values:
        try:
            read(value.text)
        except ValueError:
            if "${" not in value.text:
                yield value


def flaws(values: Iterator[Value], what: str, hint: str) -> Iterator[Flaw]:
    """Say of each value that it is not what it should be."""
    for value in values:
        yield Flaw(value.place(), f"{ticked(value.text)} is {what}", hint)


def ids(key: str, prefix: str, what: str) -> Check:
    """Make the check of a rule for a key of ids, written as EC2 does: a prefix, and 8 or 17 characters."""
    pattern = re.compile(rf"{prefix}([0-9a-z]{{8}}|[0-9a-z]{{17}})")

    def check(condition: Condition) -> Iterator[Flaw]:
        if condition.folded != key or operand_type(condition.base) != "String":
            return
        for value in condition.values:
            text = value.text
            if not has_wildcard(text) and "${" not in text and pattern.fullmatch(text) is None:
                hint = f"an id is `{prefix}` and 8 or 17 characters"
                yield Flaw(value.place(), f"{ticked(text)} is no id of {what}", hint)

    return check
