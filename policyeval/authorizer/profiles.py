"""Principals and resources, with their policies compiled and their condition keys worked out.

A profile is made once for a record and holds it; a new record means a new profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyeval.catalog.services import own_policy_required
from policyeval.evaluator.context import PRINCIPAL_TAG, RESOURCE_TAG, Value
from policyeval.evaluator.layers import Compiler, LevelStack, PolicyLayer, View
from policyeval.evaluator.principals import Door
from policyeval.model.arn import Arn, root_arn, split_arn
from policyeval.model.decision import Layer
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, KeyFacts, PolicyLevels, PrincipalRecord, ResourceRecord

SERVICE_LINKED_PATH = "/aws-service-role/"
# Of callers that belong to no customer's account (S15, ours).
SERVICE_ACCOUNT = "aws-service"


class Caller:
    """A principal with everything that limits it.

    `caller_type` is the Principal key that can name it; `account` is "" where it has none.
    `grantees` are the names a grant can give it, with what each opens (G2).
    """

    __slots__ = (
        "account",
        "boundary",
        "caller_type",
        "described",
        "grantees",
        "has_everything",
        "identity",
        "is_role",
        "is_root",
        "keys",
        "label",
        "name",
        "organization_known",
        "partition",
        "record",
        "scps",
        "service_linked",
        "unique_id",
    )

    def __init__(self, label: str, caller_type: str, keys: Mapping[str, Value]) -> None:
        self.label = label
        self.caller_type = caller_type
        self.keys: Mapping[str, Value] = keys
        self.account = ""
        self.partition = "aws"
        self.name = label
        self.unique_id: str | None = None
        self.is_role = self.is_root = self.service_linked = False
        self.identity: PolicyLayer | None = None
        self.boundary: PolicyLayer | None = None
        self.scps: LevelStack | None = None
        self.grantees: tuple[tuple[str, Door], ...] = ()
        self.organization_known = True
        self.described = True
        # The caller's own half allows whatever is asked: a root user's (S9), or for argument's sake.
        self.has_everything = False
        self.record: PrincipalRecord | None = None


class Target:
    """A resource with its own policy and what its account's organization puts on it."""

    __slots__ = (
        "account",
        "arn",
        "described",
        "is_key",
        "key",
        "keys",
        "layer",
        "organization_known",
        "parts",
        "policy",
        "rcp_exempt",
        "rcps",
        "record",
        "region",
    )

    def __init__(self, arn: str, account: str, parts: Arn | None) -> None:
        self.arn = arn
        self.account = account
        self.parts = parts
        self.region = parts.region if parts is not None else ""
        self.is_key = parts is not None and parts.service == "kms" and parts.resource.startswith("key/")
        self.key: KeyFacts | None = None
        self.keys: Mapping[str, Value] = {}
        self.layer = Layer.RESOURCE
        self.policy: PolicyLayer | None = None
        self.rcps: LevelStack | None = None
        self.rcp_exempt = False
        self.organization_known = True
        self.described = False
        self.record: ResourceRecord | None = None

    def needs_own_policy(self, folded_action: str) -> bool:
        """Tell whether the resource's own policy must say yes even in its account (S5)."""
        return self.parts is not None and own_policy_required(folded_action, self.parts.service, self.parts.resource)


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
            stack = LevelStack(layer, [self.layer(layer, level, policy_type) for level in levels])
            known = self._stacks[id(levels)] = (levels, stack)
        return known[1]

    def caller(self, record: PrincipalRecord) -> Caller:
        """Make the profile of a described user, role or root user."""
        caller = Caller(record.arn, "AWS", _principal_keys(record))
        account = record.account
        caller.record, caller.described = record, record.described
        caller.account, caller.partition = account.id, account.partition
        caller.unique_id = record.unique_id
        caller.organization_known = account.organization_known
        caller.is_role, caller.is_root = record.kind == "role", record.kind == "root"
        caller.service_linked = caller.is_role and record.path.startswith(SERVICE_LINKED_PATH)
        root = root_arn(account.id, account.partition)
        if caller.is_root:
            caller.has_everything = True
            caller.name = ""  # a Principal that names the root user names the account (S10)
            caller.grantees = ((root, Door.DIRECT),)
        else:
            caller.identity = self.layer(Layer.IDENTITY, record.identity_policies, PolicyType.IDENTITY)
            named = Door.LIMITED if caller.is_role else Door.DIRECT
            names = [record.arn, record.unique_id] if record.unique_id else [record.arn]
            caller.grantees = (*((name, named) for name in names if name), (root, Door.ACCOUNT))
        if record.permissions_boundary is not None:
            caller.boundary = self.layer(Layer.BOUNDARY, [record.permissions_boundary], PolicyType.IDENTITY)
        if not (account.is_management_account or caller.service_linked):  # S2
            caller.scps = self.levels(Layer.SCP, account.service_control_policies, PolicyType.SCP)
        return caller

    def target(self, record: ResourceRecord) -> Target:
        """Make the profile of a described resource."""
        target = Target(record.arn, record.account.id, split_arn(record.arn))
        target.record, target.described = record, record.described
        target.key = record.key
        target.keys = _resource_keys(record)
        self.account_of(target, record.account)
        # RCPs do not reach AWS managed keys (S3).
        target.rcp_exempt |= record.key is not None and record.key.manager == "AWS"
        if record.policy is not None:
            self.policy_of(target, record.policy)
        return target

    def policy_of(self, target: Target, policy: NamedPolicy) -> None:
        """Put a resource's own policy in force."""
        policy_type = PolicyType.RESOURCE
        if target.is_key:
            policy_type = PolicyType.KEY
        elif target.parts is not None and target.parts.service == "iam" and target.parts.resource.startswith("role/"):
            policy_type, target.layer = PolicyType.TRUST, Layer.TRUST
        target.policy = self.layer(target.layer, [policy], policy_type)

    def account_of(self, target: Target, account: AccountRecord) -> None:
        """Put what the resource's account brings on it."""
        target.organization_known = account.organization_known
        # RCPs reach neither the management account nor who may assume a service-linked role (S3).
        service_linked = target.parts is not None and target.parts.resource.startswith(f"role{SERVICE_LINKED_PATH}")
        target.rcp_exempt = account.is_management_account or service_linked
        target.rcps = self.levels(Layer.RCP, account.resource_control_policies, PolicyType.RCP)
        if not target.keys:
            target.keys = _account_keys(account)


