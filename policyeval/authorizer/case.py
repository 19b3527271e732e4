"""One request with everything that bears on it, ready to be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.grants import GrantIndex, MatchedGrant
from policyeval.authorizer.profiles import Caller, CallerSide, Target, TargetSide
from policyeval.catalog.services import ROOT_KEEPS
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.layers import BoundStatement, LevelStack, PolicyLayer
from policyeval.model.request import Request

# By `caller_type`: principals of accounts, and anonymous callers, who come from outside of all.
_CROSSING = frozenset({"AWS", ""})


class Case:
    """What `decide` looks at.

    Attributes:
        session: the session policies, None where there are none; a federated session without one has an empty
            layer (S7).
        endpoint: the policy of the VPC endpoint that the request comes through, None where none has a say.
        indexes: the key's grants to the caller.
        grants: those of them that match.
        retirable: the grants that the caller may retire; None unless the action is RetireGrant (G5).
        matched: the statements that match, with their doors, where they were asked before; else None.
        own: the statements to ask on the caller's side.
        theirs: the statements to ask on the resource's side.
        cross_account: whether the request comes from outside the resource's account.
        crosses_partitions: whether it comes from another partition.

    """

    session: PolicyLayer | None = None
    endpoint: PolicyLayer | None = None
    grants: Sequence[MatchedGrant] = ()
    indexes: Sequence[GrantIndex] = ()
    retirable: Sequence[MatchedGrant] | None = None
    matched: Mapping[BoundStatement, int] | None = None

    def __init__(
        self, request: Request, action: ActionFacts, caller: Caller, target: Target, context: EvaluationContext
    ) -> None:
        self.request = request
        self.action = action
        self.caller = caller
        self.target = target
        self.context = context
        self.own: CallerSide = caller.sides.get(action.folded) or caller.side(action.folded)
        self.theirs: TargetSide = target.sides.get(action.folded) or target.side(action)
        # Services and identity providers have no account of their own to cross from (S6).
        self.cross_account = caller.account != target.account and caller.caller_type in _CROSSING
        # Between partitions there is no sharing.
        self.crosses_partitions = caller.partition != target.partition != "" and caller.account != ""

    def copy(self) -> Case:
        """Give a copy whose parts may be replaced; `copy.copy` takes several times as long."""
        other = object.__new__(Case)
        other.__dict__.update(self.__dict__)
        return other

    def door(self, statement: BoundStatement) -> int:
        """Tell how a statement names the caller when it matches (`Door`), 0 when it does not."""
        return statement.answer(self.context) if self.matched is None else self.matched.get(statement, 0)

    @property
    def label(self) -> str:
        """The caller's name: the session's own where there is one."""
        return self.context.caller.session_arn or self.caller.label

    @property
    def rcps(self) -> LevelStack | None:
        """The RCPs that bind this request (S3)."""
        return None if self.caller.service_linked else self.target.rcps_for(self.action)

    @property
    def resource_policy(self) -> PolicyLayer | None:
        """The resource's own policy, where it has a say."""
        return None if self.spared else self.target.policy_for(self.action)

    @property
    def spared(self) -> bool:
        """Whether the resource's policy can take nothing: a bucket's cannot lock its account's root user out (S9)."""
        root = self.caller.is_root and not self.context.caller.is_session
        return root and self.action.folded in ROOT_KEEPS and not self.cross_account

    def policy_layers(self) -> list[PolicyLayer]:
        """Give the layers without levels, in the order in which failures are reported."""
        layers = [self.endpoint, self.resource_policy, self.caller.identity, self.caller.boundary, self.session]
        return [layer for layer in layers if layer is not None]
