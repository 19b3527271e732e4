"""What every layer said of a request, and what in them could not be evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from policyeval.authorizer.case import Case
from policyeval.authorizer.foregone import needs_no_permission
from policyeval.evaluator.layers import BoundStatement, LevelStack, PolicyLayer
from policyeval.model.decision import Layer, LayerVerdict, StatementRef, Verdict
from policyeval.model.source import Diagnostic


def layer_verdicts(case: Case) -> tuple[LayerVerdict, ...]:
    """Give each layer's own verdict, whatever the others said."""
    resource = case.theirs.layer
    verdicts = {
        Layer.RCP: _levels(Layer.RCP, case.rcps, case),
        Layer.SCP: _levels(Layer.SCP, case.caller.scps, case),
        Layer.ENDPOINT: _policies(Layer.ENDPOINT, case.endpoint, case),
        resource: _policies(resource, case.resource_policy, case),
        Layer.GRANT: _grants(case),
        Layer.IDENTITY: _policies(Layer.IDENTITY, case.caller.identity, case),
        Layer.BOUNDARY: _policies(Layer.BOUNDARY, case.caller.boundary, case),
        Layer.SESSION: _policies(Layer.SESSION, case.session, case),
    }
    return tuple(verdicts[layer] for layer in Layer if layer in verdicts)


def _grants(case: Case) -> LayerVerdict:
    if not case.target.is_key:
        return LayerVerdict(Layer.GRANT, "not_applicable")
    matched = case.retirable if case.retirable is not None else case.grants
    return LayerVerdict(Layer.GRANT, "allow" if matched else "implicit_deny", tuple(grant.ref() for grant in matched))


def _policies(layer: Layer, policies: PolicyLayer | None, case: Case) -> LayerVerdict:
    if policies is None:
        return LayerVerdict(layer, "not_applicable")
    denies, allows = policies.candidates(case.action.folded)
    return _verdict(layer, denies, [allows], case)


def _levels(layer: Layer, stack: LevelStack | None, case: Case) -> LayerVerdict:
    if stack is None:
        return LayerVerdict(layer, "not_applicable")
    each = [level.candidates(case.action.folded) for level in stack.levels]
    denies = [statement for level_denies, _ in each for statement in level_denies]
    return _verdict(layer, denies, [allows for _, allows in each], case)


def _verdict(
    layer: Layer, denies: Iterable[BoundStatement], levels: Iterable[Iterable[BoundStatement]], case: Case
) -> LayerVerdict:
    denied = _matching(denies, case)
    if denied:
        return LayerVerdict(layer, "explicit_deny", denied)
    allowed = [_matching(allows, case) for allows in levels]
    verdict: Verdict = "allow" if all(allowed) else "implicit_deny"
    return LayerVerdict(layer, verdict, tuple(ref for refs in allowed for ref in refs))


def _matching(statements: Iterable[BoundStatement], case: Case) -> tuple[StatementRef, ...]:
    return tuple(statement.ref() for statement in statements if statement.answer(case.context))


def every_layer(case: Case) -> list[PolicyLayer]:
    """Give every policy layer that was asked, levels one by one, in report order."""
    stacks = [level for stack in (case.rcps, case.caller.scps) if stack is not None for level in stack.levels]
    return [*stacks, *case.policy_layers()]


def every_statement(case: Case) -> Iterator[BoundStatement]:
    """Give every statement of theirs that is about the action; of what needs no permission, the endpoint's alone."""
    layers = every_layer(case)
    if needs_no_permission(case):
        layers = [layer for layer in layers if layer is case.endpoint]
    return _statements(layers, case)


def _statements(layers: Iterable[PolicyLayer], case: Case) -> Iterator[BoundStatement]:
    """Give the statements of layers that are about the action, Deny first in each."""
    return (statement for layer in layers for group in layer.candidates(case.action.folded) for statement in group)


class Doubted(NamedTuple):
    """A statement that may answer otherwise in a real request, and what says so."""

    statement: BoundStatement
    why: Diagnostic


def otherwise(statement: BoundStatement, what: str, hint: str) -> Doubted:
    """Say what a statement may do where it is not as the request tells: `what` is not known, `hint` settles it."""
    effect = "the Allow may not match" if statement.allow else "the Deny may match"
    message = f"{what}: otherwise {effect} in {statement.ref()}"
    return Doubted(statement, Diagnostic(message, f"{hint}: AWS may decide otherwise", place=statement.place))


def unevaluated(case: Case) -> tuple[Diagnostic, ...]:
    """Evaluate every statement that could match once more, and name what could not be evaluated."""
    context = case.context
    general = list(context.faults or ())
    found: list[Diagnostic] = []
    seen: set[str] = set()
    for statement in _statements(every_layer(case), case):
        context.faults = []
        statement.answer(context)
        seen.update(context.faults)
        effect = "the Allow does not match" if statement.allow else "the Deny matches"
        found += [Diagnostic(f"{why}: {effect} in {statement.ref()}", place=statement.place) for why in context.faults]
    context.faults = general
    return (*(Diagnostic(why) for why in general if why not in seen), *found)
