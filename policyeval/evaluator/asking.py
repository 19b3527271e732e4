"""One function that asks all statements left of a plan, and tells by bits which match.

It is written as the functions of statements are (generate.py): fixed lines, numbered names, values
of policies bound to them and never text; plans of one shape share the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from policyeval.evaluator.context import EvaluationContext, Values
from policyeval.evaluator.generate import comparison, function
from policyeval.evaluator.residuals import Remainder, Spot

# Asked with the encryption context and the request's own keys, folded. The whole context is needed
# where a test is left that looks further, and may be None elsewhere.
Ask: TypeAlias = Callable[[EvaluationContext | None, Values, Values], int]

# Longer functions take longer to compile than they save.
_AT_ONCE = 48


class Question(NamedTuple):
    """A statement that is left: its tests, and whether it denies."""

    left: tuple[Remainder, ...]
    denies: bool


def needs_context(questions: Sequence[Question]) -> bool:
    """Tell whether some test looks further than encryption context and own keys."""
    return any(each.spot is None for question in questions for each in question.left)


def ask_all(questions: Sequence[Question]) -> Ask:
    """Write the function that asks statements, Deny before Allow; bit n is set when the n-th matches.

    Where a Deny matches, Allow statements need not be asked any more: their bits may stay unset.
    """
    parts = [_write(tuple(questions[start : start + _AT_ONCE])) for start in range(0, len(questions), _AT_ONCE)]
    if not parts:
        return _nothing
    if len(parts) == 1:
        return parts[0]

    def ask(context: EvaluationContext | None, pairs: Values, given: Values) -> int:
        bits = 0
        for number, part in enumerate(parts):
            bits |= part(context, pairs, given) << number * _AT_ONCE
        return bits

    return ask


def _nothing(_context: EvaluationContext | None, _pairs: Values, _given: Values) -> int:
    return 0


@lru_cache(maxsize=4096)
def _write(questions: tuple[Question, ...]) -> Ask:
    lines, names = ["    bits = 0"], dict[str, object]()
    values: dict[Spot, str] = {}
    denies = [number for number, question in enumerate(questions) if question.denies]
    for number, question in enumerate(questions):
        if number == len(denies) > 0:
            lines.append("    if bits: return bits")
        tests = [_test(each, _value(each.spot, values, lines, names), names) for each in question.left]
        lines.append(f"    if {' and '.join(tests)}: bits |= {1 << number}")
    lines.append("    return bits")
    return function(("context", "pairs", "given"), lines, names)


def _value(spot: Spot | None, values: dict[Spot, str], lines: list[str], names: dict[str, object]) -> str:
    """Write the lines that look a value up, where it is met first; give the name it goes by."""
    if spot is None:
        return ""
    if spot not in values:
        number = len(values)
        values[spot] = value = f"value{number}"
        names[f"key{number}"] = spot.name
        lines.append(f"    {value} = {'pairs' if spot.in_pairs else 'given'}.get(key{number})")
        if spot.default is not None:
            names[f"default{number}"] = spot.default
            lines.append(f"    if {value} is None: {value} = default{number}")
    return values[spot]


def _test(remainder: Remainder, value: str, names: dict[str, object]) -> str:
    number, quick = len(names), remainder.quick
    if not value or quick is None:
        names[f"test{number}"] = remainder.test
        return f"test{number}(context)"
    compared = comparison(number, value, quick, names)
    if quick.expected is not None and quick.missing is quick.stuck is quick.negated:
        return compared  # what is no text is in no set of texts
    return f"({compared} if {value}.__class__ is str else {quick.stuck} if {value} else {quick.missing})"
