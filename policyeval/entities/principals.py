"""Managed policies, groups, users, roles and root users of one account."""

from __future__ import annotations

from policyeval.entities.changes import Change, listed
from policyeval.entities.parts import AccountPart, Building
from policyeval.entities.policies import type_of_arn
from policyeval.entities.reading import Spot
from policyeval.entities.schema import AccessKeyModel, GroupModel, RoleModel, UserModel
from policyeval.entities.suggest import did_you_mean
from policyeval.entities.values import AccessKey
from policyeval.model.arn import root_arn
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, PrincipalRecord, ResourceRecord


def build_managed(building: Building, part: AccountPart) -> None:
    """Read the managed policies, which everything else may name by ARN."""
    for index, model in enumerate(part.model.policies):
        spot = part.spot.at("policies", index)
        arn = model.arn or f"arn:{part.partition}:iam::{part.model.id}:policy{model.path}{model.name}"
        name = model.name or arn.rpartition("/")[2]
        document, where = building.changes.of("managed policy", arn).one("document", model.document, spot)
        policy = building.reader.read(document, type_of_arn(arn), name, where)
        if policy is None:
            continue
        known = building.parts.managed.get(arn)
        if known is not None and model.arn is not None and known.policy == policy.policy:
            continue  # one of AWS's own, printed by the exports of two accounts
        if building.claim(("policy", arn.lower()), f"policy `{arn}`", spot):
            building.parts.managed[arn] = NamedPolicy(policy.name, policy.policy, arn)


class PrincipalBuilder:
    """Makes the principals of one account, from however many files describe it."""

    def __init__(self, building: Building, account: AccountRecord) -> None:
        self._building = building
        self._account = account
        self._groups: dict[str, tuple[NamedPolicy, ...]] = {}

    def build(self, described: list[AccountPart]) -> None:
        """Make groups first: users take their policies from them, also from another file's."""
        self._root(described)
        for part in described:
            for index, group in enumerate(part.model.groups):
                self._group(group, part.spot.at("groups", index))
        for part in described:
            for index, user in enumerate(part.model.users):
                self._user(user, part.spot.at("users", index))
            for index, role in enumerate(part.model.roles):
                self._role(role, part.spot.at("roles", index))

    def _root(self, described: list[AccountPart]) -> None:
        arn = root_arn(self._account.id, self._account.partition)
        self._building.parts.principals[arn] = PrincipalRecord(arn, "root", self._account, "root")
        for part in described:
            self._access_keys(part.model.access_keys, arn, part.spot)

    def _group(self, model: GroupModel, spot: Spot) -> None:
        if self._claim("group", model.name, spot):
            name = f"inline policy {{}} of group {model.name}"
            change = self._building.changes.of("group", self._arn("group", model.path, model.name))
            self._groups[model.name] = self._identity(model, name, spot, change)

    def _user(self, model: UserModel, spot: Spot) -> None:
        if not self._claim("user", model.name, spot):
            return
        arn = self._arn("user", model.path, model.name)
        change = self._building.changes.of("user", arn)
        own = self._identity(model, f"inline policy {{}} of user {model.name}", spot, change)
        user = PrincipalRecord(
            arn,
            "user",
            self._account,
            model.name,
            model.path,
            self._unique_id(model, spot),
            model.tags,
            own + self._from_groups(model, spot),
            self._boundary(model, f"user {model.name}", spot, change),
        )
        parts = self._building.parts
        parts.principals[arn] = parts.users[self._account.id, model.name] = user
        parts.resources[arn] = ResourceRecord(arn, self._account, tags=model.tags)
        self._access_keys(model.access_keys, arn, spot)

    def _role(self, model: RoleModel, spot: Spot) -> None:
        if not self._claim("role", model.name, spot):
            return
        parts = self._building.parts
        arn = self._arn("role", model.path, model.name)
        change = self._building.changes.of("role", arn)
        role = PrincipalRecord(
            arn,
            "role",
            self._account,
            model.name,
            model.path,
            self._unique_id(model, spot),
            model.tags,
            self._identity(model, f"inline policy {{}} of role {model.name}", spot, change),
            self._boundary(model, f"role {model.name}", spot, change),
            max_session_duration=model.max_session_duration,
        )
        trust, (node, where) = None, change.one("trust_policy", model.trust_policy, spot)
        if node is not None:
            trust = self._building.reader.read(node, PolicyType.TRUST, f"trust policy of {model.name}", where)
        parts.principals[arn] = parts.roles[self._account.id, model.name] = role
        parts.resources[arn] = ResourceRecord(arn, self._account, trust, model.tags)

    def _claim(self, kind: str, name: str, spot: Spot) -> bool:
        # IAM keeps names apart by more than case, whatever the path.
        what = f"{kind} `{name}` of account `{self._account.id}`"
        return self._building.claim((kind, self._account.id, name.lower()), what, spot.at("name"))

    def _unique_id(self, model: UserModel | RoleModel, spot: Spot) -> str | None:
        if model.unique_id is not None:
            self._building.claim(("id", model.unique_id), f"unique id `{model.unique_id}`", spot.at("unique_id"))
        return model.unique_id

    def _identity(
        self, model: UserModel | RoleModel | GroupModel, name: str, spot: Spot, change: Change
    ) -> tuple[NamedPolicy, ...]:
        field = "identity_policies"
        held, added = change.many(field, listed(model.identity_policies, spot.at(field)))
        return self._building.attached([*held, *added], PolicyType.IDENTITY, name, self._account.id)

    def _boundary(self, model: UserModel | RoleModel, owner: str, spot: Spot, change: Change) -> NamedPolicy | None:
        node, where = change.one("permissions_boundary", model.permissions_boundary, spot)
        if node is None:
            return None
        name, reader = f"permissions boundary of {owner}", self._building.reader
        return reader.attached(node, PolicyType.IDENTITY, name, where, self._account.id)

    def _from_groups(self, model: UserModel, spot: Spot) -> tuple[NamedPolicy, ...]:
        policies: list[NamedPolicy] = []
        for index, name in enumerate(model.groups):
            found = self._groups.get(name)
            if found is None:
                message = f"no group `{name}` in account `{self._account.id}`"
                where = spot.at("groups", index)
                self._building.faults.append(where.fault(message, did_you_mean(name, self._groups)))
            policies += (policy for policy in found or () if policy not in policies)
        return tuple(policies)

    def _access_keys(self, models: tuple[AccessKeyModel, ...], arn: str, spot: Spot) -> None:
        for index, model in enumerate(models):
            where = spot.at("access_keys", index, "id")
            if self._building.claim(("access key", model.id), f"access key `{model.id}`", where):
                self._building.parts.access_keys[model.id] = AccessKey(model.id, arn, model.secret)

    def _arn(self, kind: str, path: str, name: str) -> str:
        return f"arn:{self._account.partition}:iam::{self._account.id}:{kind}{path}{name}"
