"""Python functions written out so that a decision is a handful of calls: one a statement, one a plan.

Calls between closures cost more than what they compare. The source is made of fixed lines with
numbered names; everything that comes from a policy reaches the function as the value of a
parameter, never as text. Statements of one shape share the compiled code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType, FunctionType
from typing import NamedTuple, TypeAlias

from policyeval.evaluator.conditions import CompiledCondition, Quick, Test
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.globs import Matcher
from policyeval.evaluator.key_names import ENCRYPTION_CONTEXT
from policyeval.evaluator.principals import Door, Names

# How a statement names the caller when it matches, as a number of `Door`; 0 when it does not match.
# A statement of a policy without principals answers with Door.DIRECT.
Answer: TypeAlias = Callable[[EvaluationContext], int]


_GLOBALS: dict[str, object] = {"str": str}


class Parts(NamedTuple):
    """What a statement was compiled into.

    `names` is None in a policy without principals; `everyone` and `accounts` tell of elements that
    name nothing else. `pattern` is the Resource where that is one pattern without variables. `misplaced`
    answers for what does not belong in the kind of policy, None where nothing is.
    """

    names: Names | None
    everyone: bool
    accounts: frozenset[str] | None
    resource: Test | None
    pattern: Matcher | None
    misplaced: Test | None
    conditions: tuple[CompiledCondition, ...]


def generate(parts: Parts) -> Answer:
    """Write the function of a statement: principal, then resource, then conditions."""
    lines, names = list[str](), dict[str, object]()
    door = _principal(parts, lines, names)
    if parts.pattern is not None:
        names["covers"] = parts.pattern
        lines.append("    if not covers(context.target.arn): return 0")
    elif parts.resource is not None:
        names["covers"] = parts.resource
        lines.append("    if not covers(context): return 0")
    if parts.misplaced is not None:
        names["misplaced"] = parts.misplaced
        lines.append("    if not misplaced(context): return 0")
    for number, condition in enumerate(parts.conditions):
        _condition(number, condition, lines, names)
    lines.append(f"    return {door}")
    return function(("context",), lines, names)


def function(parameters: Sequence[str], lines: Sequence[str], names: dict[str, object]) -> FunctionType:
    """Make a function of the lines of its body and the values that its names stand for.

    They are defaults of further parameters: functions that share code but not globals would make the
    interpreter look every global up anew.
    """
    source = "\n".join([f"def written({', '.join((*parameters, *names))}):", *lines])
    return FunctionType(_code(source), _GLOBALS, argdefs=tuple(names.values()))


@lru_cache(maxsize=4096)
def _code(source: str) -> CodeType:
    module = compile(source, "<policyeval>", "exec")
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))


def _principal(parts: Parts, lines: list[str], names: dict[str, object]) -> str:
    """Write how the caller is named, and give the expression of the door."""
    if parts.names is None or parts.everyone:
        return str(int(Door.DIRECT))
    if parts.accounts is not None:
        names["accounts"] = parts.accounts
        lines.append("    if context.caller.account_arn not in accounts: return 0")
        return str(int(Door.ACCOUNT))
    names["names"] = parts.names
    lines += ["    door = names(context)", "    if not door: return 0"]
    return "door"


def _condition(number: int, condition: CompiledCondition, lines: list[str], names: dict[str, object]) -> None:
    names[f"test{number}"] = condition.test
    quick = condition.quick
    if quick is None:
        lines.append(f"    if not test{number}(context): return 0")
        return
    if quick.key.startswith(ENCRYPTION_CONTEXT):
        names[f"key{number}"] = quick.key.removeprefix(ENCRYPTION_CONTEXT)
        value = f"context.encryption_context.get(key{number})"
    else:
        names[f"get{number}"] = quick.get
        value = f"get{number}(context)"
    compared = comparison(number, "value", quick, names)
    # What is no single text is left to the full test, which says what is wrong with it.
    lines.append(f"    if not ({compared} if (value := {value}).__class__ is str else test{number}(context)): return 0")


def comparison(number: int, value: str, quick: Quick, names: dict[str, object]) -> str:
    """Write how a text, known by the name `value`, is compared."""
    no = "not " if quick.negated else ""
    if quick.expected is not None:
        names[f"wanted{number}"] = quick.expected
        return f"{value} {no}in wanted{number}"
    if quick.prefixes is not None:
        names[f"prefixes{number}"] = quick.prefixes
        return f"{no}{value}.startswith(prefixes{number})"
    names[f"matches{number}"] = quick.matches
    return f"{no}matches{number}({value})"
