"""Principals and resources, with their policies compiled and their condition keys (derived.py).

A profile is made once for a record and holds it; a new record means a new profile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import NamedTuple

from policyeval.authorizer.actions import CREATE_SERVICE_LINKED_ROLE, RETIRE_GRANT, ActionFacts
from policyeval.authorizer.derived import account_keys, own_tags, principal_keys, resource_keys, tags_of_the_whole
from policyeval.authorizer.inputs import must_name
from policyeval.authorizer.policies import as_saved
from policyeval.catalog.kms import SYMMETRIC_SPECS
from policyeval.catalog.services import own_policy_required
from policyeval.evaluator.context import CallerFacts, CallFacts, TargetFacts, Value
from policyeval.evaluator.key_names import OBJECT_TAG, RESOURCE_TAG, SERVICE_NAME
from policyeval.evaluator.layers import BoundStatement, Compiler, LevelStack, PolicyLayer, View
from policyeval.evaluator.principals import Door
from policyeval.model.arn import Arn, root_arn, split_arn
from policyeval.model.decision import Layer
from policyeval.model.keeping import keep
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, KeyFacts, PolicyLevels, PrincipalRecord, ResourceRecord

_SERVICE_LINKED_PATH = "/aws-service-role/"
_LINKED = re.compile(r"role/aws-service-role/([^/]+)/")
_REGION = re.compile(r"[a-z0-9*?-]+")
# Of callers that belong to no customer's account (S15, ours).
SERVICE_ACCOUNT = "aws-service"


class CallerSide(NamedTuple):
    """What a caller's layers hold for one action: the statements to ask."""

    scp_asked: tuple[tuple[BoundStatement, ...], ...]
    denies: tuple[BoundStatement, ...]
    allows: tuple[BoundStatement, ...]
    boundary_allows: tuple[BoundStatement, ...] | None


class TargetSide(NamedTuple):
    """What a resource's side holds for one action."""

    rcp_asked: tuple[tuple[BoundStatement, ...], ...]
    denies: tuple[BoundStatement, ...]
    allows: tuple[BoundStatement, ...]
    needs_own_policy: bool
    layer: Layer
    call: CallFacts


class Caller(CallerFacts):
    """A principal with everything that limits it.

    `grantees` are the names a grant can give it, with what each opens (G2). `has_everything`: its
    own half allows whatever is asked, as a root user's does (S9).
    """

    __slots__ = (
        "boundary",
        "grantees",
        "has_everything",
        "identity",
        "is_role",
        "is_root",
        "label",
        "partition",
        "record",
        "scps",
        "service_linked",
        "sides",
    )

    def __init__(self, label: str, caller_type: str, keys: Mapping[str, Value]) -> None:
        self.label = self.name = label
        self.caller_type = caller_type
        self.keys = keys
        self.account = self.account_arn = ""
        self.partition = "aws"
        self.unique_id = self.session_arn = None
        self.is_session = self.temporary = self.has_boundary = False
        self.described = self.organization_known = True
        self.is_role = self.is_root = self.service_linked = self.has_everything = False
        self.identity: PolicyLayer | None = None
        self.boundary: PolicyLayer | None = None
        self.scps: LevelStack | None = None
        self.grantees: tuple[tuple[str, Door], ...] = ()
        self.record: PrincipalRecord | None = None
        self.sides: dict[str, CallerSide] = {}

    def side(self, action: str) -> CallerSide:
        """Look up the statements to ask for a folded action, and keep them in `sides`: look there first."""
        scp_denies, scp_asked = self.scps.candidates(action) if self.scps is not None else ((), ())
        denies, allows = self.identity.candidates(action) if self.identity is not None else ((), ())
        boundary_denies, boundary_allows = self.boundary.candidates(action) if self.boundary is not None else ((), None)
        side = CallerSide(scp_asked, (*scp_denies, *denies, *boundary_denies), allows, boundary_allows)
        keep(self.sides, action, side)
        return side

    def copy(self) -> Caller:
        """Give a copy whose layers may be changed."""
        other = copy(self)
        other.sides = {}
        return other


