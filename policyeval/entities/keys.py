"""KMS keys with their aliases and grants, other resources, and VPC endpoints of one account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.catalog.policies import aws_managed_key_policy, default_key_policy
from policyeval.entities.changes import Change, listed
from policyeval.entities.grants import build_grants
from policyeval.entities.parts import AccountPart, Building
from policyeval.entities.policies import built_in
from policyeval.entities.reading import Spot
from policyeval.entities.schema import EndpointModel, GrantModel, KeyModel, ResourceModel
from policyeval.entities.suggest import did_you_mean
from policyeval.entities.values import NO_GRANTS, KeyGrants
from policyeval.model.arn import Arn, split_arn
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, EndpointRecord, KeyFacts, ResourceRecord
from policyeval.model.source import Diagnostic
from policyeval.syntax import tree

_AWS_ALIAS = "alias/aws/"
_Grants: TypeAlias = list[tuple[GrantModel, Spot]]


class ResourceBuilder:
    """Makes what one account owns."""

    def __init__(self, building: Building, account: AccountRecord) -> None:
        self._building = building
        self._account = account
        self._default: NamedPolicy | None = None

    def build(self, part: AccountPart) -> None:
        """Make the keys, resources and endpoints of one file's description."""
        for index, key in enumerate(part.model.keys):
            self._key(key, part.spot.at("keys", index))
        for index, resource in enumerate(part.model.resources):
            self._resource(resource, part.spot.at("resources", index))
        for index, endpoint in enumerate(part.model.vpc_endpoints):
            self._endpoint(endpoint, part.spot.at("vpc_endpoints", index))

    def _key(self, model: KeyModel, spot: Spot) -> None:
        prefix = f"arn:{self._account.partition}:kms:{model.region}:{self._account.id}:"
        arn = f"{prefix}key/{model.id}"
        if not self._building.claim(("key", arn), f"key `{arn}`", spot.at("id")):
            return
        for index, alias in enumerate(model.aliases):
            self._alias(f"{prefix}{alias}", arn, model, spot.at("aliases", index))
        kind = "AWS managed key" if model.manager == "AWS" else "key"
        change = self._building.changes.of(kind, arn, *(f"{prefix}{alias}" for alias in model.aliases))
        record = ResourceRecord(arn, self._account, self._key_policy(model, spot, change), model.tags, facts_of(model))
        self._building.parts.resources[arn] = record
        held, added = change.many("grants", listed(model.grants, spot.at("grants")))
        models, revoked = self._given_again([*held, *added], change)
        grants = self._kept(build_grants(self._building, models, arn) if models else NO_GRANTS, revoked)
        if grants is not NO_GRANTS:
            self._building.parts.grants[arn] = grants

    def _alias(self, alias_arn: str, key_arn: str, model: KeyModel, spot: Spot) -> None:
        name = alias_arn.partition(":alias/")[2]
        if name.startswith("aws/") != (model.manager == "AWS"):
            message = f"alias `alias/{name}` does not fit a key that {model.manager} manages"
            hint = "`alias/aws/` is reserved for AWS managed keys: say `manager: AWS`"
            self._building.faults.append(spot.fault(message, hint if model.manager != "AWS" else None))
        if self._building.claim(("alias", alias_arn), f"alias `{alias_arn}`", spot):
            self._building.parts.aliases[alias_arn] = key_arn

    def _given_again(self, models: _Grants, change: Change) -> tuple[_Grants, list[tuple[str, Spot]]]:
        """Put a grant that a file gives in the place of the one with its id that an earlier file revokes."""
        left = []
        for grant_id, spot in change.revoked():
            same = [each for each in models if each[0].GrantId == grant_id]
            again = [each for each in same if change.is_after(each[1], spot)]
            if not again:
                left.append((grant_id, spot))
            elif same == again:
                self._building.faults.append(_no_grant(grant_id, spot))
            else:
                models = [again[0] if each is same[0] else each for each in models if each is not again[0]]
        return models, left

    def _kept(self, grants: KeyGrants, revoked: Iterable[tuple[str, Spot]]) -> KeyGrants:
        for grant_id, spot in revoked:
            if grant_id not in grants.by_id:
                self._building.faults.append(_no_grant(grant_id, spot, grants.by_id))
            grants = grants.without_grant(grant_id)
        return grants

    def _key_policy(self, model: KeyModel, spot: Spot, change: Change) -> NamedPolicy | None:
        node, where = change.one("policy", model.policy, spot)
        if node is not None:
            return self._building.reader.read(node, PolicyType.KEY, "key policy", where)
        partition, account = self._account.partition, self._account.id
        if model.manager == "AWS":
            service = next((a.removeprefix(_AWS_ALIAS) for a in model.aliases if a.startswith(_AWS_ALIAS)), None)
            if service is None:
                message = "an AWS managed key needs the alias that tells its service"
                self._building.faults.append(spot.fault(message, "such as `aliases: [alias/aws/s3]`"))
                return None
            document = aws_managed_key_policy(partition, service, model.region, account)
            return built_in(document, PolicyType.KEY, f"key policy of aws/{service}")
        if self._default is None:
            self._default = built_in(default_key_policy(partition, account), PolicyType.KEY, "default key policy")
        return self._default

    def _resource(self, model: ResourceModel, spot: Spot) -> None:
        fields = split_arn(model.arn)
        if fields is None or not self._building.claim(("arn", model.arn), f"resource `{model.arn}`", spot.at("arn")):
            return
        if fields.account not in {"", self._account.id}:
            message = f"`{model.arn}` belongs to account `{fields.account}`, not `{self._account.id}`"
            self._building.faults.append(spot.at("arn").fault(message))
        section = _own_section(fields.service, fields.resource)
        if section is not None:
            message = f"`{model.arn}` has a section of its own"
            self._building.faults.append(spot.at("arn").fault(message, f"describe it under `{section}`"))
        if _is_pattern(fields):
            message = f"`{model.arn}` is no one resource: it has a wildcard in it"
            hint = "describe each by its own ARN; the policy of a bucket, a table or a domain governs what lies in it"
            self._building.faults.append(spot.at("arn").fault(message, hint))
        change = self._building.changes.of("resource", model.arn)
        policy = self._policy(model.policy, PolicyType.RESOURCE, "resource policy", spot, change)
        self._building.parts.resources[model.arn] = ResourceRecord(model.arn, self._account, policy, model.tags)

    def _endpoint(self, model: EndpointModel, spot: Spot) -> None:
        if not self._building.claim(("endpoint", model.id), f"VPC endpoint `{model.id}`", spot.at("id")):
            return
        change = self._building.changes.of("VPC endpoint", model.id)
        policy = self._policy(model.policy, PolicyType.VPC_ENDPOINT, f"endpoint policy of {model.id}", spot, change)
        gateway = model.type == "Gateway"
        self._building.parts.endpoints[model.id] = EndpointRecord(
            model.id, model.vpc, self._account.id, policy, gateway
        )

    def _policy(
        self, node: tree.Node | None, kind: PolicyType, name: str, spot: Spot, change: Change
    ) -> NamedPolicy | None:
        node, where = change.one("policy", node, spot)
        return self._building.reader.read(node, kind, name, where) if node is not None else None


