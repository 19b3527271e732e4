"""One statement, compiled: whether it matches a request.

The action is not asked here: a layer looks statements up by action (layers.py). A statement is
compiled for the kind of policy it stands in, because kinds differ in what they may leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from policyeval.catalog.kms import IAM_POLICY_ONLY_KEYS
from policyeval.evaluator.conditions import Test, cannot_tell, compile_condition
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.generate import Answer, Parts, generate
from policyeval.evaluator.globs import compile_glob, tokenize
from policyeval.evaluator.principals import (
    Names,
    compile_certain_principal,
    compile_possible_principal,
    compile_principal,
    whom,
)
from policyeval.evaluator.resources import compile_resource
from policyeval.model.policy import CURRENT_VERSION, Condition, Element, PolicyType, Statement

ActionTest: TypeAlias = Callable[[str], bool]

_IAM_POLICY_ONLY_FAMILIES = tuple(key for key in IAM_POLICY_ONLY_KEYS if key.endswith("/"))


class CompiledStatement:
    """A statement's tests: `matches_action`, `names` (None where no Principal belongs) and `test`.

    `resource`, `conditions` and `misplaced` are the parts of `test`, for those who explain or who know
    only some of the context. `misplaced` answers for what does not belong in this kind of policy; it is
    None where nothing is.
    """

    __slots__ = (
        "_accounts",
        "_answer",
        "_certain",
        "_pattern",
        "_possible",
        "allow",
        "conditions",
        "matches_action",
        "misplaced",
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
        resource = compile_resource(statement.resource, policy_type, variables=variables, stuck=not self.allow)
        self.resource, self._pattern, self.resource_keys = resource
        whys = _misplaced(statement, policy_type)
        self.misplaced = all_of([cannot_tell(why, stuck=not self.allow) for why in whys]) if whys else None
        self.conditions = tuple(
            compile_condition(condition, variables=variables, stuck=not self.allow)
            for condition in statement.conditions
            if not (policy_type is PolicyType.KEY and _is_for_iam_policies(condition))
        )
        parts = [self.resource, self.misplaced, *(condition.test for condition in self.conditions)]
        self.test = all_of([part for part in parts if part is not None])
        self._answer: Answer | None = None

    @property
    def possible_names(self) -> Names | None:
        """`names` for a role whose session is not known: whoever might be named is; compiled when first asked."""
        if self._possible is None and self.names is not None:
            self._possible = compile_possible_principal(self.statement.principal, allow=self.allow)
        return self._possible

    @property
    def certain_names(self) -> Names | None:
        """`names` for a role whose session is not known: only who must be named is; compiled when first asked."""
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
                self.misplaced,
                self.conditions,
            )
            self._answer = generate(parts)
        return self._answer


def _misplaced(statement: Statement, policy_type: PolicyType) -> list[str]:
    """Tell what a statement holds that this kind of policy cannot."""
    if not policy_type.names_principals and statement.principal is not None:
        return ["Principal does not belong in this kind of policy"]
    if policy_type is not PolicyType.KEY:
        return []
    keys = [condition.key for condition in statement.conditions if _is_for_iam_policies(condition)]
    return [f"`{key}` does not work in a key policy" for key in keys]


def _is_for_iam_policies(condition: Condition) -> bool:
    """Tell whether a condition's key works in IAM policies only: with it a key policy cannot be evaluated (K6)."""
    folded = condition.key.lower()
    return folded in IAM_POLICY_ONLY_KEYS or folded.startswith(_IAM_POLICY_ONLY_FAMILIES)


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


def _compile_action(element: Element | None, *, stuck: bool) -> ActionTest:
    """Compile Action or NotAction against folded actions; a statement without either does nothing.

    An empty Action does nothing either; what an empty NotAction means nobody says. Only KMS takes a statement without
    both: it "has no effect". Source: AWS KMS API reference, "PutKeyPolicy", Policy.
    """
    if element is None or not element.values:
        holds = element is not None and element.negated and stuck
        return lambda _action: holds
    patterns = [compile_glob(tokenize(value.lower())) for value in element.values]
    if element.negated:
        return lambda action: not any(matches(action) for matches in patterns)
    return lambda action: any(matches(action) for matches in patterns)
