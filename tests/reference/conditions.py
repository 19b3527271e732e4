"""Conditions: operators, sets, missing keys, in a logic of true, false and unknown (S30-S32)."""

from __future__ import annotations

from collections.abc import Iterable

from policyeval.catalog.kms import IAM_POLICY_ONLY_KEYS
from policyeval.model.policy import Condition
from tests.reference.operators import OPERATORS, Operator
from tests.reference.text import Facts, expand, plain

Truth = bool | None


def both(truths: Iterable[Truth]) -> Truth:
    """Tell whether all are true: one false settles it, else one unknown does."""
    seen = list(truths)
    if False in seen:
        return False
    return None if None in seen else True


def either(truths: Iterable[Truth]) -> Truth:
    """Tell whether one is true: a true settles it, else an unknown does."""
    seen = list(truths)
    if True in seen:
        return True
    return None if None in seen else False


def inverse(truth: Truth) -> Truth:
    """Turn true and false round; unknown stays unknown."""
    return None if truth is None else not truth


def missing(value: object) -> bool:
    """Tell whether a key is absent; an empty text or list is null to Null and to sets (S31, S32)."""
    return value is None or value in ("", ())


def holds(  # noqa: C901, PLR0911 - one step a rule
    condition: Condition, version: str | None, facts: Facts, *, in_key_policy: bool = False
) -> Truth:
    """Tell whether one key under one operator holds."""
    key = condition.key.lower()
    if in_key_policy and any(
        key == name or (name[-1] == "/" and key.startswith(name)) for name in IAM_POLICY_ONLY_KEYS
    ):
        return None  # K6: works in IAM policies only
    value = facts.get(key)
    name, of_set = condition.operator, ""
    if name.startswith(("ForAllValues:", "ForAnyValue:")):
        of_set, name = name.split(":", 1)
    if name == "Null":
        return _null(condition.values, of_set, is_null=missing(value))
    if_exists = name.endswith("IfExists")
    operator = OPERATORS.get(name.removesuffix("IfExists"))
    if operator is None:
        return None  # S33: names match exactly
    if not condition.values and not (of_set or if_exists):
        return None  # nothing to compare with
    if value == "" and not of_set:
        return _one(operator, condition.values, version, facts, value)  # AWS's example compares s3:prefix with ""
    if missing(value):
        if of_set:
            return of_set == "ForAllValues"  # S32, with IfExists as well
        return if_exists or operator.negated  # S31
    if isinstance(value, tuple):
        each = (_one(operator, condition.values, version, facts, item) for item in value)
        if of_set == "ForAllValues":
            return both(each)
        return either(each) if of_set else None  # S32: unknown without a set operator
    return _one(operator, condition.values, version, facts, value)


def _null(values: tuple[str, ...], of_set: str, *, is_null: bool) -> Truth:
    """S31; with a set operator AWS says that it holds always, or never."""
    if of_set:
        return of_set == "ForAllValues"
    answers = {"true": is_null, "false": not is_null}
    return either(answers.get(value.lower()) for value in values) if values else None


def _one(operator: Operator, written: tuple[str, ...], version: str | None, facts: Facts, value: object) -> Truth:
    """Compare one value of the request with all of the policy's: OR, or none of them (S30)."""
    if not written:
        return False
    found = either(_compare(operator, text, version, facts, value) for text in written)
    return inverse(found) if operator.negated else found


def _compare(operator: Operator, written: str, version: str | None, facts: Facts, value: object) -> Truth:
    marks = expand(written, version, facts) if operator.variables else plain(written)
    return False if marks is None else operator.compare(marks, value)  # S22: unresolved matches nothing
