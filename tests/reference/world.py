"""A world of records as plain lists, which both evaluators read: the engine as a `PolicySource`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from policyeval.errors import UnknownEntityError
from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy
from policyeval.model.records import AccountRecord, EndpointRecord, PrincipalRecord, ResourceRecord
from policyeval.model.source import Diagnostic


def _unknown(what: str) -> UnknownEntityError:
    return UnknownEntityError([Diagnostic(f"no `{what}` in this world")])


@dataclass
class World:
    """Everything there is, as a `PolicySource`. A key is found under its aliases too."""

    accounts: list[AccountRecord] = field(default_factory=list)
    people: list[PrincipalRecord] = field(default_factory=list)
    resources: list[ResourceRecord] = field(default_factory=list)
    all_grants: list[Grant] = field(default_factory=list)
    endpoints: list[EndpointRecord] = field(default_factory=list)
    managed_policies: list[NamedPolicy] = field(default_factory=list)
    revision: object = field(init=False, default_factory=object, compare=False)

    def account(self, account_id: str) -> AccountRecord:
        for account in self.accounts:
            if account.id == account_id:
                return account
        raise _unknown(account_id)

    def principal(self, arn: str) -> PrincipalRecord:
        for principal in self.people:
            if principal.arn == arn:
                return principal
        raise _unknown(arn)

    def role(self, account_id: str, name: str) -> PrincipalRecord:
        for principal in self.people:
            if principal.kind == "role" and principal.account.id == account_id and principal.name == name:
                return principal
        raise _unknown(name)

    def user(self, account_id: str, name: str) -> PrincipalRecord | None:
        for principal in self.people:
            if principal.kind == "user" and principal.account.id == account_id and principal.name == name:
                return principal
        return None

    def resource(self, arn: str) -> ResourceRecord | None:
        for resource in self.resources:
            if resource.arn == arn:
                return resource
            if resource.key is not None and any(arn == alias_arn(resource, alias) for alias in resource.key.aliases):
                return resource
        if arn.startswith("arn:aws:kms:"):
            raise _unknown(arn)
        return None

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        account = grantee.split(":")[4] if grantee.endswith(":root") else None
        names = {grantee, account} if account else {grantee}
        return tuple(
            grant
            for grant in self.all_grants
            if grant.key_arn == key_arn and names & {grant.grantee_principal, grant.grantee_service_principal}
        )

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        return tuple(grant for grant in self.all_grants if grant.key_arn == key_arn)

    def endpoint(self, endpoint_id: str) -> EndpointRecord:
        for endpoint in self.endpoints:
            if endpoint.id == endpoint_id:
                return endpoint
        raise _unknown(endpoint_id)

    def managed_policy(self, arn: str) -> NamedPolicy:
        for policy in self.managed_policies:
            if policy.arn == arn:
                return policy
        raise _unknown(arn)

    def principals(self, account_id: str | None = None) -> Iterable[PrincipalRecord]:
        return [one for one in self.people if account_id is None or one.account.id == account_id]

    def with_account(self, old: AccountRecord, new: AccountRecord) -> World:
        """Put one account in place of another, everywhere."""
        return replace(
            self,
            accounts=[new if one is old else one for one in self.accounts],
            people=[replace(one, account=new) if one.account is old else one for one in self.people],
            resources=[replace(one, account=new) if one.account is old else one for one in self.resources],
        )


def alias_arn(key: ResourceRecord, alias: str) -> str:
    """Write the ARN of one of a key's aliases."""
    return f"{key.arn.rsplit(':', 1)[0]}:{alias}"
