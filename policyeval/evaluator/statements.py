"""One statement, compiled: whether it matches a request.

The action is not asked here: a layer looks statements up by action (layers.py). A statement is
compiled for the kind of policy it stands in, because kinds differ in what they may leave out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from policyeval.catalog.services import governing
from policyeval.evaluator.conditions import Test, cannot_tell, compile_condition
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.generate import Answer, Parts, generate
from policyeval.evaluator.globs import STAR, Matcher, compile_glob, compile_resource_pattern, tokenize
from policyeval.evaluator.key_names import RESOURCE_TAG
from policyeval.evaluator.principals import (
    Names,
    compile_certain_principal,
    compile_possible_principal,
    compile_principal,
    whom,
)
from policyeval.evaluator.templates import Template, compile_resource_template
from policyeval.model.arn import split_arn
from policyeval.model.policy import CURRENT_VERSION, Element, PolicyType, Statement

ActionTest: TypeAlias = Callable[[str], bool]

# They work in IAM policies only; what a key policy says with them cannot be evaluated (K6).
_IDENTITY_ONLY_KEY = re.compile(rf"kms:resourcealiases|{re.escape(RESOURCE_TAG)}.*", re.DOTALL)


class CompiledStatement:
    """A statement's tests: `matches_action`, `names` (None where no Principal belongs) and `test`.

    `resource`, `conditions` and `inert` are the parts of `test`, for those who explain or who know
    only some of the context. `inert` answers for what does not belong in this kind of policy.
    """

    __slots__ = (
        "_accounts",
        "_answer",
        "_certain",
        "_pattern",
        "_possible",
        "allow",
        "conditions",
        "inert",
        "matches_action",
        "names",
        "names_everyone",
        "resource",
        "resource_keys",
        "statement",
        "test",
    )

    def __init__(self, statement: Statement, policy_type: PolicyType, version: str | None) -> None:
        self.statement = statement
        self.allow = statement.effect == "Allow"
        variables = version == CURRENT_VERSION
        self.matches_action = _compile_action(statement.action, stuck=not self.allow)
        self.names: Names | None = None
        self._possible: Names | None = None
        self._certain: Names | None = None
        if policy_type.names_principals:
            self.names = compile_principal(statement.principal, allow=self.allow)
        self.names_everyone, self._accounts = whom(statement.principal)
        self.resource = _compile_resource(statement.resource, policy_type, variables=variables, stuck=not self.allow)
        self._pattern = _only_pattern(statement.resource, policy_type, variables=variables)
        self.resource_keys = _resource_keys(statement.resource, variables=variables)
        out_of_place = _out_of_place(statement, policy_type)
        self.inert = all_of([cannot_tell(why, stuck=not self.allow) for why in out_of_place]) if out_of_place else None
        self.conditions = tuple(
            compile_condition(condition, variables=variables, stuck=not self.allow)
            for condition in statement.conditions
            if not (policy_type is PolicyType.KEY and _IDENTITY_ONLY_KEY.fullmatch(condition.key.lower()))
        )
        parts = [self.resource, self.inert, *(condition.test for condition in self.conditions)]
        self.test = all_of([part for part in parts if part is not None])
        self._answer: Answer | None = None

    @property
    def possible_names(self) -> Names | None:
        """`names` for a role whose session is not known: it matches when it might; compiled when it is first asked."""
        if self._possible is None and self.names is not None:
            self._possible = compile_possible_principal(self.statement.principal, allow=self.allow)
        return self._possible

    @property
    def certain_names(self) -> Names | None:
        """The same, when it must."""
        if self._certain is None and self.names is not None:
            self._certain = compile_certain_principal(self.statement.principal, allow=self.allow)
        return self._certain

    @property
    def answer(self) -> Answer:
        """The whole statement as one function, written when it is first asked."""
        if self._answer is None:
            parts = Parts(
                self.names,
                self.names_everyone,
                self._accounts,
                self.resource,
                self._pattern,
                self.inert,
                self.conditions,
            )
            self._answer = generate(parts)
        return self._answer


def _out_of_place(statement: Statement, policy_type: PolicyType) -> list[str]:
    """Tell what a statement holds that this kind of policy cannot."""
    if not policy_type.names_principals and statement.principal is not None:
        return ["Principal does not belong in this kind of policy"]
    if policy_type is not PolicyType.KEY:
        return []
    keys = [condition.key for condition in statement.conditions if _IDENTITY_ONLY_KEY.fullmatch(condition.key.lower())]
    return [f"`{key}` does not work in a key policy" for key in keys]


def _only_pattern(element: Element | None, policy_type: PolicyType, *, variables: bool) -> Matcher | None:
    """Give the test of a Resource that is one pattern without variables, and not everything."""
    if element is None or element.negated or len(element.values) != 1 or element.values == ("*",):
        return None
    forms = _forms(element.values[0], policy_type)
    tokens = compile_resource_template(forms[0], variables=variables).static
    return compile_resource_pattern(tokens) if len(forms) == 1 and tokens is not None else None


def _resource_keys(element: Element | None, *, variables: bool) -> frozenset[str]:
    values = element.values if element is not None else ()
    return frozenset().union(*(compile_resource_template(value, variables=variables).keys() for value in values))


def all_of(tests: Sequence[Test]) -> Test:
    """AND the tests; most statements have one or two."""
    if not tests:
        return always
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:  # noqa: PLR2004 - written out because it is on the hot path
        first, second = tests
        return lambda context: first(context) and second(context)
    fixed = tuple(tests)

    def test(context: EvaluationContext) -> bool:
        return all(each(context) for each in fixed)

    return test


def always(_context: EvaluationContext) -> bool:
    """Hold for every request."""
    return True


def never(_context: EvaluationContext) -> bool:
    """Hold for no request."""
    return False


def _compile_action(element: Element | None, *, stuck: bool) -> ActionTest:
    """Compile Action or NotAction against folded actions; a statement without either is inert (S23).

    An empty Action makes a statement inert too; what an empty NotAction means nobody says.
    """
    if element is None or not element.values:
        holds = element is not None and element.negated and stuck
        return lambda _action: holds
    patterns = [compile_glob(tokenize(value.lower())) for value in element.values]
    if element.negated:
        return lambda action: not any(matches(action) for matches in patterns)
    return lambda action: any(matches(action) for matches in patterns)


def _compile_resource(  # noqa: PLR0911 - the cases there are
    element: Element | None, policy_type: PolicyType, *, variables: bool, stuck: bool
) -> Test | None:
    """Compile Resource or NotResource; None when it matches whatever is asked."""
    if element is None:
        if policy_type is PolicyType.TRUST:  # the role itself
            return None
        if policy_type is PolicyType.KEY:  # inert (S23)
            return never
        if policy_type is PolicyType.RESOURCE:
            return _attached(stuck=stuck)
        return cannot_tell("a statement without Resource", stuck=stuck)
    if not element.values:
        return cannot_tell("an empty NotResource", stuck=stuck) if element.negated else never
    values = [form for value in element.values for form in _forms(value, policy_type)]
    templates = [compile_resource_template(value, variables=variables) for value in values]
    static = [template.static for template in templates if template.static is not None]
    filled = [template for template in templates if template.static is None]
    if (STAR,) in static:
        return never if element.negated else None
    patterns = [compile_resource_pattern(tokens) for tokens in static]
    if element.negated:
        return _outside(patterns, filled, stuck=stuck)
    return _within(patterns, filled)


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
