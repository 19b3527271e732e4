"""What caller, action and resource settle for every request that shares them (docs/adr/0008).

A plan knows which statements match whatever the request says, and which must be asked; every
decision asks them. How the layers combine depends on nothing but which of them matched, so that is
worked out once (`decide`) and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import Outcome, decide
from policyeval.authorizer.decision import Decision
from policyeval.authorizer.facts import NO_KEYS, TOLD_BY_SESSIONS, read_met
from policyeval.authorizer.grants import GrantSearch, MatchedGrant
from policyeval.authorizer.intake import Intake, tell
from policyeval.authorizer.recorded import Answered
from policyeval.evaluator.asking import Question, ask_all, needs_context
from policyeval.evaluator.context import NO_PAIRS, NOTHING, EvaluationContext, Values
from policyeval.evaluator.layers import BoundStatement
from policyeval.evaluator.residuals import residual
from policyeval.model.decision import Layer
from policyeval.model.keeping import keep
from policyeval.model.request import Request

# Requests of one plan differ in few statements; more ways to combine are worked out again.
_OUTCOMES = 256


class Plan:
    """Decides the requests of one caller for one action on one resource.

    `answers` are the records it was made of; it holds as long as the source gives the same ones.
    `revision` is the source's under which it is known to hold, None when that must be looked at.
    """

    __slots__ = (
        "_always",
        "_ask",
        "_bare",
        "_grants",
        "_intake",
        "_keys",
        "_matched",
        "_needs_context",
        "_of_session",
        "_open",
        "_outcomes",
        "_takes_pairs",
        "_varies",
        "_with_grants",
        "answers",
        "revision",
    )

    def __init__(self, bare: Case, intake: Intake, grants: GrantSearch, answers: Sequence[Answered]) -> None:
        """Settle what can be.

        Args:
            bare: caller, action and resource; its request and context say nothing else.
            intake: reads the facts of requests.
            grants: the key's grants to the caller.
            answers: the records all this was made of.

        """
        self.revision: object = None
        self.answers = answers
        self._bare = bare
        self._intake = intake
        self._grants = grants
        self._always, self._varies = grants.always, grants.varies
        self._keys = intake.met(bare.action)
        self._of_session = TOLD_BY_SESSIONS if bare.context.caller.temporary else NO_KEYS
        self._takes_pairs = bare.context.call.takes_encryption_context
        self._matched: dict[BoundStatement, int] = {}
        self._open: list[tuple[BoundStatement, int]] = []
        self._outcomes: dict[int, Outcome] = {}
        self._with_grants: dict[tuple[int, bytes], tuple[Outcome, Sequence[MatchedGrant]]] = {}
        questions = []
        for statement in _statements(bare):
            rest = residual(statement.compiled, bare.context)
            if rest is None:
                continue
            if rest.left:
                self._open.append((statement, rest.door))
                questions.append(Question(rest.left, denies=not statement.allow))
            else:
                self._matched[statement] = rest.door
        self._ask = ask_all(questions)
        self._needs_context = grants.needs_context or needs_context(questions)

    def decide(self, request: Request) -> Decision | None:
        """Decide a request of the plan's caller, action and resource; None where its facts must be looked at closely.

        Raises:
            RequestError: an encryption context that is none.

        """
        pairs = given = NOTHING
        if request.encryption_context:
            if not self._takes_pairs:
                return None
            pairs = self._intake.pairs(request.encryption_context)
        if request.context:
            read = read_met(request.context, self._keys, self._of_session)
            if read is None:
                return None
            given = read
        return self.settle(request, pairs, given)

    def settle(self, request: Request, pairs: Values, given: Values) -> Decision:
        """Decide a request of which encryption context and own keys were read and folded: ask what is left open."""
        context, at = None, request.at
        # A time that needs no reading is the least that a plan takes on trust.
        if self._needs_context or (at is not None and (at.__class__ is not datetime or at.tzinfo is not UTC)):
            context = self._context(request, pairs, given)
        bits = self._ask(context, pairs, given)
        granted = self._granted(request, context) if self._varies else self._always
        if granted is self._always:
            outcome = self._outcomes.get(bits)
            if outcome is None:
                outcome = self._combine(bits, granted)
                keep(self._outcomes, bits, outcome, _OUTCOMES)
        else:
            outcome = self._outcome_with(bits, granted)
        return Decision(request, outcome, self, pairs, given, context)

    def _outcome_with(self, bits: int, granted: Sequence[MatchedGrant]) -> Outcome:
        """Give the outcome where these grants match. It is that of any others with their doors, but for their names."""
        alike = (bits, bytes([grant.door for grant in granted]))
        known = self._with_grants.get(alike)
        if known is None:
            outcome = self._combine(bits, granted)
            keep(self._with_grants, alike, (outcome, granted), _OUTCOMES)
            return outcome
        outcome, others = known
        names = {id(other): granted[number] for number, other in enumerate(others)}
        determining = [names.get(id(each), each) for each in outcome.determining]
        return Outcome(outcome.reason, outcome.layer, outcome.rule, determining)

    def case(self, request: Request, pairs: Values, given: Values, context: EvaluationContext | None) -> Case:
        """Gather for whoever asks for the reasons what bears on a request that was decided."""
        case = self._bare.copy()
        case.request = request
        case.context = self._context(request, pairs, given) if context is None else context
        case.grants, case.indexes = self._granted(request, context), self._grants.indexes
        return case

    def _context(self, request: Request, pairs: Values, given: Values) -> EvaluationContext:
        bare = self._bare.context
        context = EvaluationContext(bare.caller, bare.target, bare.call, bare.clock)
        context.alias, context.given = bare.alias, given
        tell(context, request)
        if pairs:
            context.encryption_context, context.pairs = pairs, request.encryption_context or NO_PAIRS
        return context

    def _granted(self, request: Request, context: EvaluationContext | None) -> Sequence[MatchedGrant]:
        if not self._varies:
            return self._always
        if context is None or not self._grants.needs_context:
            return self._grants.find(request.encryption_context or NO_PAIRS)
        return self._grants.find_in(context, request.grant_tokens)

    def _combine(self, bits: int, granted: Sequence[MatchedGrant]) -> Outcome:
        """Work out what a decision is when of the statements asked just these match."""
        case = self._bare.copy()
        case.grants = granted
        matched = {statement: door for number, (statement, door) in enumerate(self._open) if bits >> number & 1}
        case.matched = self._matched | matched
        return decide(case)


def _statements(case: Case) -> Iterator[BoundStatement]:
    """Give all statements that bear on a case without session and endpoint, Deny first."""
    own, theirs = case.own, case.theirs
    bound = not case.caller.service_linked  # RCPs bind no service-linked role (S3)
    yield from (statement for statement in theirs.denies if bound or statement.layer is not Layer.RCP)
    yield from own.denies
    for level in (*theirs.rcp_asked, *own.scp_asked):
        yield from level
    yield from theirs.allows
    yield from own.allows
    yield from own.boundary_allows or ()
