"""Who calls and what is asked for: names turned into profiles, each made for the record a source holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.callers import Calling
from policyeval.authorizer.profiles import Caller, ProfileMaker, Target
from policyeval.catalog.services import governing
from policyeval.errors import RequestError, UnknownEntityError
from policyeval.evaluator.context import Value
from policyeval.evaluator.key_names import BUCKET_TAG, OBJECT_TAG, RESOURCE_TAG
from policyeval.model.arn import Arn, is_account_id, split_arn
from policyeval.model.keeping import keep
from policyeval.model.records import AccountRecord, PrincipalRecord, Records, ResourceRecord
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic

# In S3 Tables and S3 Vectors `aws:ResourceTag` tells the tags of the table or the index, and the bucket's go by another
# name (service authorization reference).
_WITH_OWN_TAGS: Final = frozenset({"s3tables", "s3vectors"})
_EVERY_KEY: Final = re.compile(r"arn:[^:]+:kms:[^:*?]+:\d{12}:key/\*", re.ASCII)


class Profiles:
    """The profiles made so far, by ARN, and the maker of new ones. A profile holds for the record it was made of."""

    def __init__(self, maker: ProfileMaker) -> None:
        self.maker = maker
        self.callers: dict[str, Caller] = {}
        self.callings: dict[str, Calling] = {}
        self.targets: dict[str, Target] = {}


class Finder:
    """Finds profiles by asking a source for the records they must be of."""

    def __init__(self, source: Records, profiles: Profiles) -> None:
        self.source = source
        self.profiles = profiles
        self.maker = profiles.maker

    # Callers: the protocol of callers.py.

    def principal(self, arn: str) -> Caller:
        """Give a user's, a role's or a root user's profile."""
        return self._caller(self.source.principal(arn))

    def role_named(self, arn: Arn, name: str) -> Caller:
        """Give a role's profile by the name its sessions carry."""
        record = self.source.role(arn.account, name)
        _check_partition(arn, record.account)
        return self._caller(record)

    def user_named(self, arn: Arn, name: str) -> Caller:
        """Give the user that a federated session is named after; without one there are no policies (ours)."""
        record = self.source.user(arn.account, name)
        account = record.account if record is not None else self.source.account(arn.account)
        _check_partition(arn, account)
        if record is not None:
            return self._caller(record)
        user = f"arn:{arn.partition}:iam::{arn.account}:user/{name}"
        caller = self.maker.caller(PrincipalRecord(user, "user", account, name))
        caller.identity = None
        return caller

    def _caller(self, record: PrincipalRecord) -> Caller:
        known = self.profiles.callers.get(record.arn)
        if known is None or known.record is not record:
            known = self.maker.caller(record)
            keep(self.profiles.callers, record.arn, known)
            keep(self.profiles.callings, record.arn, Calling(known))
        return known

    # Resources.

    def target(self, request: Request, action: ActionFacts, calling: Calling) -> tuple[Target, str | None]:
        """Find the resource; a KMS alias stands for its key (K5), but for actions on aliases (K4)."""
        arn = request.resource
        if arn == "*" or (action.identity_only and action.service == "kms") or _is_every_key(arn, action):
            return self._without_resource(request, action, calling), None
        if action.service == "kms" and ":alias/" in arn:
            return self._alias(request, action, arn)
        record = self.source.resource(arn)
        if record is not None and (record.key is not None or not record.described):
            return self._described(record), None
        parts = split_arn(arn)
        if parts is None:
            raise _no_resource(arn)
        whole = self._whole(parts)
        if whole is not None:
            return self._inside(whole, arn, parts, record), None
        if record is not None:
            return self._described(record), None
        if action.service == "sts" and parts.service == "iam" and parts.resource.startswith("role/"):
            self.source.principal(arn)  # says that it is not described
        return self._elsewhere(request, parts), None

    def _alias(self, request: Request, action: ActionFacts, arn: str) -> tuple[Target, str | None]:
        parts = split_arn(arn)
        if parts is None:
            raise _no_resource(arn)
        record = None if action.on_alias else self.source.resource(arn)
        if record is None:
            return self._elsewhere(request, parts), None
        carried = action.carries("kms:requestalias")
        return self._described(record), parts.resource if carried else None

    def _described(self, record: ResourceRecord) -> Target:
        known = self.profiles.targets.get(record.arn)
        if known is None or known.record is not record:
            known = self.maker.target(record)
            keep(self.profiles.targets, record.arn, known)
        return known

    def _without_resource(self, request: Request, action: ActionFacts, calling: Calling) -> Target:
        """Make the target of an action that is asked on no resource: `*` in the caller's account."""
        arn = request.resource
        parts = split_arn(arn)
        if parts is None and arn != "*":
            raise _no_resource(arn)
        account, own = calling.caller.account, (calling.caller.partition, calling.caller.account)
        if parts is not None and parts.account and (parts.partition, parts.account) != own:
            return self._elsewhere(request, parts)  # such actions do not reach another account (K3)
        asked_on_principal = action.kms is not None and "principal" in action.kms.asked_on
        owner = request.resource_account or account
        if arn == "*" and action.tags_on_creation:  # in whatever Region
            arn = f"arn:{calling.caller.partition}:kms:*:{owner}:key/*"
        target = Target(arn if asked_on_principal or action.tags_on_creation else "*", owner, None)
        target.region = parts.region if parts is not None else ""
        if target.account:
            self.maker.account_of(target, self.source.account(target.account), action.service)
        return target

    def _elsewhere(self, request: Request, parts: Arn) -> Target:
        """Make the target of a resource that is not described: it has no policy of its own."""
        account = parts.account if is_account_id(parts.account) else request.resource_account
        if account is None:
            message = f"whose is `{request.resource}`? its ARN has no account"
            hint = "describe the resource; a request may tell its `resource_account` instead"
            raise RequestError([Diagnostic(message, hint)])
        target = Target(request.resource, account, parts)
        self.maker.account_of(target, self.source.account(account))
        return target

    def _whole(self, parts: Arn) -> ResourceRecord | None:
        """Find the resource whose policy governs this part of it, such as the bucket of an object."""
        name = governing(parts.service, parts.account, parts.resource)
        return self.source.resource(str(parts._replace(resource=name))) if name is not None else None

    def _inside(self, record: ResourceRecord, arn: str, parts: Arn, own: ResourceRecord | None) -> Target:
        """Make the target of what lies in a resource, under its policy; `own` is what is described of itself."""
        whole = self._described(record)
        target = Target(arn, whole.account, parts)
        target.record = record
        target.policy, target.rcps, target.rcp_exempt = whole.policy, whole.rcps, whole.rcp_exempt
        target.organization_known, target.described = whole.organization_known, whole.described
        target.keys, target.untold = _inherited(whole.keys, parts), _untold(parts)
        if own is not None:
            self.maker.of_its_own(target, own, record.policy)
        return target


