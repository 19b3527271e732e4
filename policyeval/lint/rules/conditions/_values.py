"""Values that are not of the type that their operator compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.rule import Flaw
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.catalog.keys import ValueType
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
