"""One condition, compiled: a key, an operator, values.

What cannot be evaluated never helps (an Allow does not match, a Deny does). A test is compiled
for one effect, and every leaf that cannot be evaluated answers `stuck`: false in an Allow, true
in a Deny. Above the leaves there are only ANDs and ORs, so the answer errs to that side alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.globs import Tokens, Wild
from policyeval.evaluator.key_values import Getter, getter
from policyeval.evaluator.operators import NULL, OPERATORS, Operator, literal_text
from policyeval.evaluator.templates import Template, compile_template
from policyeval.model.policy import Condition
from policyeval.syntax.templates import TemplateError

Test: TypeAlias = Callable[[EvaluationContext], bool]
# Tells of one value of the request whether the operator holds for the policy's values.
Leaf: TypeAlias = Callable[[str, EvaluationContext], bool]

_IF_EXISTS = "IfExists"
_FOR_ALL_VALUES = "ForAllValues:"
_FOR_ANY_VALUE = "ForAnyValue:"


class Quick(NamedTuple):
    """The common case of a condition: one text of the request against fixed texts, or patterns.

    `key` is the folded key, and `get` finds its value. Of `expected`, `prefixes` and `matches` one is
    not None. `missing` is the answer where the request has no such key, `stuck` where it has several
    values.
    """

    key: str
    get: Getter
    negated: bool
    missing: bool
    stuck: bool
    expected: frozenset[str] | None = None
    prefixes: tuple[str, ...] | None = None
    matches: Callable[[str], bool] | None = None


class CompiledCondition:
    """A condition and its test; `keys` are all folded keys its answer depends on."""

    __slots__ = ("condition", "keys", "quick", "test")

    def __init__(self, condition: Condition, test: Test, keys: frozenset[str], quick: Quick | None = None) -> None:
        self.condition = condition
        self.test = test
        self.keys = keys
        self.quick = quick


def compile_condition(condition: Condition, *, variables: bool, stuck: bool) -> CompiledCondition:
    """Compile one key under one operator.

    Args:
        condition: as written.
        variables: whether `${…}` is a variable: the policy's Version is 2012-10-17 (S22).
        stuck: the answer of what cannot be evaluated: False in an Allow, True in a Deny.

    """
    folded = condition.key.lower()
    get = getter(folded)
    quantifier, name, if_exists = split_operator(condition.operator)
    operator = OPERATORS.get(name)
    if name == NULL and not if_exists:
        return CompiledCondition(condition, _null(condition, get, quantifier, stuck=stuck), frozenset({folded}))
    if operator is None:
        return _unevaluated(condition, f"unknown condition operator `{condition.operator}`", stuck=stuck)
    if not condition.values and not (quantifier or if_exists):
        why = f"`{condition.operator}` on `{condition.key}` has no value to compare with"
        return _unevaluated(condition, why, stuck=stuck)
    has_variables = variables and operator.takes_variables
    try:
        templates = [
            compile_template(value, variables=has_variables, wildcards=operator.wildcards) for value in condition.values
        ]
    except TemplateError as error:
        return _unevaluated(condition, f"`{condition.operator}` on `{condition.key}`: {error}", stuck=stuck)
    leaf = _leaf(condition, operator, templates, stuck=stuck)
    keys = frozenset({folded}).union(*(template.keys() for template in templates))
    if quantifier:
        over = _for_all_values if quantifier == _FOR_ALL_VALUES else _for_any_value
        return CompiledCondition(condition, over(get, leaf), keys)
    missing = if_exists or operator.negated
    single = _single(condition, get, leaf, missing=missing, stuck=stuck)
    unset = Quick(folded, get, operator.negated, missing, stuck)
    return CompiledCondition(condition, single, keys, _quick(unset, operator, templates))


def _unevaluated(condition: Condition, why: str, *, stuck: bool) -> CompiledCondition:
    return CompiledCondition(condition, cannot_tell(why, stuck=stuck), frozenset({condition.key.lower()}))


def split_operator(written: str) -> tuple[str, str, bool]:
    """Split an operator into its set operator (with the colon, or ""), name, and whether …IfExists."""
    quantifier = next((prefix for prefix in (_FOR_ALL_VALUES, _FOR_ANY_VALUE) if written.startswith(prefix)), "")
    name = written.removeprefix(quantifier)
    return quantifier, name.removesuffix(_IF_EXISTS), name.endswith(_IF_EXISTS)


def cannot_tell(why: str, *, stuck: bool) -> Test:
    """Make the test of what cannot be evaluated: it notes why, and answers `stuck`."""

    def test(context: EvaluationContext) -> bool:
        context.fault(why)
        return stuck

    return test


def _null(condition: Condition, get: Getter, quantifier: str, *, stuck: bool) -> Test:
    if quantifier:  # AWS says of these that they hold always and never
        holds = quantifier == _FOR_ALL_VALUES
        return lambda _context: holds
    wanted = {value.lower() for value in condition.values}
    if not wanted or not wanted <= {"true", "false"}:
        return cannot_tell(f"`Null` takes `true` or `false`, not `{', '.join(condition.values)}`", stuck=stuck)
    absent, present = "true" in wanted, "false" in wanted
    # An empty string is null (S31).
    return lambda context: present if get(context) else absent


def _single(condition: Condition, get: Getter, leaf: Leaf, *, missing: bool, stuck: bool) -> Test:
    why = f"`{condition.key}` has several values: `{condition.operator}` needs ForAllValues or ForAnyValue"

    def test(context: EvaluationContext) -> bool:
        value = get(context)
        if value.__class__ is str:
            # An empty string is a value here: AWS's own example compares s3:prefix with one.
            return leaf(value, context)
        if not value:
            return missing
        context.fault(why)
        return stuck

    return test


def _quick(unset: Quick, operator: Operator, templates: Sequence[Template]) -> Quick | None:
    """Set what a text is compared with; None where a variable stands in it, or a text may be of the wrong type."""
    fixed = [template.static for template in templates if template.static is not None]
    if not fixed or len(fixed) != len(templates) or not operator.total:
        return None
    if operator.exact:
        return unset._replace(expected=frozenset(literal_text(tokens) for tokens in fixed))
    prefixes = [prefix for tokens in fixed if (prefix := _prefix(tokens)) is not None]
    if len(prefixes) == len(fixed):
        return unset._replace(prefixes=tuple(prefixes))
    tests = tuple(operator.compile(tokens) for tokens in fixed)
    return unset._replace(matches=tests[0] if len(tests) == 1 else _any_of(tests))


def _prefix(tokens: Tokens) -> str | None:
    """Give what a text must start with where the pattern asks for nothing else: `prod-*`."""
    match tokens:
        case (str() as head, Wild.STAR):
            return head
    return None


def _any_of(tests: Sequence[Callable[[str], bool]]) -> Callable[[str], bool]:
    return lambda value: any(test(value) for test in tests)


def _for_all_values(get: Getter, leaf: Leaf) -> Test:
    def test(context: EvaluationContext) -> bool:
        value = get(context)
        if not value:
            return True
        if isinstance(value, str):
            return leaf(value, context)
        return all([leaf(item, context) for item in value])  # noqa: C419 - every fault is noted

    return test


def _for_any_value(get: Getter, leaf: Leaf) -> Test:
    # IfExists changes nothing here: of a key that is missing or empty no value matches (S32).
    def test(context: EvaluationContext) -> bool:
        value = get(context)
        if not value:
            return False
        if isinstance(value, str):
            return leaf(value, context)
        return any([leaf(item, context) for item in value])  # noqa: C419 - every fault is noted

    return test


def _leaf(condition: Condition, operator: Operator, templates: Sequence[Template], *, stuck: bool) -> Leaf:
    """Combine the values: any of them for a positive operator, none of them for a negated one."""
    if not templates:
        return lambda _value, _context: False
    filled = [template for template in templates if template.static is None]
    fixed = [template.static for template in templates if template.static is not None]
    if operator.exact and not filled:
        return _among(frozenset(literal_text(tokens) for tokens in fixed), negated=operator.negated)
    tests, bad = _compile_values(condition, operator, fixed)
    negated = operator.negated

    def leaf(value: str, context: EvaluationContext) -> bool:
        doubts = bad
        try:
            hit = any(test(value) for test in tests)
            if not hit and filled:
                more, worse = _compile_values(condition, operator, _fill(filled, context, value))
                hit, doubts = any(test(value) for test in more), [*bad, *worse]
        except ValueError as error:
            context.fault(f"`{condition.key}` is `{value}`, no value for `{condition.operator}`: {error}")
            return stuck
        if not hit and doubts:  # what cannot be compared matters only where nothing else fits
            for why in doubts:
                context.fault(why)
            return stuck
        return hit is not negated

    return leaf


def _fill(templates: Sequence[Template], context: EvaluationContext, value: str) -> list[Tokens]:
    """Resolve the variables; what is not resolved matches nothing, and a negated operator then holds (S22)."""
    return [tokens for template in templates if (tokens := template.fill(context, value)) is not None]


def _compile_values(
    condition: Condition, operator: Operator, fixed: Sequence[Tokens]
) -> tuple[list[Callable[[str], bool]], list[str]]:
    """Compile values; tell of those that are no value for the operator."""
    tests: list[Callable[[str], bool]] = []
    bad: list[str] = []
    for tokens in fixed:
        try:
            tests.append(operator.compile(tokens))
        except ValueError as error:
            bad.append(f"`{literal_text(tokens)}` is no value for `{condition.operator}`: {error}")
    return tests, bad


def _among(expected: frozenset[str], *, negated: bool) -> Leaf:
    if len(expected) == 1:
        (only,) = expected
        if negated:
            return lambda value, _context: value != only
        return lambda value, _context: value == only
    if negated:
        return lambda value, _context: value not in expected
    return lambda value, _context: value in expected
