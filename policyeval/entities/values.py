"""What entities hold besides the records of `model`: access keys, and a key's grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from policyeval.entities.overlay import Overlay
from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.model.grant import Grant


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A long-term access key and whose it is. Only the endpoint reads the secret; it never shows."""

    id: str
    principal_arn: str
    secret: str = field(repr=False)


class KeyGrants:
    """The grants of one key, found by id and by grantee. Immutable; a change gives a new one."""

    def __init__(self, by_id: Overlay[str, Grant], by_grantee: Overlay[str, tuple[Grant, ...]]) -> None:
        self.by_id = by_id
        self.by_grantee = by_grantee

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> KeyGrants:
        """Index grants; of two with one id the later counts."""
        by_id = {grant.grant_id: grant for grant in grants}
        by_grantee: dict[str, list[Grant]] = {}
        for grant in by_id.values():
            by_grantee.setdefault(grantee_of(grant), []).append(grant)
        return cls(Overlay(by_id), Overlay({name: tuple(found) for name, found in by_grantee.items()}))

    @cached_property
    def all(self) -> tuple[Grant, ...]:
        """Every grant of the key."""
        return tuple(self.by_id.values())

    def with_grant(self, grant: Grant) -> KeyGrants:
        """Give these and one more, which takes the place of one with its id."""
        kept = self.without_grant(grant.grant_id)
        grantee = grantee_of(grant)
        found = kept.by_grantee.get(grantee) or ()
        return KeyGrants(
            kept.by_id.with_item(grant.grant_id, grant), kept.by_grantee.with_item(grantee, (*found, grant))
        )

    def without_grant(self, grant_id: str) -> KeyGrants:
        """Give these without one; the same object when it is not there."""
        grant = self.by_id.get(grant_id)
        if grant is None:
            return self
        grantee = grantee_of(grant)
        left = tuple(other for other in self.by_grantee.get(grantee) or () if other is not grant)
        by_grantee = self.by_grantee.with_item(grantee, left) if left else self.by_grantee.without(grantee)
        return KeyGrants(self.by_id.without(grant_id), by_grantee)


NO_GRANTS = KeyGrants.of(())


def grantee_of(grant: Grant) -> str:
    """Name the grantee as `PolicySource.grants` is asked: an account id stands for its root ARN."""
    grantee = grant.grantee_service_principal or grant.grantee_principal or ""
    if not is_account_id(grantee):
        return grantee
    key = split_arn(grant.key_arn)
    return root_arn(grantee, key.partition if key is not None else "aws")
