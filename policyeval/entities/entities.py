"""`Entities`: what is known about accounts, principals, keys and grants, from files.

Frozen after loading. What-ifs give a new `Entities` that shares every record that did not change;
since a record's identity is its version, an authorizer recompiles only what did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NoReturn

from policyeval.entities.overlay import Overlay
from policyeval.entities.suggest import did_you_mean
from policyeval.entities.values import NO_GRANTS, AccessKey, KeyGrants
from policyeval.errors import EntitiesError, UnknownEntityError
from policyeval.model.arn import split_arn
from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy, Policy, PolicyType
from policyeval.model.records import AccountRecord, EndpointRecord, PrincipalRecord, ResourceRecord
from policyeval.model.request import PolicyLike
from policyeval.model.source import Diagnostic

if TYPE_CHECKING:
    from policyeval.entities.loader import AnyPath
    from policyeval.entities.parts import Parts


class Entities:
    """Accounts, principals, resources, keys and grants; implements `model.records.PolicySource`."""

    def __init__(self, parts: Parts) -> None:
        """Hold what a builder made; use `load`, `from_text` or `from_mapping`."""
        self._accounts = parts.accounts
        self._principals: Overlay[str, PrincipalRecord] = Overlay(parts.principals)
        self._users: Overlay[tuple[str, str], PrincipalRecord] = Overlay(parts.users)
        self._roles: Overlay[tuple[str, str], PrincipalRecord] = Overlay(parts.roles)
        self._resources: Overlay[str, ResourceRecord] = Overlay(parts.resources)
        self._aliases = parts.aliases
        self._grants: Overlay[str, KeyGrants] = Overlay(parts.grants)
        self._endpoints = parts.endpoints
        self._managed = parts.managed
        self._access_keys = parts.access_keys
        self.revision: object = object()  # nothing changes: a what-if is another `Entities`

    def __repr__(self) -> str:
        """Count what is described; no names, no secrets."""
        return f"Entities({len(self._accounts)} accounts)"

    @classmethod
    def load(cls, path: AnyPath) -> Entities:
        """Read an entities file, the base files it starts from and the policy files it names.

        Raises `EntitiesError` with every fault of all of them.
        """
        from policyeval.entities.loader import read_file, read_first  # noqa: PLC0415 - what-ifs touch no files

        name = str(path)
        return cls.from_text(read_first(name), name=name, read_file=read_file)

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        name: str | None = None,
        format: Literal["yaml", "json"] | None = None,  # noqa: A002 - the word that says it
        read_file: Callable[[str], str] | None = None,
    ) -> Entities:
        """Read entities from a text.

        Args:
            text: YAML or JSON.
            name: what places call it; relative paths in it start there.
            format: which of the two; by the name's extension when None, YAML when that says nothing.
            read_file: gives the text of a file that this one names; without it, naming one is a fault.

        Raises `EntitiesError` with every fault.

        """
        from policyeval.entities.build import parts_of_text  # noqa: PLC0415 - pydantic is heavy

        return cls(parts_of_text(text, name, format, read_file))

    @classmethod
    def from_mapping(cls, value: Mapping[str, object], *, read_file: Callable[[str], str] | None = None) -> Entities:
        """Read entities from a Python value of the file format's form; places are JSON Pointers.

        Raises `EntitiesError` with every fault.
        """
        from policyeval.entities.build import parts_of_mapping  # noqa: PLC0415 - pydantic is heavy

        return cls(parts_of_mapping(value, read_file))

    # What an authorizer asks. An answer is the same object until it changes.

    def account(self, account_id: str) -> AccountRecord:
        """Give an account by its id. Raises `UnknownEntityError`."""
        found = self._accounts.get(account_id)
        return found if found is not None else _unknown("account", account_id, self._accounts)

    def principal(self, arn: str) -> PrincipalRecord:
        """Give a user, role or root user by its IAM ARN. Raises `UnknownEntityError`."""
        found = self._principals.get(arn)
        if found is not None:
            return found
        fields = split_arn(arn)
        hint = self._elsewhere(fields.account) if fields is not None else None
        return _unknown("principal", arn, self._like_principal(arn), hint=hint)

    def role(self, account_id: str, name: str) -> PrincipalRecord:
        """Give a role by name. Raises `UnknownEntityError`."""
        found = self._roles.get((account_id, name))
        if found is not None:
            return found
        last, near, hint = name.rpartition("/")[2], list[str](), self._elsewhere(account_id)
        if (account_id, last) in self._roles:
            hint = f"sessions name their role without its path (S14): `{last}`"
        else:
            near = [role for account, role in self._roles if account == account_id]
        return _unknown("role", name, near, f" in account `{account_id}`", hint)

    def user(self, account_id: str, name: str) -> PrincipalRecord | None:
        """Give a user by name, None where there is none."""
        return self._users.get((account_id, name))

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a resource by ARN, for a KMS alias its key, None for one that is not described.

        Raises `UnknownEntityError` for a key or alias that is not described.
        """
        found = self._resources.get(arn) or self._resources.get(self._aliases.get(arn, ""))
        if found is None:
            fields = split_arn(arn)
            if fields is not None and fields.service == "kms" and fields.resource.startswith(("key/", "alias/")):
                kind = fields.resource.partition("/")[0]
                near = self._aliases if kind == "alias" else (key.arn for key in self.keys())
                _unknown(kind, arn, near)
        return found

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        """Give a key's grants to one grantee: an ARN, an account's root ARN, or a service name."""
        found = self._grants.get(key_arn)
        return (found.by_grantee.get(grantee) or ()) if found is not None else ()

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants, whoever may retire them."""
        found = self._grants.get(key_arn)
        return found.all if found is not None else ()

    def endpoint(self, endpoint_id: str) -> EndpointRecord:
        """Give a VPC endpoint by id. Raises `UnknownEntityError`."""
        found = self._endpoints.get(endpoint_id)
        return found if found is not None else _unknown("VPC endpoint", endpoint_id, self._endpoints)

    def managed_policy(self, arn: str) -> NamedPolicy:
        """Give a managed policy by ARN, AWS's own included. Raises `UnknownEntityError`."""
        from policyeval.entities.policies import aws_managed  # noqa: PLC0415 - pydantic is heavy

        found = self._managed.get(arn) or aws_managed(arn)
        return found if found is not None else _unknown("managed policy", arn, self._managed)

    def principals(self, account_id: str | None = None) -> Iterator[PrincipalRecord]:
        """Give every described principal, root users included."""
        every = self._principals.values()
        return every if account_id is None else (p for p in every if p.account.id == account_id)

    # What else there is to know.

    def accounts(self) -> Iterator[AccountRecord]:
        """Give every account, also those that only the organization's tree names."""
        return iter(self._accounts.values())

    def resources(self) -> Iterator[ResourceRecord]:
        """Give every resource: keys, users, roles with their trust policies, and others."""
        return self._resources.values()

    def keys(self) -> Iterator[ResourceRecord]:
        """Give every KMS key."""
        return (resource for resource in self._resources.values() if resource.key is not None)

    def access_keys(self) -> Iterator[AccessKey]:
        """Give every long-term access key."""
        return iter(self._access_keys.values())

    def access_key(self, key_id: str) -> AccessKey | None:
        """Give a long-term access key by its id, for whoever checks signatures."""
        return self._access_keys.get(key_id)

    # What-ifs: a new `Entities`, every other record shared.

    def with_grant(self, key_arn: str, grant: Grant | Mapping[str, object]) -> Entities:
        """Add a grant to a key, or replace the one with its id.

        Raises `UnknownEntityError` for an unknown key, `EntitiesError` for what is no grant, or one on another key.
        """
        arn = self._key_named(key_arn)
        known = self._grants.get(arn) or NO_GRANTS
        if not isinstance(grant, Grant):
            from policyeval.entities.grants import grant_of  # noqa: PLC0415 - pydantic is heavy

            grant = grant_of(grant, arn, known)
        elif grant.key_arn != arn:
            raise EntitiesError([Diagnostic(f"the grant is on `{grant.key_arn}`, not on `{arn}`")])
        return self._changed(_grants=self._grants.with_item(arn, known.with_grant(grant)))

    def without_grant(self, key_arn: str, grant_id: str) -> Entities:
        """Take a grant from a key. Raises `UnknownEntityError` when the key or the grant is not there."""
        arn = self._key_named(key_arn)
        known = self._grants.get(arn) or NO_GRANTS
        if grant_id not in known.by_id:
            _unknown("grant", grant_id, known.by_id)
        return self._changed(_grants=self._grants.with_item(arn, known.without_grant(grant_id)))

    def _key_named(self, arn: str) -> str:
        """Give a key's ARN by that or by an alias's."""
        record = self.resource(arn)
        if record is None or record.key is None:
            return _unknown("key", arn, (key.arn for key in self.keys()))
        return record.arn

    def with_resource_policy(self, arn: str, policy: PolicyLike | None) -> Entities:
        """Replace the policy of a key, a role's trust policy, or another resource's policy.

        Raises `UnknownEntityError` for an unknown resource, for a user and for an AWS managed key, `PolicySyntaxError`
        for what is no policy.
        """
        kind = self.resource_policy_type(arn)
        record = self._described(arn)
        name = record.policy.name if record.policy is not None else f"{kind} policy"
        changed = replace(record, policy=_policy(policy, kind, name) if policy is not None else None)
        return self._changed(_resources=self._resources.with_item(record.arn, changed))

    def resource_policy_type(self, arn: str) -> PolicyType:
        """Tell of which type the policy of a key, a role or another resource is.

        Raises `UnknownEntityError` for an unknown resource, for a user and for an AWS managed key.
        """
        record = self._described(arn)
        if record.key is not None:
            if record.key.manager == "AWS":
                message = f"`{arn}` is an AWS managed key: nobody changes its policy (K10)"
                raise UnknownEntityError([Diagnostic(message)])
            return PolicyType.KEY
        principal = self._principals.get(record.arn)
        if principal is None:
            return PolicyType.RESOURCE
        if principal.kind == "user":
            raise UnknownEntityError([Diagnostic(f"`{arn}` is a user: nobody attaches a resource policy to those")])
        return PolicyType.TRUST

    def _described(self, arn: str) -> ResourceRecord:
        found = self.resource(arn)
        return found if found is not None else _unknown("resource", arn, self._resources)

    def with_identity_policies(self, principal_arn: str, policies: Iterable[PolicyLike]) -> Entities:
        """Replace everything that applies to a user or role by identity, groups' policies included.

        Raises `UnknownEntityError` for an unknown principal and for a root user, `PolicySyntaxError` for what is no
        policy.
        """
        old = self.principal(principal_arn)
        if old.kind == "root":
            raise UnknownEntityError([Diagnostic(f"`{old.arn}` is a root user: nobody attaches policies to those")])
        read = tuple(
            self._identity_policy(policy)
            if isinstance(policy, str) and policy.startswith("arn:")
            else _policy(policy, PolicyType.IDENTITY, f"policy {index} of {old.kind} {old.name}")
            for index, policy in enumerate(policies, 1)
        )
        return self._with_principal(replace(old, identity_policies=read))

    def _identity_policy(self, arn: str) -> NamedPolicy:
        found, fields = self.managed_policy(arn), split_arn(arn)
        if fields is not None and fields.service != "iam":  # AWS Organizations attaches its own to accounts
            raise UnknownEntityError([Diagnostic(f"`{arn}` is no identity-based policy")])
        return found

    def _with_principal(self, record: PrincipalRecord) -> Entities:
        name, principals = (record.account.id, record.name), self._principals.with_item(record.arn, record)
        if record.kind == "user":
            return self._changed(_principals=principals, _users=self._users.with_item(name, record))
        return self._changed(_principals=principals, _roles=self._roles.with_item(name, record))

    def _changed(self, **parts: object) -> Entities:
        other = object.__new__(Entities)
        other.__dict__.update(self.__dict__, **parts, revision=object())
        return other

    def _elsewhere(self, account_id: str) -> str | None:
        """Say what can be asked of an account of which nobody is described."""
        kinds = {record.kind for record in self.principals(account_id)}
        if not kinds <= {"root"}:
            return None
        unknown = f"no user or role of account {account_id} is" if kinds else f"account {account_id} is not"
        return f"{unknown} described: `account-access` tells whether a resource lets it in"

    def _like_principal(self, arn: str) -> Iterator[str]:
        """Names near enough to be worth comparing: of the same account, then that same name in the others."""
        fields = split_arn(arn)
        account, name = (fields.account, fields.resource) if fields is not None else (None, "")
        yield from (
            record.arn
            for record in self.principals()
            if record.account.id == account and (record.kind != "root" or "/" not in name)
        )
        yield from (
            record.arn for record in self.principals() if record.account.id != account and record.arn.endswith(name)
        )


def _policy(policy: PolicyLike, kind: PolicyType, name: str) -> NamedPolicy:
    if isinstance(policy, NamedPolicy):
        return policy
    if isinstance(policy, Policy):
        return NamedPolicy(name, policy)
    from policyeval.syntax.policy import parse_policy  # noqa: PLC0415 - Lark is heavy

    return NamedPolicy(name, parse_policy(policy, policy_type=kind))


def _unknown(kind: str, name: str, near: Iterable[str], where: str = "", hint: str | None = None) -> NoReturn:
    raise UnknownEntityError([Diagnostic(f"no {kind} `{name}` is described{where}", did_you_mean(name, near) or hint)])
