"""The condition operators: one row each (S33).

To add an operator, write how it compares and add a row to `_ROWS`; set operators, `IfExists`,
missing keys, variables and what cannot be evaluated are the same for all (conditions.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from policyeval.evaluator import values
from policyeval.evaluator.globs import Tokens, Wild, compile_arn_pattern, compile_glob, is_arn

# Tells whether one value of the policy matches one value of the request; raises ValueError
# when the request's value is of the wrong type.
Comparison: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """How one operator compares.

    `compile` takes one policy value as tokens and gives a test of one request value; it raises
    ValueError for a policy value of the wrong type, and so does the test for a request's.
    `negated`: the condition holds where no value of the policy matches.
    `takes_variables`: `${…}` in the policy's value is a variable (S22).
    `exact`: the test is plain equality of text, so that many values are one set.
    `total`: every text is a value of its kind, so that nothing raises.
    `wildcards`: `*` and `?` in the policy's value are wildcards; elsewhere they are themselves.
    """

    name: str
    compile: Callable[[Tokens], Comparison]
    negated: bool = False
    takes_variables: bool = False
    exact: bool = False
    total: bool = False
    wildcards: bool = False


def literal_text(tokens: Tokens) -> str:
    """Give a value that holds no wildcards."""
    return "".join(token.value if isinstance(token, Wild) else token for token in tokens)


def _equals(tokens: Tokens) -> Comparison:
    return literal_text(tokens).__eq__


def _equals_ignoring_case(tokens: Tokens) -> Comparison:
    # Letter by letter: `ß` is not `SS`, which folding the case as Unicode does would make of it.
    expected = literal_text(tokens).lower()
    # In lower case a text is as long at least: a long one need not be written so for each of a thousand values.
    return lambda text: len(text) <= len(expected) and text.lower() == expected


def _arn_like(tokens: Tokens) -> Comparison:
    matches = compile_arn_pattern(tokens)

    def test(text: str) -> bool:
        if not is_arn(text):
            message = "not an ARN"
            raise ValueError(message)
        return matches(text)

    return test


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Tokens], Comparison]:
    def compile_value(tokens: Tokens) -> Comparison:
        expected = read(literal_text(tokens))
        return lambda text: compare(read(text), expected)

    return compile_value


def _in_network(tokens: Tokens) -> Comparison:
    version, first, mask = values.network(literal_text(tokens))

    def test(text: str) -> bool:
        actual_version, number = values.address(text)
        return actual_version == version and number & mask == first

    return test


def _family(prefix: str, read: Callable[[str], Any]) -> Sequence[Operator]:
    return (
        Operator(f"{prefix}Equals", _ordered(read, operator.eq)),
        Operator(f"{prefix}NotEquals", _ordered(read, operator.eq), negated=True),
        Operator(f"{prefix}LessThan", _ordered(read, operator.lt)),
        Operator(f"{prefix}LessThanEquals", _ordered(read, operator.le)),
        Operator(f"{prefix}GreaterThan", _ordered(read, operator.gt)),
        Operator(f"{prefix}GreaterThanEquals", _ordered(read, operator.ge)),
    )


_ROWS: Sequence[Operator] = (
    Operator("StringEquals", _equals, total=True, takes_variables=True, exact=True),
    Operator("StringNotEquals", _equals, total=True, takes_variables=True, exact=True, negated=True),
    Operator("StringEqualsIgnoreCase", _equals_ignoring_case, total=True, takes_variables=True),
    Operator("StringNotEqualsIgnoreCase", _equals_ignoring_case, total=True, takes_variables=True, negated=True),
    Operator("StringLike", compile_glob, total=True, wildcards=True, takes_variables=True),
    Operator("StringNotLike", compile_glob, total=True, wildcards=True, takes_variables=True, negated=True),
    Operator("ArnEquals", _arn_like, wildcards=True, takes_variables=True),
    Operator("ArnLike", _arn_like, wildcards=True, takes_variables=True),
    Operator("ArnNotEquals", _arn_like, wildcards=True, takes_variables=True, negated=True),
    Operator("ArnNotLike", _arn_like, wildcards=True, takes_variables=True, negated=True),
    *_family("Numeric", values.number),
    *_family("Date", values.instant),
    Operator("Bool", _ordered(values.boolean, operator.eq)),
    Operator("BinaryEquals", _ordered(values.binary, operator.eq)),
    Operator("IpAddress", _in_network),
    Operator("NotIpAddress", _in_network, negated=True),
)

OPERATORS: Mapping[str, Operator] = {row.name: row for row in _ROWS}
NULL = "Null"
