"""The condition keys of a request: what it gives, what follows from it, and what KMS leaves out (S34, K6-K9)."""

from __future__ import annotations

from datetime import UTC, datetime

from policyeval.catalog.kms import OPERATIONS, SYMMETRIC_SPECS
from policyeval.catalog.lacking import lacking
from policyeval.model.records import AccountRecord, ResourceRecord
from policyeval.model.request import Request
from tests.reference.callers import Caller, by_folded_key
from tests.reference.text import Facts, whole
from tests.reference.world import World

AWS_SERVICE_ACCOUNT = "aws-service"  # no account id: no condition on accounts may open to a service (S15)

_REQUEST_TAG = "aws:requesttag/"
_WITH_TAGS = (
    "autoscaling", "ec2", "ecr", "ecr-public", "ecs", "elasticloadbalancing", "elasticmapreduce", "glacier", "iam",
    "iotanalytics", "license-manager", "ram", "sagemaker", "secretsmanager", "ssm",
)  # fmt: skip
_WITH_TAGS_OF = {"arc-zonal-shift": "elasticloadbalancing", "ec2-instance-connect": "ec2", "sts": "iam"}
_OF_S3 = tuple(f"arn:{partition}:s3:" for partition in ("aws", "aws-cn", "aws-us-gov"))
_SAME = (("kms:keyspec", "kms:customermasterkeyspec"), ("kms:keyusage", "kms:customermasterkeyusage"))  # K9
_TYPES = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated": "FederatedUser",
    "anonymous": "Anonymous",
}


def facts_of(  # noqa: PLR0913 - what a request is made of
    request: Request,
    world: World,
    caller: Caller,
    resource: ResourceRecord | None,
    owner: AccountRecord | None,
    *,
    on_alias: bool = False,
) -> Facts:
    """Give every key of the request, folded; what is derived replaces what was given (S34)."""
    facts: dict[str, object] = {}
    for key, value in (request.context or {}).items():
        facts[key.lower()] = tuple(value) if isinstance(value, list | tuple) else value
    told = [key for key, value in (request.context or {}).items() if value not in ([], ())]
    tags = tuple(key[len(_REQUEST_TAG) :] for key in told if key.lower().startswith(_REQUEST_TAG))
    if tags:  # a request with tags has their names
        names = _as_tuple(facts.get("aws:tagkeys"))
        known = {name.lower() for name in names}
        facts["aws:tagkeys"] = names + tuple(tag for tag in tags if tag.lower() not in known)
    of_resource = _of_resource(resource, owner, request) | _of_s3(request, world) | _of_table_buckets(request, world)
    derived = _of_caller(caller) | of_resource | _of_request(request, world)
    lacks = tuple(lacking(request.action.lower()))  # the service does not look them up: only what is told is there
    derived = {key: value for key, value in derived.items() if not key.startswith(lacks)}
    if caller.temporary:
        facts.setdefault("aws:tokenissuetime", derived["aws:currenttime"])  # no request says when: now
    if facts.get("aws:multifactorauthage") is not None:
        facts.setdefault("aws:multifactorauthpresent", True)  # how long ago is told of nothing else
    if caller.account is not None and (caller.temporary or request.via_service is not None):
        facts.setdefault("aws:multifactorauthpresent", False)  # unless more is known
    facts = {key: value for key, value in facts.items() if not key.startswith("aws:principaltag/")} | derived
    facts |= _of_origin(caller, facts.get("aws:sourceaccount"), world)
    for one, other in _SAME:
        if one in facts or other in facts:
            facts[one] = facts[other] = facts.get(one, facts.get(other))
    if request.action.lower().startswith("kms:"):
        facts = _of_kms(request, caller, resource, facts, on_alias=on_alias)
    return {key: value for key, value in facts.items() if value is not None}


def _of_origin(caller: Caller, told: object, world: World) -> dict[str, object]:
    """A service that names an account names its organization, too."""
    found = [account for account in world.accounts if account.id == told and caller.kind == "service"]
    return {
        key: value
        for account in found
        if account.organization_known
        for key, value in (
            ("aws:sourceorgid", account.organization_id),
            ("aws:sourceorgpaths", (account.organization_path,) if account.organization_path else None),
        )
    }


