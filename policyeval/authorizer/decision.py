"""The answer: allow or deny, why, and what every layer said."""

from __future__ import annotations

from functools import cached_property
from typing import Final, Literal, Protocol, Self

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import Outcome
from policyeval.authorizer.doubts import doubts, reservations
from policyeval.authorizer.explain import explain
from policyeval.authorizer.message import sentence
from policyeval.authorizer.report import layer_verdicts, unevaluated
from policyeval.authorizer.usual import denied_untold
from policyeval.evaluator.context import NOTHING, EvaluationContext, Values
from policyeval.model.decision import Layer, LayerVerdict, Reason, StatementRef
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic


class Gathers(Protocol):
    """Who can gather what bore on a decided request: a plan."""

    def case(self, request: Request, pairs: Values, given: Values, context: EvaluationContext | None) -> Case:
        """Gather it, from the facts that were read when it was decided."""
        ...


class Decision:
    """One decided request. It does not change when policies do, and is true as a condition where it allows.

    Attributes:
        allowed: whether the request is allowed.
        reason: `allowed`, `explicit_deny` or `implicit_deny`.
        layer: what decided; None where the structure itself did.
        rule: then the fact that did, by its number in docs/semantics.md (`K3`).

    """

    # What is asked for rarely is worked out when asked for, the case itself included.
    def __init__(  # noqa: PLR0913, PLR0917 - an object to hold them costs as much as the rest
        self,
        request: Request,
        outcome: Outcome,
        gathers: Gathers | Case,
        pairs: Values = NOTHING,
        given: Values = NOTHING,
        context: EvaluationContext | None = None,
    ) -> None:
        self.allowed: Final = outcome.reason == "allowed"
        self._request = request
        self._outcome = outcome
        self._gathers = gathers
        self._pairs = pairs
        self._given = given
        self._context = context

    @classmethod
    def of_case(cls, case: Case, outcome: Outcome) -> Self:
        """Make the decision of a case that was gathered."""
        return cls(case.request, outcome, case)

    @cached_property
    def _case(self) -> Case:
        gathers = self._gathers
        if isinstance(gathers, Case):
            return gathers
        return gathers.case(self._request, self._pairs, self._given, self._context)

    @property
    def decision(self) -> Literal["allow", "deny"]:
        """`allow` or `deny`."""
        return "allow" if self.allowed else "deny"

    @property
    def reason(self) -> Reason:
        """Why: `allowed`, `explicit_deny` or `implicit_deny`."""
        return self._outcome.reason

    @property
    def layer(self) -> Layer | None:
        """What decided, None where the structure itself did."""
        return self._outcome.layer

    @property
    def rule(self) -> str | None:
        """The fact that decided where no layer did."""
        return self._outcome.rule

    @property
    def request(self) -> Request:
        """What was asked."""
        return self._request

    @property
    def read(self) -> tuple[Values, Values]:
        """The encryption context and the request's own keys as they were read for a plan, folded."""
        return self._pairs, self._given

    @property
    def basis(self) -> object:
        """What it rests on, for whoever keeps what follows from it: decisions may share it that rest on the same.

        They are then of one caller, action and resource.
        """
        return self._outcome

    @cached_property
    def message(self) -> str:
        """AWS's sentence, word for word (docs/semantics.md)."""
        return sentence(self._case, self._outcome)

    @cached_property
    def determining_statements(self) -> tuple[StatementRef, ...]:
        """The statements and grants that the decision rests on; none for an implicit deny."""
        return tuple(statement.ref() for statement in self._outcome.determining)

    @cached_property
    def layers(self) -> tuple[LayerVerdict, ...]:
        """Every layer's own verdict, in the order in which failures are reported."""
        return layer_verdicts(self._case)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be evaluated and so helped nobody, and why AWS may decide otherwise."""
        return (*unevaluated(self._case), *(reservations if self.allowed else denied_untold)(self._case))

    @cached_property
    def doubts(self) -> tuple[Diagnostic, ...]:
        """Why a real request may be decided otherwise, with places.

        It was not told what every request has, or was told what none has, and a statement looks at that; or a bucket
        behind an access point must permit it as well. Of a deny it is said only where all that denies hangs on that.
        """
        return doubts(self._case) if self.allowed else tuple(denied_untold(self._case))

    @cached_property
    def _explanation(self) -> str:
        return explain(self._case, self._outcome)

    def explain(self) -> str:
        """Say in full what each layer said and, for a deny, the smallest change that would allow it."""
        return self._explanation

    def to_json(self) -> dict[str, object]:
        """Give the fields of the contract, ready for `json.dumps`."""
        return {
            "decision": self.decision,
            "reason": self.reason,
            "layer": str(self.layer) if self.layer is not None else None,
            "rule": self.rule,
            "message": self.message,
            "determining_statements": [statement.to_json() for statement in self.determining_statements],
            "layers": [verdict.to_json() for verdict in self.layers],
            "diagnostics": [diagnostic.to_json() for diagnostic in self.diagnostics],
        }

    def __bool__(self) -> bool:
        """Tell whether the request is allowed, so that `if decision:` takes no deny for an allow."""
        return self.allowed

    def __getstate__(self) -> dict[str, object]:
        """Give all that it says, for another process; what that was worked out from stays here."""
        said = ("message", "determining_statements", "layers", "diagnostics", "doubts", "_explanation")
        return {
            "allowed": self.allowed,
            "_request": self._request,
            "_outcome": self._outcome._replace(determining=()),
            "_pairs": dict(self._pairs),
            "_given": dict(self._given),
            **{name: getattr(self, name) for name in said},
        }

    def __repr__(self) -> str:
        """Verdict, reason, layer."""
        return f"<Decision {self.decision}: {self.reason} by {self.layer or self.rule}>"