class Target(TargetFacts):
    """A resource with its own policy and what its account's organization puts on it.

    `record` is what is described of it, or of the resource that it lies in.
    """

    __slots__ = ("account", "is_role", "key", "partition", "parts", "policy", "rcp_exempt", "rcps", "record", "sides")

    def __init__(self, arn: str, account: str, parts: Arn | None) -> None:
        self.arn = arn
        self.account = account
        self.parts = parts
        self.region = parts.region if parts is not None else ""
        self.partition = parts.partition if parts is not None else ""
        self.is_key = parts is not None and parts.service == "kms" and parts.resource.startswith("key/")
        self.keys = {}
        self.organization_known = True
        self.described = False
        self.untold = ()
        self.key: KeyFacts | None = None
        self.is_role = parts is not None and parts.service == "iam" and parts.resource.startswith("role/")
        self.policy: PolicyLayer | None = None
        self.rcps: LevelStack | None = None
        self.rcp_exempt = False
        self.record: ResourceRecord | None = None
        self.sides: dict[str, TargetSide] = {}

    @property
    def linked_service(self) -> str | None:
        """The service whose service-linked role it is: the role's path has it.

        Source: IAM user guide, "Create a service-linked role".
        """
        found = _LINKED.match(self.parts.resource) if self.parts is not None and self.is_role else None
        return found[1] if found is not None else None

    def policy_for(self, action: ActionFacts) -> PolicyLayer | None:
        """Give the resource's own policy where the action asks it; no key policy has a say in RetireGrant (G5)."""
        if action.folded == RETIRE_GRANT or (self.is_role and action.service != "sts"):
            return None
        return self.policy

    def rcps_for(self, action: ActionFacts) -> LevelStack | None:
        """Give the RCPs that bind an action (S3)."""
        return self.rcps if action.rcps_bind and not self.rcp_exempt else None

    def side(self, action: ActionFacts) -> TargetSide:
        """Look up the statements to ask for an action, and keep them in `sides`: look there first.

        Raises:
            RequestError: the action is never asked on such a resource.

        """
        must_name(action, self.arn, self.parts)
        rcps, policy = self.rcps_for(action), self.policy_for(action)
        rcp_denies, rcp_asked = rcps.candidates(action.folded) if rcps is not None else ((), ())
        denies, allows = policy.candidates(action.folded) if policy is not None else ((), ())
        parts = self.parts
        needs = parts is not None and own_policy_required(action.folded, parts.service, parts.resource)
        # A trust policy answers for `sts:` alone (S35).
        layer = Layer.TRUST if self.is_role and action.service == "sts" else Layer.RESOURCE
        side = TargetSide(rcp_asked, (*rcp_denies, *denies), allows, needs, layer, self._call(action))
        keep(self.sides, action.folded, side)
        return side

    def _call(self, action: ActionFacts) -> CallFacts:
        symmetric = self.key is None or self.key.spec in SYMMETRIC_SPECS
        defaults = action.defaults
        if not symmetric:  # only symmetric keys have an algorithm that goes without saying
            defaults = {key: value for key, value in defaults.items() if key != "kms:encryptionalgorithm"}
        if action.folded == CREATE_SERVICE_LINKED_ROLE and self.linked_service is not None:
            defaults = {SERVICE_NAME: self.linked_service}
        # On an alias there are no condition keys of the call (K4).
        of_kms = action.service == "kms" and (self.is_key or not action.on_alias)
        return CallFacts(
            defaults=defaults,
            has_caller_account=of_kms and action.carries("kms:calleraccount"),
            has_via_service=of_kms and action.carries("kms:viaservice"),
            takes_encryption_context=symmetric and action.takes_encryption_context,
            has_for_service=of_kms and action.carries("kms:grantisforawsresource"),
            service=action.service,
            lacks=action.lacks,
        )

    def settle_region(self, told: Value) -> None:
        """Take all keys of an account for those of the Region that a request tells, where a new one is tagged (K5)."""
        if isinstance(told, str) and _REGION.fullmatch(told):
            self.arn, self.region = self.arn.replace(":kms:*:", f":kms:{told}:", 1), told

    def copy(self) -> Target:
        """Give a copy whose layers may be changed."""
        other = copy(self)
        other.sides = {}
        return other