def _principal_keys(record: PrincipalRecord) -> dict[str, Value]:
    account = record.account
    keys: dict[str, Value] = {
        "aws:principalarn": record.arn,
        "aws:principalaccount": account.id,
        "aws:principalisawsservice": "false",
        "aws:principaltype": {"user": "User", "role": "AssumedRole", "root": "Account"}[record.kind],
    }
    keys |= organization_keys(account)
    if record.kind == "user":
        keys["aws:username"] = record.name
        keys["aws:userid"] = record.unique_id
    elif record.kind == "root":
        keys["aws:userid"] = account.id
    for tag, value in record.tags.items():
        keys[PRINCIPAL_TAG + tag.lower()] = value
    return {key: value for key, value in keys.items() if value is not None}


def organization_keys(account: AccountRecord) -> dict[str, Value]:
    """Give the condition keys that say which organization a principal's account is in."""
    if account.organization_id is None:
        return {}
    path = account.organization_path
    return {
        "aws:principalorgid": account.organization_id,
        "aws:principalorgpaths": (path,) if path is not None else None,
    }


def _account_keys(account: AccountRecord) -> dict[str, Value]:
    keys: dict[str, Value] = {"aws:resourceaccount": account.id}
    if account.organization_id is not None:
        keys["aws:resourceorgid"] = account.organization_id
        if account.organization_path:
            keys["aws:resourceorgpaths"] = (account.organization_path,)
    return keys


def _resource_keys(record: ResourceRecord) -> dict[str, Value]:
    keys = _account_keys(record.account)
    for tag, value in record.tags.items():
        keys[RESOURCE_TAG + tag.lower()] = value
    if record.key is not None:
        keys |= key_facts(record.key)
    return keys


def key_facts(key: KeyFacts) -> dict[str, Value]:
    """Give the condition keys that a KMS key sets (S34, K9: two go by old names too)."""
    keys: dict[str, Value] = {
        "kms:keyspec": key.spec,
        "kms:keyusage": key.usage,
        "kms:keyorigin": key.origin,
        "kms:customermasterkeyspec": key.spec,
        "kms:customermasterkeyusage": key.usage,
        "kms:multiregion": "true" if key.multi_region else "false",
    }
    if key.multi_region_type is not None:
        keys["kms:multiregionkeytype"] = key.multi_region_type
    if key.aliases:
        keys["kms:resourcealiases"] = key.aliases
    return keys