def _is_every_key(arn: str, action: ActionFacts) -> bool:
    """Tell whether an action on a key that is not there yet is asked: that is asked on all keys (K5)."""
    return action.tags_on_creation and _EVERY_KEY.fullmatch(arn) is not None


def _inherited(keys: Mapping[str, Value], parts: Arn) -> Mapping[str, Value]:
    """Give the condition keys that what lies in a resource has of that."""
    if parts.service not in _WITH_OWN_TAGS:
        return keys
    return {key: value for key, value in keys.items() if not key.startswith(RESOURCE_TAG)}


def _untold(parts: Arn) -> tuple[str, ...]:
    """Name the tags of which nothing is known in what lies in a resource: its own, and a bucket's behind."""
    if parts.service in _WITH_OWN_TAGS:
        return (RESOURCE_TAG,)
    if parts.service != "s3":
        return ()
    return (OBJECT_TAG, BUCKET_TAG) if parts.account else (OBJECT_TAG,)


def _check_partition(session: Arn, account: AccountRecord) -> None:
    """Refuse a session of another partition: the account of that number there is another one."""
    if session.partition != account.partition:
        is_of = f"is of partition `{session.partition}`, but account `{account.id}` is of `{account.partition}`"
        raise UnknownEntityError([Diagnostic(f"`{session}` {is_of}")])


def _no_resource(arn: str) -> RequestError:
    message = f"`{arn}` is no resource"
    return RequestError([Diagnostic(message, "give an ARN, or `*` for actions that have no resource")])
