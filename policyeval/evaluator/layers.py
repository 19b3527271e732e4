"""Policies put in force together, with their statements looked up by action.

A layer gives, for an action, the Deny and the Allow statements that could match it. The look-up
is made once per action and layer; it holds statements, never answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from policyeval.evaluator.conditions import Test
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.generate import Answer
from policyeval.evaluator.partial import certain, possible
from policyeval.evaluator.principals import Door, Names
from policyeval.evaluator.statements import CompiledStatement, always
from policyeval.model.decision import Layer, StatementRef
from policyeval.model.keeping import keep
from policyeval.model.policy import NamedPolicy, Policy, PolicyType
from policyeval.model.source import Place

# A compiled policy takes some twenty times its text; profiles hold what they need of it.
_COMPILED = 8192


class View(Enum):
    """How to answer while some of the context is not known.

    EXACT: it is all known. GENEROUS: an Allow that could match does, a Deny only if it must;
    STRICT: the other way round. What STRICT allows is certain, what GENEROUS denies too.
    """

    EXACT = "exact"
    GENEROUS = "generous"
    STRICT = "strict"


class BoundStatement:
    """A compiled statement in the policy it stands in; equal statements share what was compiled.

    `answer` gives how the statement names the caller when it matches, 0 when it does not. `free` is
    true when nothing but the action decides.
    """

    __slots__ = ("_ref", "allow", "answer", "compiled", "free", "index", "layer", "policy")

    def __init__(self, compiled: CompiledStatement, layer: Layer, policy: NamedPolicy, index: int, view: View) -> None:
        self.compiled = compiled
        self.allow = compiled.allow
        self.layer = layer
        self.policy = policy
        self.index = index
        self.answer: Answer = compiled.answer
        test = compiled.test
        if view is not View.EXACT:
            generous = (view is View.GENEROUS) is compiled.allow
            test = possible(compiled) if generous else certain(compiled)
            self.answer = _answer(compiled.possible_names if generous else compiled.certain_names, test)
        self._ref: StatementRef | None = None
        self.free = test is always and (compiled.names is None or compiled.names_everyone)

    @property
    def place(self) -> Place:
        """Where the statement stands."""
        return self.policy.policy.statements[self.index].place

    def ref(self) -> StatementRef:
        """Name the statement."""
        if self._ref is None:
            sid = self.policy.policy.statements[self.index].sid
            self._ref = StatementRef(self.layer, self.policy.name, sid, self.index, None, self.place)
        return self._ref


def _answer(names: Names | None, test: Test) -> Answer:
    def answer(context: EvaluationContext) -> int:
        door = names(context) if names is not None else Door.DIRECT
        return door if door and test(context) else Door.NONE

    return answer


# The Deny and the Allow statements to ask for an action; of levels, the Allow statements of each.
Candidates: TypeAlias = tuple[tuple[BoundStatement, ...], tuple[BoundStatement, ...]]
LevelCandidates: TypeAlias = tuple[tuple[BoundStatement, ...], tuple[tuple[BoundStatement, ...], ...]]


class Compiler:
    """Compiles policies, equal ones once."""

    def __init__(self) -> None:
        self._by_identity: dict[tuple[int, PolicyType], tuple[Policy, tuple[CompiledStatement, ...]]] = {}
        self._by_content: dict[tuple[Policy, PolicyType], tuple[CompiledStatement, ...]] = {}

    def compile(self, policy: Policy, policy_type: PolicyType) -> tuple[CompiledStatement, ...]:
        """Compile a policy as one of its type."""
        identity = (id(policy), policy_type)
        known = self._by_identity.get(identity)
        if known is not None:
            return known[1]
        content = (policy, policy_type)
        compiled = self._by_content.get(content)
        if compiled is None:
            compiled = tuple(
                CompiledStatement(statement, policy_type, policy.version) for statement in policy.statements
            )
            keep(self._by_content, content, compiled, _COMPILED)
        # Holding the policy keeps its id its own.
        keep(self._by_identity, identity, (policy, compiled), _COMPILED)
        return compiled


class PolicyLayer:
    """The policies of one layer."""

    __slots__ = ("_by_action", "_compiled", "layer", "policies", "view")

    def __init__(
        self,
        layer: Layer,
        policies: Sequence[NamedPolicy],
        policy_type: PolicyType,
        compiler: Compiler,
        view: View = View.EXACT,
    ) -> None:
        self.layer = layer
        self.policies = tuple(policies)
        self.view = view
        self._compiled = tuple((policy, compiler.compile(policy.policy, policy_type)) for policy in self.policies)
        self._by_action: dict[str, Candidates] = {}

    def candidates(self, action: str) -> Candidates:
        """Give the Deny and the Allow statements whose action element matches a folded action."""
        found = self._by_action.get(action)
        return found if found is not None else self._look_up(action)

    def _look_up(self, action: str) -> Candidates:
        bound = [
            BoundStatement(compiled, self.layer, policy, index, self.view)
            for policy, statements in self._compiled
            for index, compiled in enumerate(statements)
            if compiled.matches_action(action)
        ]
        found = (tuple(s for s in bound if not s.allow), tuple(s for s in bound if s.allow))
        keep(self._by_action, action, found)
        return found


class LevelStack:
    """The levels of SCPs or RCPs from the root to the account: each must allow (S2, S3)."""

    __slots__ = ("_by_action", "levels")

    def __init__(self, levels: Sequence[PolicyLayer]) -> None:
        self.levels = tuple(levels)
        self._by_action: dict[str, LevelCandidates] = {}

    def candidates(self, action: str) -> LevelCandidates:
        """Give every level's Deny statements, and the Allow statements of each level that must still be asked.

        A level with a statement that allows the action whatever the context need not be asked.
        """
        found = self._by_action.get(action)
        if found is None:
            each = [level.candidates(action) for level in self.levels]
            denies = tuple(statement for level_denies, _ in each for statement in level_denies)
            asked = tuple(allows for _, allows in each if not any(statement.free for statement in allows))
            found = (denies, asked)
            keep(self._by_action, action, found)
        return found
