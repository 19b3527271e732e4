"""One request with everything that bears on it, ready to be decided."""

from __future__ import annotations

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.grants import MatchedGrant
from policyeval.authorizer.profiles import Caller, Target
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.layers import LevelStack, PolicyLayer
from policyeval.model.decision import Layer
from policyeval.model.request import Request


class Case:
    """What `decide` looks at.

    `session` is the session-policy layer, None where there is none; a federated session without a
    session policy has an empty one (S7). `retirable` is None unless the action is RetireGrant.
    """

    __slots__ = (
        "action",
        "caller",
        "context",
        "cross_account",
        "endpoint",
        "grants",
        "label",
        "request",
        "retirable",
        "session",
        "target",
    )

    request: Request
    action: ActionFacts
    context: EvaluationContext
    caller: Caller
    target: Target
    label: str
    session: PolicyLayer | None
    endpoint: PolicyLayer | None
    grants: list[MatchedGrant]
    retirable: list[MatchedGrant] | None
    cross_account: bool

    @property
    def crosses_partitions(self) -> bool:
        """Whether caller and resource live in different partitions, between which there is no sharing."""
        parts = self.target.parts
        return bool(self.caller.account) and parts is not None and parts.partition != self.caller.partition

    @property
    def rcps(self) -> LevelStack | None:
        """Give the RCPs that bind this request (S3)."""
        target = self.target
        if target.rcps is None or target.rcp_exempt or self.caller.service_linked or not self.action.rcps_bind:
            return None
        return target.rcps

    @property
    def resource_policy(self) -> PolicyLayer | None:
        """Give the resource's own policy, where the action asks it.

        A trust policy answers for `sts:` alone, and no key policy has a say in RetireGrant (G5).
        """
        target = self.target
        if target.layer is Layer.TRUST and self.action.service != "sts":
            return None
        return target.policy if self.retirable is None else None

    def policy_layers(self) -> list[PolicyLayer]:
        """Give the layers without levels, in the order in which failures are reported."""
        layers = [self.endpoint, self.resource_policy, self.caller.identity, self.caller.boundary, self.session]
        return [layer for layer in layers if layer is not None]
