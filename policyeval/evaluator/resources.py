"""A statement's Resource or NotResource, compiled: whether it covers what is asked for (S21–S23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from policyeval.catalog.services import governing
from policyeval.evaluator.conditions import Test, cannot_tell
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.globs import STAR, Matcher, compile_resource_pattern
from policyeval.evaluator.templates import Template, compile_resource_template
from policyeval.model.arn import split_arn
from policyeval.model.policy import Element, PolicyType
from policyeval.syntax.templates import TemplateError


class CompiledResource(NamedTuple):
    """What an element became.

    `test` is None where every resource is covered. `pattern` asks the same of an ARN alone, where the element is one
    pattern without variables. `keys` are the folded condition keys that its variables name.
    """

    test: Test | None
    pattern: Matcher | None = None
    keys: frozenset[str] = frozenset()


_EVERYTHING = CompiledResource(None)


def compile_resource(
    element: Element | None, policy_type: PolicyType, *, variables: bool, stuck: bool
) -> CompiledResource:
    """Compile the element as it stands in a policy of a type.

    Args:
        element: as written, None where the statement has neither form.
        policy_type: kinds differ in what a missing element and a pattern that ends early mean.
        variables: whether `${…}` is a variable: the policy's Version is 2012-10-17 (S22).
        stuck: the answer of what cannot be evaluated: False in an Allow, True in a Deny.

    """
    if element is None:
        return _missing(policy_type, stuck=stuck)
    if not element.values:
        return CompiledResource(cannot_tell("an empty NotResource", stuck=stuck) if element.negated else _never)
    values = [form for value in element.values for form in _forms(value, policy_type)]
    try:
        templates = [compile_resource_template(value, variables=variables) for value in values]
    except TemplateError as error:
        return CompiledResource(cannot_tell(f"Resource or NotResource: {error}", stuck=stuck))
    fixed = [template.static for template in templates if template.static is not None]
    filled = [template for template in templates if template.static is None]
    if (STAR,) in fixed:
        return CompiledResource(_never) if element.negated else _EVERYTHING
    patterns = [compile_resource_pattern(tokens) for tokens in fixed]
    keys = frozenset[str]().union(*(template.keys() for template in filled))
    if element.negated:
        return CompiledResource(_outside(patterns, filled, stuck=stuck), keys=keys)
    only = patterns[0] if len(patterns) == 1 and not filled else None
    return CompiledResource(_within(patterns, filled), only, keys)


def _missing(policy_type: PolicyType, *, stuck: bool) -> CompiledResource:
    """Compile what is not there: it means something else in each kind of policy."""
    if policy_type is PolicyType.TRUST:  # the role itself
        return _EVERYTHING
    if policy_type is PolicyType.KEY:  # inert (S23)
        return CompiledResource(_never)
    if policy_type is PolicyType.RESOURCE:
        return CompiledResource(_attached(stuck=stuck))
    return CompiledResource(cannot_tell("a statement without Resource", stuck=stuck))


def _never(_context: EvaluationContext) -> bool:
    return False


def _attached(*, stuck: bool) -> Test:
    """Make the test of a resource policy's statement without Resource: it is about what it is attached to.

    Nothing is said of what lies in that, nor of S3, which refuses it.
    Source: IAM user guide, "Policies and permissions in AWS Identity and Access Management".
    """
    unsaid = cannot_tell("a resource policy's statement without Resource", stuck=stuck)

    def test(context: EvaluationContext) -> bool:
        arn = split_arn(context.target.arn)
        if arn is None or arn.service == "s3" or governing(arn.service, arn.account, arn.resource) is not None:
            return unsaid(context)
        return True

    return test


def _forms(pattern: str, policy_type: PolicyType) -> tuple[str, ...]:
    """Give a pattern and, where it ends early, its completion: in identity policies AWS adds `*` for what is missing.

    As written it may match all the same, by a star that runs on (S21).
    """
    missing = 5 - pattern.count(":")
    if policy_type is not PolicyType.IDENTITY or missing <= 0 or not pattern.startswith("arn:"):
        return (pattern,)
    return pattern, pattern + ":*" * missing


def _within(patterns: Sequence[Matcher], filled: Sequence[Template]) -> Test:
    if len(patterns) == 1 and not filled:
        only = patterns[0]
        return lambda context: only(context.target.arn)

    def test(context: EvaluationContext) -> bool:
        resource = context.target.arn
        for matches in patterns:
            if matches(resource):
                return True
        for template in filled:
            tokens = template.fill(context, resource)
            if tokens is not None and compile_resource_pattern(tokens)(resource):
                return True
        return False

    return test


def _outside(patterns: Sequence[Matcher], filled: Sequence[Template], *, stuck: bool) -> Test:
    def test(context: EvaluationContext) -> bool:
        resource = context.target.arn
        if any(matches(resource) for matches in patterns):
            return False
        every = [template.fill(context, resource) for template in filled]
        if any(tokens is not None and compile_resource_pattern(tokens)(resource) for tokens in every):
            return False
        # With an unresolved variable a Deny applies and an Allow does not (S22).
        return stuck or None not in every

    return test
