"""What is left of a statement once it is known who asks for what.

Caller, target and the kind of call settle whether a Principal names the caller, whether a Resource
covers the target, and the conditions on keys that they give. What the rest of the request can still
change is left over. Whatever is not plainly settled is left.
"""

from __future__ import annotations

from typing import NamedTuple

from policyeval.evaluator.conditions import CompiledCondition, Quick, Test
from policyeval.evaluator.context import EvaluationContext, Value
from policyeval.evaluator.key_names import CALLER_KEYS, ENCRYPTION_CONTEXT, PRINCIPAL_TAG, RESOURCE_TAGS, TARGET_KEYS
from policyeval.evaluator.key_values import COMPUTED
from policyeval.evaluator.principals import Door
from policyeval.evaluator.statements import CompiledStatement


class Spot(NamedTuple):
    """The one place of a request where a key stands, and what stands in for it.

    `name` is looked up in the encryption context when `in_pairs`, else among the request's own keys.
    """

    in_pairs: bool
    name: str
    default: Value = None


class Remainder(NamedTuple):
    """A test that is left. Where it has a `spot`, it has a `quick` too, and only the value there is needed."""

    test: Test
    quick: Quick | None = None
    spot: Spot | None = None


class Residual(NamedTuple):
    """A statement that matches, with this `Door`, when every test that is left holds."""

    door: int
    left: tuple[Remainder, ...]


def residual(compiled: CompiledStatement, context: EvaluationContext) -> Residual | None:
    """Evaluate what caller, target and call settle; None when the statement cannot match.

    Args:
        compiled: the statement.
        context: one that knows caller, target and call, and nothing else of the request.

    """
    door = compiled.names(context) if compiled.names is not None else Door.DIRECT
    if not door or (compiled.misplaced is not None and not compiled.misplaced(context)):
        return None
    left: list[Remainder] = []
    if compiled.resource is not None:
        if not _settles(context, compiled.resource_keys):
            left.append(Remainder(compiled.resource))
        elif not compiled.resource(context):
            return None
    for condition in compiled.conditions:
        if not _settles(context, condition.keys):
            left.append(_remainder(condition, context))
        elif not condition.test(context):
            return None
    return Residual(int(door), tuple(left))


def _settles(context: EvaluationContext, keys: frozenset[str]) -> bool:
    return all(_settled(context, key) for key in keys)


def _settled(context: EvaluationContext, key: str) -> bool:
    """Tell whether caller, target or call give a folded key's value, whatever the request says.

    What they do not give may be told as context (S34).
    """
    if key == "kms:calleraccount":
        return True
    if key in COMPUTED:
        return False
    if key in CALLER_KEYS or key.startswith(PRINCIPAL_TAG):
        return context.caller.keys.get(key) is not None
    if key in TARGET_KEYS or key.startswith(RESOURCE_TAGS):
        return context.target.keys.get(key) is not None
    return False


def _remainder(condition: CompiledCondition, context: EvaluationContext) -> Remainder:
    quick = condition.quick
    spot = _spot(quick.key, context) if quick is not None else None
    return Remainder(condition.test, quick, spot)


def _spot(key: str, context: EvaluationContext) -> Spot | None:
    """Tell where a key that is not settled stands, None where more than one place decides.

    It says of every key what its getter does (key_values.py), for requests through no endpoint.
    """
    if key.startswith(ENCRYPTION_CONTEXT):
        return Spot(in_pairs=True, name=key.removeprefix(ENCRYPTION_CONTEXT))
    if key in COMPUTED and key != "aws:sourceip":
        return None
    return Spot(in_pairs=False, name=key, default=context.call.defaults.get(key))