class ProfileMaker:
    """Makes profiles for one view of the context, compiling through one compiler."""

    def __init__(self, compiler: Compiler, view: View = View.EXACT) -> None:
        self._compiler = compiler
        self.view = view
        self._stacks: dict[int, tuple[PolicyLevels, LevelStack]] = {}

    def layer(self, layer: Layer, policies: Sequence[NamedPolicy], policy_type: PolicyType) -> PolicyLayer:
        """Compile the policies of one layer."""
        return PolicyLayer(layer, policies, policy_type, self._compiler, self.view)

    def levels(self, layer: Layer, levels: PolicyLevels, policy_type: PolicyType) -> LevelStack | None:
        """Compile the levels of SCPs or RCPs; accounts that share them share the stack."""
        if not levels:
            return None
        known = self._stacks.get(id(levels))
        if known is None:
            stack = LevelStack([self.layer(layer, level, policy_type) for level in levels])
            known = (levels, stack)
            keep(self._stacks, id(levels), known)
        return known[1]

    def caller(self, record: PrincipalRecord) -> Caller:
        """Make the profile of a described user, role or root user."""
        caller = Caller(record.arn, "AWS", principal_keys(record))
        account = record.account
        caller.record, caller.described = record, record.described
        caller.account, caller.partition = account.id, account.partition
        caller.unique_id = record.unique_id
        caller.organization_known = account.organization_known
        caller.is_role = caller.is_session = caller.temporary = record.kind == "role"
        caller.is_root = record.kind == "root"
        caller.service_linked = caller.is_role and record.path.startswith(_SERVICE_LINKED_PATH)
        root = caller.account_arn = root_arn(account.id, account.partition)
        if caller.is_root:
            caller.has_everything = True
            caller.name = ""  # a Principal that names the root user names the account (S10)
            caller.grantees = ((root, Door.DIRECT),)
        else:
            caller.identity = self.layer(Layer.IDENTITY, record.identity_policies, PolicyType.IDENTITY)
            named = Door.LIMITED if caller.is_role else Door.DIRECT
            names = (record.arn, record.unique_id)
            caller.grantees = (*((name, named) for name in names if name), (root, Door.ACCOUNT))
        if record.permissions_boundary is not None:
            caller.has_boundary = True
            caller.boundary = self.layer(Layer.BOUNDARY, [record.permissions_boundary], PolicyType.IDENTITY)
        if not (account.is_management_account or caller.service_linked):  # S2
            caller.scps = self.levels(Layer.SCP, account.service_control_policies, PolicyType.SCP)
        return caller

    def target(self, record: ResourceRecord) -> Target:
        """Make the profile of a described resource."""
        target = Target(record.arn, record.account.id, split_arn(record.arn))
        target.record, target.described = record, record.described
        target.key = record.key
        target.keys = resource_keys(record)
        if record.described and target.parts is not None:  # what it lies in is not: else `of_its_own` has the record
            target.untold = tags_of_the_whole(target.parts)
        self.account_of(target, record.account)
        # RCPs do not reach AWS managed keys (S3).
        target.rcp_exempt |= record.key is not None and record.key.manager == "AWS"
        if record.policy is not None:
            self.policy_of(target, record.policy)
        return target

    def policy_of(self, target: Target, policy: NamedPolicy) -> None:
        """Put a resource's own policy in force."""
        policy_type, layer = PolicyType.RESOURCE, Layer.RESOURCE
        if target.is_key:
            policy_type = PolicyType.KEY
        elif target.is_role:
            policy_type, layer = PolicyType.TRUST, Layer.TRUST
        target.policy = self.layer(layer, [as_saved(policy, target.parts)], policy_type)

    def of_its_own(self, target: Target, record: ResourceRecord, governing: NamedPolicy | None) -> None:
        """Add to what lies in another resource what is described of itself, beside the policy that governs it."""
        target.untold = tuple(family for family in target.untold if family not in {OBJECT_TAG, RESOURCE_TAG})
        target.keys = {**target.keys, **own_tags(record)}
        if record.policy is not None:
            both = [as_saved(policy, target.parts) for policy in (record.policy, governing) if policy is not None]
            target.policy = self.layer(Layer.RESOURCE, both, PolicyType.RESOURCE)

    def account_of(self, target: Target, account: AccountRecord, service: str = "") -> None:
        """Add what the resource's account brings; `service` is the one that is asked, where there is no resource."""
        target.organization_known = account.organization_known
        # RCPs reach neither the management account nor who may assume a service-linked role (S3).
        service_linked = target.parts is not None and target.parts.resource.startswith(f"role{_SERVICE_LINKED_PATH}")
        target.rcp_exempt = account.is_management_account or service_linked
        target.rcps = self.levels(Layer.RCP, account.resource_control_policies, PolicyType.RCP)
        if not target.keys:
            target.keys = account_keys(account, target.parts, service)