def _as_tuple(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    return () if value is None else (str(value),)


def _of_caller(caller: Caller) -> dict[str, object]:
    """S14, S15; None where the caller has no such key."""
    facts: dict[str, object] = {"aws:username": None, "aws:userid": None, "aws:principalarn": None}
    facts["aws:principaltype"] = _TYPES.get(caller.kind)
    facts["aws:principalaccount"] = "anonymous"
    facts["aws:sourceidentity"] = caller.source_identity
    if caller.kind == "anonymous":
        facts["aws:userid"] = "anonymous"
    if caller.kind in {"service", "provider"}:  # there, and nobody's
        facts |= {"aws:userid": "<id>", "aws:principaltype": "<type>"}
    if caller.kind == "service":
        facts["aws:principalisawsservice"] = True
        facts["aws:principalservicename"] = caller.arn
        facts["aws:principalservicenameslist"] = (caller.arn,)
        facts["aws:principalaccount"] = AWS_SERVICE_ACCOUNT
    if caller.kind == "provider" and ":saml-provider/" not in caller.arn:
        facts["aws:federatedprovider"] = caller.arn
    account, record = caller.account, caller.record
    if account is None:
        return facts | {"aws:principalorgid": None, "aws:principalorgpaths": None}
    facts["aws:principalisawsservice"] = False
    facts["aws:principalaccount"] = account.id
    facts["aws:principalarn"] = record.arn if record and caller.kind != "federated" else caller.arn
    if account.organization_known:
        facts["aws:principalorgid"] = account.organization_id
        facts["aws:principalorgpaths"] = (account.organization_path,) if account.organization_path else None
    unique_id = record.unique_id if record else None
    if caller.kind == "root":
        facts["aws:userid"] = account.id
    elif caller.kind == "user":
        facts["aws:userid"] = unique_id
        facts["aws:username"] = record.name if record else None
    elif caller.kind == "federated":
        facts["aws:userid"] = f"{account.id}:{caller.session_name}"
    else:  # every session of a role has one; what is not known of it no text equals
        facts["aws:userid"] = f"{unique_id or '<id>'}:{caller.session_name or '<session>'}"
    return facts | {f"aws:principaltag/{key}": value for key, value in caller.tags.items()}


def _of_resource(resource: ResourceRecord | None, owner: AccountRecord | None, request: Request) -> dict[str, object]:
    facts: dict[str, object] = {}
    if owner is not None:
        facts["aws:resourceaccount"] = owner.id
        if owner.organization_known:
            facts["aws:resourceorgid"] = owner.organization_id
            facts["aws:resourceorgpaths"] = (owner.organization_path,) if owner.organization_path else None
        whose = request.resource.split(":")[2] if request.resource.startswith("arn:") else request.action.split(":")[0]
        if whose in {"s3", "s3express"}:
            facts[f"{whose}:resourceaccount"] = owner.id
        if whose in {"s3", "s3express", "s3-outposts"} and "accesspoint/" in request.resource:
            before, point = request.resource.split("accesspoint/")
            facts[f"{whose}:dataaccesspointarn"] = f"{before}accesspoint/{point.split('/')[0]}"
            facts[f"{whose}:dataaccesspointaccount"] = owner.id
    elsewhere = {"s3", "s3tables", "s3vectors", "execute-api"}
    if resource is not None and resource.arn.split(":")[2] not in elsewhere:
        for key, value in by_folded_key(resource.tags).items():
            facts |= {f"{family}/{key}": value for family in _families(resource, request)}
    return facts


def _of_s3(request: Request, world: World) -> dict[str, object]:
    """Give the tags by S3's names for them: of the bucket, also where an object is asked for, and of the object."""
    if not request.resource.startswith(_OF_S3):
        return {}
    around = whole(request.resource)
    names = "aws:resourcetag", "s3:accesspointtag" if ":accesspoint/" in around else "s3:buckettag"
    places = [(around, names)]
    if around != request.resource:
        places.append((request.resource, ("s3:existingobjecttag",)))
    found = [(world.resource(arn), families) for arn, families in places]
    return {
        f"{family}/{key}": value
        for record, families in found
        if record is not None
        for family in families
        for key, value in by_folded_key(record.tags).items()
    }


def _of_table_buckets(request: Request, world: World) -> dict[str, object]:
    """Give the tags of a table or an index, and those of its bucket by their own name."""
    named = {"s3tables": "s3tables:tablebuckettag", "s3vectors": "s3vectors:vectorbuckettag"}
    service = request.resource.split(":")[2] if request.resource.startswith("arn:") else ""
    if service not in named:
        return {}
    own, around = world.resource(request.resource), world.resource(whole(request.resource))
    found = [(own, "aws:resourcetag")]
    if request.action.lower().startswith(f"{service}:"):
        found.append((around, named[service]))
    return {
        f"{family}/{key}": value
        for record, family in found
        if record is not None
        for key, value in by_folded_key(record.tags).items()
    }


def _families(resource: ResourceRecord, request: Request) -> tuple[str, ...]:
    """Tell whose keys have the resource's tags: of its service where that is called, and of who is asked on it, too."""
    service, asked = resource.arn.split(":")[2], request.action.lower().partition(":")[0]
    if asked == service and asked in {"rds", "dms"}:
        return "aws:resourcetag", f"{asked}:{resource.arn.split(':')[5]}-tag"  # which may be no key that policies have
    if asked == service == "s3express":
        is_bucket = resource.arn.split(":")[5].split("/")[:-1] == ["bucket"]
        return ("aws:resourcetag", "s3express:buckettag") if is_bucket else ("aws:resourcetag",)
    other = _WITH_TAGS_OF.get(asked, asked)
    on_it = other == service or (other, service) == ("ssm", "ec2")
    return ("aws:resourcetag", f"{other}:resourcetag") if other in _WITH_TAGS and on_it else ("aws:resourcetag",)


def _of_request(request: Request, world: World) -> dict[str, object]:
    moment = request.at or datetime.now(UTC)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    told = {key.lower(): value for key, value in (request.context or {}).items()}
    facts: dict[str, object] = {
        "aws:currenttime": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": int(moment.timestamp()),
        "aws:viaawsservice": request.via_service is not None,
    }
    if request.via_service is not None:
        name, _, rest = request.via_service.partition(".")  # without its Region
        chain = _as_tuple(told.get("aws:calledvia")) or (f"{name}{rest[rest.index('.amazonaws.com') :]}",)
        facts["aws:calledvia"], facts["aws:calledviafirst"], facts["aws:calledvialast"] = chain, chain[0], chain[-1]
    fields = request.resource.split(":")
    service = request.action.lower().partition(":")[0]
    where = fields[3] if len(fields) > 3 else ""
    if service == "iam":  # it is in one Region of the partition, where somebody or something tells that
        where = "us-east-1" if "arn:" in {request.principal[:4], request.resource[:4]} else ""
    where = told.get("aws:requestedregion") or where
    if where:
        facts["aws:requestedregion"] = where
    if where and service == "ec2" and not told.get("ec2:region"):
        facts["ec2:region"] = where
    if request.vpc_endpoint is not None and request.via_service is None:  # a service does not come through it
        facts["aws:sourceip"] = None
        endpoint = world.endpoint(request.vpc_endpoint)
        facts["aws:sourcevpce"] = endpoint.id
        if endpoint.vpc is not None:
            facts["aws:sourcevpc"] = endpoint.vpc
        owner = world.account(endpoint.account_id)
        if endpoint.vpc is not None and where and not told.get("aws:sourcevpcarn"):
            facts["aws:sourcevpcarn"] = f"arn:{owner.partition}:ec2:{where}:{owner.id}:vpc/{endpoint.vpc}"
        facts["aws:vpceaccount"] = owner.id
        if owner.organization_known:
            facts["aws:vpceorgid"] = owner.organization_id
            facts["aws:vpceorgpaths"] = (owner.organization_path,) if owner.organization_path else None
    return facts


def _of_kms(
    request: Request, caller: Caller, key: ResourceRecord | None, facts: dict[str, object], *, on_alias: bool
) -> dict[str, object]:
    """Add what KMS derives, then drop what the operation does not carry."""
    operation = OPERATIONS[request.action.lower()]
    facts = dict(facts)
    for name, default in operation.defaults.items():
        if name != "kms:encryptionalgorithm" or _symmetric(key):
            facts.setdefault(name, default)  # K9; a request with another key must say its algorithm
    facts["kms:calleraccount"] = caller.account.id if caller.account else None
    facts["kms:viaservice"] = request.via_service and request.via_service.replace(".com.cn", ".com")
    by_service = request.via_service is not None or caller.kind == "service"
    facts.setdefault("kms:grantisforawsresource", by_service)  # K7
    alias = request.resource.rsplit(":", 1)[-1]
    facts["kms:requestalias"] = alias if alias.startswith("alias/") else None  # K6
    if key is not None and key.key is not None:
        spec = key.key
        facts["kms:keyspec"] = facts["kms:customermasterkeyspec"] = spec.spec
        facts["kms:keyusage"] = facts["kms:customermasterkeyusage"] = spec.usage
        facts["kms:keyorigin"] = spec.origin
        facts["kms:multiregion"] = spec.multi_region
        facts["kms:multiregionkeytype"] = spec.multi_region_type
        facts["kms:resourcealiases"] = spec.aliases or None
    for name, value in encryption_context(request, key).items():  # K8
        facts[f"kms:encryptioncontext:{name.lower()}"] = value
    facts["kms:encryptioncontextkeys"] = tuple(encryption_context(request, key)) or None
    if not (key is None or key.key is None or _symmetric(key)):  # what is told of one that there cannot be
        facts = {name: value for name, value in facts.items() if not name.startswith("kms:encryptioncontext")}
    carried = frozenset() if on_alias else operation.condition_keys
    return {name: value for name, value in facts.items() if not name.startswith("kms:") or _carried(name, carried)}


def _carried(name: str, keys: frozenset[str]) -> bool:
    return any(name == key or (key[-1] in ":/" and name.startswith(key)) for key in keys)


def encryption_context(request: Request, key: ResourceRecord | None) -> dict[str, str]:
    """Give the encryption context where the operation has one: symmetric cryptography, and CreateGrant (K8)."""
    action = request.action.lower()
    operation = OPERATIONS.get(action)
    cryptographic = operation is not None and operation.symmetric_cryptographic and _symmetric(key)
    return dict(request.encryption_context or {}) if cryptographic or action == "kms:creategrant" else {}


def _symmetric(key: ResourceRecord | None) -> bool:
    return key is not None and key.key is not None and key.key.spec in SYMMETRIC_SPECS