def _no_grant(grant_id: str, spot: Spot, near: Iterable[str] = ()) -> Diagnostic:
    return spot.fault(f"no grant `{grant_id}` is on this key", did_you_mean(grant_id, near))


def _own_section(service: str, resource: str) -> str | None:
    """Name the section that describes a kind of resource, so that nothing is described twice."""
    if service == "kms" and resource.startswith(("key/", "alias/")):
        return "keys"
    if service != "iam":
        return None
    return {"role": "roles", "user": "users"}.get(resource.partition("/")[0])


def _is_pattern(arn: Arn) -> bool:
    """Tell whether an ARN has a wildcard that is not the name's own, as an S3 object's may be and a log group's is."""
    is_object = arn.service == "s3" and "/" in arn.resource and not arn.resource.endswith("/*")
    return not is_object and arn.service != "logs" and not set("*?").isdisjoint(str(arn))


def facts_of(model: KeyModel) -> KeyFacts:
    """Give what the key says of itself."""
    kind = (model.multi_region_type or "PRIMARY") if model.is_multi_region else None
    return KeyFacts(
        spec=model.spec,
        usage=model.usage or KEY_SPECS[model.spec].usages[0],
        origin=model.origin,
        manager=model.manager,
        multi_region=model.is_multi_region,
        multi_region_type=kind,
        state=model.state,
        aliases=model.aliases,
        description=model.description,
    )
