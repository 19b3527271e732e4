"""C414: a value that another one covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.fixes import remove_values
from policyeval.lint.patterns import covering, covers
from policyeval.lint.redundant import redundancies
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._addresses import read_network, supernets
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.evaluator.globs import Matcher
    from policyeval.lint.rules.conditions._addresses import Network
    from policyeval.lint.view import Condition, Value


def check(condition: Condition) -> Iterator[Flaw]:
    """Compare the values as their operator does; bounds are C406's."""
    if len(condition.values) <= 1:
        return
    kind = operand_type(condition.base)
    if kind == "IpAddress":
        yield from _ranges(condition)
    elif kind in {"Arn", "String"}:
        fold = str.lower if condition.base.endswith("IgnoreCase") else str
        yield from redundancies(condition, fold, _covering_as(condition.base, kind))


def _covering_as(base: str, kind: str) -> Callable[[str], Matcher]:
    if not OPERATORS[base].wildcards:
        return _same
    return _covering_arn if kind == "Arn" else covering


def _same(text: str) -> Matcher:
    return text.__eq__


def _covering_arn(pattern: str) -> Matcher:
    """Compare field by field: a star inside a field stays there (S33)."""
    fields = pattern.split(":", 5)

    def matches(other: str) -> bool:
        others = other.split(":", 5)
        return len(fields) == len(others) and all(map(covers, fields, others))

    return matches


def _ranges(condition: Condition) -> Iterator[Flaw]:
    seen: dict[Network, Value] = {}
    for value in condition.values:
        network = read_network(value.text)
        if network is not None and network in seen:
            yield _redundant(value, seen[network])
        elif network is not None:
            seen[network] = value
    for network, value in seen.items():
        wider = next((seen[each] for each in supernets(network) if each in seen), None)
        if wider is not None:
            yield _redundant(value, wider)


def _redundant(value: Value, wider: Value) -> Flaw:
    same = wider.text == value.text
    return Flaw(
        value.place(),
        f"{ticked(wider.text)} " + ("is listed twice" if same else f"makes {ticked(value.text)} redundant"),
        "take out what is redundant",
        (wider.place(),),
        remove_values([value]),
    )


RULE = Rule(
    code="C414",
    name="redundant-condition-value",
    severity=Severity.SUGGESTION,
    level=Level.CONDITION,
    check=check,
    summary="A value is listed twice, or another one covers it.",
    why="Values are alternatives: it says nothing, and hides that the wider one matches more.",
    instead="List only the wider one, or only the narrower ones if those are meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html",
)
