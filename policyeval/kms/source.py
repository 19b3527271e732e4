"""The KMS as a `PolicySource`: the store knows keys, their policies and grants; IAM knows the rest."""

from __future__ import annotations

from collections.abc import Sequence

from policyeval.errors import UnknownEntityError
from policyeval.kms.iam import OverIam
from policyeval.kms.key_policy import policy_in_force
from policyeval.kms.principals import Names
from policyeval.kms.records import Alias, Key
from policyeval.kms.storage.store import Store
from policyeval.model.grant import Grant
from policyeval.model.keeping import keep
from policyeval.model.policy import NamedPolicy
from policyeval.model.records import AccountRecord, KeyFacts, PolicySource, ResourceRecord
from policyeval.model.source import Diagnostic


class KmsSource(OverIam):
    """What the authorizer asks while the KMS runs; a key's record changes only when the key does."""

    def __init__(self, iam: PolicySource, store: Store, names: Names) -> None:
        super().__init__(iam)
        self._names = names
        self._store = store
        self._records: dict[str, _Known] = {}
        self._revision: tuple[object, object] | None = None

    @property
    def revision(self) -> object:
        """The same object as long as neither IAM nor the store changed; None when IAM does not tell."""
        iam, store = getattr(self._iam, "revision", None), self._store.revision
        if iam is None:
            return None
        known = self._revision
        if known is None or known[0] is not iam or known[1] is not store:
            known = self._revision = (iam, store)
        return known

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a key by its ARN or an alias's, or what IAM knows of another resource."""
        if ":kms:" not in arn:
            return super().resource(arn)
        key = self._store.key(arn)
        if key is None:
            alias = self._store.alias(arn)
            key = self._store.key(alias.target) if alias is not None else None
        if key is None:
            raise UnknownEntityError([Diagnostic(f"there is no `{arn}`")])
        return self._record(key)

    def _record(self, key: Key) -> ResourceRecord:
        aliases, account = self._store.aliases_of(key.arn), self._iam.account(key.account)
        known = self._records.get(key.arn)
        if known is not None and known.key is key and known.aliases is aliases and known.account is account:
            # Whom a Deny names depends on who is described, and not every source tells when that changes.
            revision = getattr(self._iam, "revision", None)
            if (revision is not None and revision is known.revision) or known.record.policy is self._policy(key):
                known.revision = revision
                return known.record
        known = self._made(key, aliases, account)
        keep(self._records, key.arn, known)
        return known.record

    def _made(self, key: Key, aliases: tuple[Alias, ...], account: AccountRecord) -> _Known:
        return _Known(key, aliases, account, self._policy(key))

    def _policy(self, key: Key) -> NamedPolicy:
        return policy_in_force(key.policy, self._iam, self._names, self._store)

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        """Give a key's grants to one grantee."""
        return self._store.grants_to(key_arn, grantee)

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants (G5)."""
        return self._store.grants(key_arn)


class WithPolicy(KmsSource):
    """The same, but for one key that exists only as a candidate: what would be decided if it were put so."""

    def __init__(self, iam: PolicySource, store: Store, names: Names, candidate: Key) -> None:
        super().__init__(iam, store, names)
        self._candidate = candidate
        self._candidates_record = self._made(candidate, store.aliases_of(candidate.arn), iam.account(candidate.account))

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give the candidate under its ARN, everything else as it is."""
        return self._candidates_record.record if arn == self._candidate.arn else super().resource(arn)


class WithGrant(KmsSource):
    """The same, but with one grant to retire: a request to retire names the grant, and no other gives a right to it."""

    def __init__(self, iam: PolicySource, store: Store, names: Names, grant: Grant | None) -> None:
        super().__init__(iam, store, names)
        self._named = grant

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give the named grant; none when it is not there."""
        return (self._named,) if self._named is not None and self._named.key_arn == key_arn else ()


class _Known:
    """A key's record with what it was made of."""

    __slots__ = ("account", "aliases", "key", "record", "revision")

    def __init__(self, key: Key, aliases: tuple[Alias, ...], account: AccountRecord, policy: NamedPolicy) -> None:
        self.key, self.aliases, self.account = key, aliases, account
        self.revision: object = None  # of IAM, when the policy was last seen to be as it is
        facts = KeyFacts(
            spec=key.spec,
            usage=key.usage,
            origin=key.origin,
            manager=key.manager,
            multi_region=key.multi_region is not None,
            multi_region_type=key.multi_region_type,
            state=key.state,
            aliases=tuple(alias.name for alias in aliases),
            description=key.description,
        )
        self.record = ResourceRecord(key.arn, account, policy, dict(key.tags), facts)
