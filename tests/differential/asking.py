"""Requests: who asks what on which resource, and with what in its hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from policyeval.catalog.kms import CROSS_ACCOUNT_ACTIONS, IDENTITY_ONLY_ACTIONS, OPERATIONS, KmsAction
from policyeval.model.records import ResourceRecord
from policyeval.model.request import ContextValue, Request, Scalar, Session
from tests.differential.dice import Dice, chance, pick, some, weighted
from tests.differential.estates import ALIASES, REGION, TAG_KEYS, TAG_VALUES, Estate, Family

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICES = ("s3.amazonaws.com", "cloudtrail.amazonaws.com", "sns.amazonaws.com", "delivery.logs.amazonaws.com")
PROVIDERS = {
    "arn:aws:iam::111122223333:oidc-provider/login.example.com": "sts:AssumeRoleWithWebIdentity",
    "accounts.google.com": "sts:AssumeRoleWithWebIdentity",
    "arn:aws:iam::111122223333:saml-provider/corporate": "sts:AssumeRoleWithSAML",
    "arn:aws:iam::444455556666:saml-provider/corporate": "sts:AssumeRoleWithSAML",
}
_VIA = {f"s3.{REGION}.amazonaws.com": 70, f"lambda.{REGION}.amazonaws.com": 20, "s3.cn-north-1.amazonaws.com.cn": 10}
_STRANGER = "555566667777"
SESSION_NAMES = ("s1", "alice", "night-shift")
PAIRS = {"tenant": ("blue", "red", "Blue"), "Stage": ("prod", "dev")}

_SYMMETRIC = [name for name, action in OPERATIONS.items() if action.symmetric_cryptographic]
_ASYMMETRIC = ["kms:sign", "kms:verify", "kms:getpublickey", "kms:encrypt", "kms:decrypt", "kms:generatemac"]
_ELSEWHERE = sorted(CROSS_ACCOUNT_ACTIONS - {"kms:retiregrant"})
_AT_HOME = sorted(
    name
    for name, action in OPERATIONS.items()
    if "key" in action.asked_on and not action.cross_account and "alias" not in action.asked_on
)
_PLAIN = sorted(IDENTITY_ONLY_ACTIONS)

# A VPC endpoint of each account, by how often requests come through it.
ENDPOINTS = {"vpce-1": 60, "vpce-2": 30, "vpce-3": 10}

_ORDINARY = {
    "sqs": 30, "s3": 20, "object": 20, "sts": 12, "ec2": 10, "logs": 10, "table": 8, "point": 8, "index": 8,
    "method": 8, "iam": 5, "unknown": 5,
}  # fmt: skip
_ACTIONS = {
    "sqs": ("sqs:SendMessage", "sqs:ReceiveMessage"),
    "s3": ("s3:ListBucket", "s3:GetBucketTagging", "s3:DeleteBucketPolicy"),
    "object": ("s3:GetObject", "s3:GetObject", "s3:PutObject"),
    "table": ("s3tables:GetTable", "s3tables:DeleteTable"),
    "point": ("s3:GetObject",),
    "index": ("dynamodb:Query",),
    "method": ("execute-api:Invoke",),
    "logs": ("logs:GetLogEvents", "logs:PutLogEvents"),
    "ec2": ("ec2:StartInstances", "ec2:TerminateInstances"),
    "iam": ("iam:GetRole", "iam:PassRole"),
}


@dataclass
class Asking:
    """The request, and the parts that policies will be built around."""

    request: Request
    family: Family
    resource: ResourceRecord | None


def asking(dice: Dice, ground: Estate, family: Family) -> Asking:
    """Make one request."""
    elsewhere = chance(dice, 40)
    resource, name, action = _target(dice, ground, family, elsewhere=elsewhere)
    who, session = principal(dice, ground, family, elsewhere=elsewhere and family != "plain")
    action = _asked_by(dice, who, action)
    forwarded, through = weighted(dice, {(False, False): 72, (True, False): 10, (False, True): 16, (True, True): 2})
    via = weighted(dice, _VIA) if forwarded and who not in {*SERVICES, "anonymous"} and family != "trust" else None
    endpoint = weighted(dice, ENDPOINTS) if through else None
    has_context = action in _SYMMETRIC or action == "kms:creategrant"
    symmetric = resource is None or resource.key is None or resource.key.spec == "SYMMETRIC_DEFAULT"
    given = context(dice, action, resource, signed=":sts:" in who or session is not None)
    given |= origin(dice, ground, who) | _chain(dice, via)
    if endpoint is not None:
        for key in ("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce"):  # S34: they follow from it
            given.pop(key, None)
    if given.get("aws:SourceVpce") in ENDPOINTS:  # as from that one, told by its id
        given.pop("aws:SourceVpc", None)
    request = Request(
        who,
        _cased(action),
        name,
        context=given,
        encryption_context=_pairs(dice) if has_context and symmetric else None,
        session=session,
        via_service=via,
        vpc_endpoint=endpoint,
        resource_account=ground.owner.id if name.startswith("arn:aws:s3:") and chance(dice, 20) else None,
        at=NOON + timedelta(minutes=dice.below(3) * 30),
    )
    return Asking(request, family, resource)


def origin(dice: Dice, ground: Estate, who: str) -> dict[str, ContextValue]:
    """Say for whom a service calls: its resource, its account and, of one that nobody describes, its organization."""
    if who not in SERVICES or not chance(dice, 75):
        return {}
    account = weighted(dice, {ground.owner.id: 50, ground.other.id: 20, ground.third.id: 15, _STRANGER: 15})
    given: dict[str, ContextValue] = {}
    if chance(dice, 70):
        of_account = f"arn:aws:{who.split('.', maxsplit=1)[0]}:{REGION}:{account}:orders"
        given["aws:SourceArn"] = "arn:aws:s3:::bucket" if who == SERVICES[0] else of_account
    if chance(dice, 70):
        given["aws:SourceAccount"] = account
    if "aws:SourceAccount" not in given or account == _STRANGER:
        given |= {"aws:SourceOrgID": "o-alpha11111"} if chance(dice, 50) else {}
        given |= {"aws:SourceOrgPaths": ["o-alpha11111/r-ab12/"]} if chance(dice, 30) else {}
    return given


def _chain(dice: Dice, via: str | None) -> dict[str, ContextValue]:
    """Tell now and then which services handed a forwarded call on, the last of them last."""
    if via is None or not chance(dice, 40):
        return {}
    last = f"{via.split('.', maxsplit=1)[0]}.amazonaws.com{'.cn' if via.endswith('.cn') else ''}"
    return {"aws:CalledVia": ["cloudformation.amazonaws.com", last] if chance(dice, 80) else [last]}


def _asked_by(dice: Dice, who: str, action: str) -> str:
    """Let a provider make its own call for the most part, and now and then one that is not its own (S35)."""
    own = PROVIDERS.get(who)
    extra = action in {"sts:TagSession", "sts:SetSourceIdentity"}
    return own if own is not None and (chance(dice, 80) or not (extra or who.startswith("arn:"))) else action


def _cased(action: str) -> str:
    """Write a folded KMS action as AWS does."""
    operation = OPERATIONS.get(action)
    return operation.name if operation else action


def _target(dice: Dice, ground: Estate, family: Family, *, elsewhere: bool) -> tuple[ResourceRecord | None, str, str]:
    key, other_key, *_, role = ground.resources
    assert key.key is not None
    base = key.arn.rsplit(":", 1)[0]
    if family == "key":
        return _on_key(dice, key, [key.arn, *(f"{base}:{alias}" for alias in key.key.aliases)], elsewhere=elsewhere)
    if family == "ordinary":
        return _on_ordinary(dice, ground)
    if family == "alias":
        alias = f"{base}:{pick(dice, ALIASES)}"
        action = pick(dice, ["kms:createalias", "kms:updatealias", "kms:deletealias"])
        on = weighted(dice, {alias: 60, key.arn: 30, other_key.arn: 10})
        return {key.arn: key, other_key.arn: other_key}.get(on), on, action
    calls = {"sts:AssumeRole": 56, "sts:TagSession": 16, "sts:SetSourceIdentity": 10}
    calls |= {"sts:AssumeRoleWithSAML": 6, "sts:AssumeRoleWithWebIdentity": 12}
    made: dict[Family, tuple[ResourceRecord | None, str, str]] = {
        "retire": (key, key.arn, "kms:retiregrant"),
        "plain": _plain(dice, ground),
        "trust": (role, role.arn, weighted(dice, calls)),
    }
    return made[family]


def _on_key(
    dice: Dice, key: ResourceRecord, names: list[str], *, elsewhere: bool
) -> tuple[ResourceRecord | None, str, str]:
    symmetric = key.key is not None and key.key.spec == "SYMMETRIC_DEFAULT"
    groups = {
        "usual": _SYMMETRIC if symmetric else _ASYMMETRIC,
        "grant": ["kms:creategrant"],
        "read": _ELSEWHERE,
        "home": _AT_HOME,
    }
    group = weighted(dice, {"usual": 60, "grant": 15, "read": 15, "home": 6 if elsewhere else 15})
    return key, names[0] if chance(dice, 60) else pick(dice, names), pick(dice, groups[group])


def _plain(dice: Dice, ground: Estate) -> tuple[ResourceRecord | None, str, str]:
    """Identity-only actions have no resource, but for the one that asks about a principal (K3)."""
    action = pick(dice, _PLAIN)
    on_principal = "principal" in OPERATIONS[action].asked_on
    return None, ground.find(ground.owner, "user").arn if on_principal else "*", action


def _on_ordinary(dice: Dice, ground: Estate) -> tuple[ResourceRecord | None, str, str]:
    found = weighted(dice, _ORDINARY)
    if found == "sts":
        return None, *pick(dice, _calls_without_a_role(ground))
    if found == "unknown":
        return None, f"arn:aws:sqs:{REGION}:{ground.owner.id}:unwritten", "sqs:SendMessage"
    _, _, queue, bucket, stream, _, instance, lake, table, point, orders, api, role = ground.resources
    # What has the policy, or one of those, and the names to ask for.
    asked = {
        "sqs": (queue, [queue.arn]),
        "s3": (bucket, [bucket.arn]),
        "logs": (stream, [stream.arn]),
        "ec2": (instance, [instance.arn]),
        "iam": (role, [role.arn]),
        "object": (bucket, [f"{bucket.arn}/{name}" for name in ("blue/report", "red/a:b", "s1")]),
        "table": (table, [table.arn, f"{lake.arn}/table/t2", lake.arn]),
        "point": (point, [point.arn, f"{point.arn}/object/blue/report"]),
        "index": (orders, [orders.arn, f"{orders.arn}/index/by-day"]),
        "method": (api, [f"{api.arn}/prod/GET/pets", f"{api.arn}/test/POST/pets/1"]),
    }
    record, names = asked[found]
    return record, pick(dice, names), pick(dice, _ACTIONS[found])


def _calls_without_a_role(ground: Estate) -> list[tuple[str, str]]:
    """Give calls that are asked on nothing, or on what nobody describes, with what they are asked on (S35)."""
    sts = f"arn:aws:sts::{ground.owner.id}"
    return [
        ("*", "sts:GetCallerIdentity"),
        ("*", "sts:GetSessionToken"),
        ("*", "s3:ListAllMyBuckets"),
        (f"{sts}:federated-user/alice", "sts:GetFederationToken"),
        (f"arn:aws:iam::{ground.owner.id}:root", "sts:AssumeRoot"),
        (f"arn:{ground.other.partition}:iam::{ground.other.id}:root", "sts:AssumeRoot"),
    ]


def principal(dice: Dice, ground: Estate, family: Family, *, elsewhere: bool) -> tuple[str, Session | None]:
    """Choose a caller, with its session."""
    account = (ground.third if chance(dice, 25) else ground.other) if elsewhere else ground.owner
    weights = {"session": 30, "role": 8, "user": 22, "root": 9, "federated": 9, "token": 3}
    if family not in {"plain", "alias"}:
        weights |= {"service": 8, "anonymous": 5}
    if family == "trust":
        weights |= {"root": 0, "provider": 14}
    kind = weighted(dice, weights)
    if kind not in {"session", "role", "user", "root", "federated", "token"}:
        named = {"service": SERVICES, "anonymous": ["anonymous"], "provider": list(PROVIDERS)}
        return pick(dice, named[kind]), None
    group = {"session": "role", "role": "role", "root": "root"}.get(kind, "user")
    person = ground.find(account, group, second=chance(dice, 12))
    name = pick(dice, SESSION_NAMES)
    tags = {key: pick(dice, TAG_VALUES) for key in (*TAG_KEYS, "Team") if chance(dice, 12)}
    identity = "boss" if chance(dice, 15) else None
    of_session = Session(None, tags=tags, source_identity=identity) if tags or identity else None
    tagged = Session(None, tags=tags) if tags else None
    sts = f"arn:{account.partition}:sts::{account.id}"
    root = ground.find(account, "root").arn
    stranger = "alice" if chance(dice, 70) else "stranger"
    forms: dict[str, list[tuple[str, Session | None]]] = {
        "session": [(f"{sts}:assumed-role/{person.name}/{name}", of_session), (person.arn, Session(name, tags=tags))],
        "role": [(person.arn, of_session)],
        "federated": [
            (person.arn, Session(name, tags=tags)),
            (f"{sts}:federated-user/{stranger}", tagged),
            *([(root, Session(name, tags=tags))] if chance(dice, 30) else []),
        ],
        "token": [(person.arn, Session()), (root, Session())],
    }
    return pick(dice, forms.get(kind, [(person.arn, None)]))


def _pairs(dice: Dice) -> dict[str, str] | None:
    pairs = {key: pick(dice, values) for key, values in PAIRS.items() if chance(dice, 60)}
    return pairs or ({} if chance(dice, 30) else None)


def _one(dice: Dice, *values: Scalar) -> ContextValue:
    return pick(dice, values)


_GLOBAL: dict[str, Callable[[Dice], ContextValue]] = {
    "aws:SourceIp": lambda dice: pick(dice, ["10.0.0.1", "203.0.113.7", "2001:db8::1", "::ffff:10.0.0.1"]),
    "aws:SourceVpc": lambda dice: pick(dice, ["vpc-1", "vpc-2"]),
    "aws:SourceVpce": lambda dice: pick(dice, ["vpce-1", "vpce-2", "vpce-9"]),
    "aws:SecureTransport": lambda dice: chance(dice, 60),
    "aws:RequestedRegion": lambda dice: pick(dice, [REGION, "eu-west-1"]),
    "ec2:Region": lambda dice: pick(dice, [REGION, "eu-west-1"]),
    "aws:UserAgent": lambda dice: pick(dice, ["cli/2", "sdk*", ""]),
    "aws:MultiFactorAuthAge": lambda dice: pick(dice, [0, 300, 3600]),
    "aws:RequestTag/team": lambda dice: pick(dice, TAG_VALUES),
    "aws:TagKeys": lambda dice: some(dice, ["team", "cost", "Project"], 3) if chance(dice, 85) else [],
    "aws:referer": lambda dice: pick(dice, ["https://example.com/a", "QUJD"]),
    "app:window": lambda dice: _one(dice, "2026-03-01T12:00:00Z", "2026-03-01", NOON, 1772366400),
    "app:digest": lambda dice: pick(dice, ["QUJD", "QUJE", "QU JD", "not base64!"]),
    "app:level": lambda dice: _one(dice, 3, 3.5, 0.1, "7", "seven", -1, 9007199254740993),
    "app:source": lambda dice: pick(
        dice, ["arn:aws:logs:us-east-1:111122223333:log-group:app:s1", "arn:aws:s3:::bucket"]
    ),
    "app:netip": lambda dice: pick(dice, ["10.1.2.3", "10.0.0.0/8", "192.0.2.1"]),
    "app:labels": lambda dice: some(dice, ["blue", "red", "10.0.0.1", "7"], 3) if chance(dice, 80) else [],
    "app:flags": lambda dice: some(dice, [True, False, 5], 2),
}
_OF_KMS: dict[str, Callable[[Dice], ContextValue]] = {
    "kms:grantoperations": lambda dice: (
        some(dice, ["Decrypt", "Encrypt", "DescribeKey", "CreateGrant"], 3) if chance(dice, 95) else []
    ),
    "kms:grantconstrainttype": lambda dice: pick(dice, ["EncryptionContextEquals", "EncryptionContextSubset"]),
    "kms:granteeprincipal": lambda dice: f"arn:aws:iam::444455556666:role/{pick(dice, ['app', 'ops'])}",
    "kms:grantisforawsresource": lambda dice: chance(dice, 50),
    "kms:grantconstraintsourcearn": lambda _dice: "arn:aws:s3:::bucket",
    "kms:encryptionalgorithm": lambda _dice: "SYMMETRIC_DEFAULT",
    "kms:signingalgorithm": lambda _dice: "RSASSA_PSS_SHA_256",
    "kms:messagetype": lambda dice: pick(dice, ["DIGEST", "RAW"]),
    "kms:reencryptonsamekey": lambda dice: chance(dice, 50),
    "kms:datakeypairspec": lambda dice: pick(dice, ["RSA_2048", "ECC_NIST_P256"]),
    "kms:schedulekeydeletionpendingwindowindays": lambda dice: pick(dice, [7, 30]),
    "kms:bypasspolicylockoutsafetycheck": lambda dice: chance(dice, 50),
    "kms:keyspec": lambda dice: pick(dice, ["RSA_2048", "SYMMETRIC_DEFAULT"]),
    "kms:encryptioncontext:tenant": lambda dice: pick(dice, PAIRS["tenant"]),
    "kms:recipientattestation:pcr0": lambda _dice: "abcdef",
}


def context(dice: Dice, action: str, resource: ResourceRecord | None, *, signed: bool) -> dict[str, ContextValue]:
    """Give a request's own condition keys; KMS's are those the operation carries, and now and then another's."""
    given = {key: make(dice) for key, make in _GLOBAL.items() if chance(dice, 18)}
    if signed and chance(dice, 15):
        given["aws:TokenIssueTime"] = NOON - timedelta(minutes=10)
    if chance(dice, 12):
        given["aws:SourceArn"] = pick(dice, ["arn:aws:s3:::bucket", "arn:aws:s3:::other"])
    operation = OPERATIONS.get(action)
    if operation is not None:
        given |= {key: make(dice) for key, make in _OF_KMS.items() if _fits(dice, key, operation, resource)}
    return given


def _fits(dice: Dice, key: str, operation: KmsAction, resource: ResourceRecord | None) -> bool:
    if key == "kms:keyspec":
        return operation.name == "kms:CreateKey" and chance(dice, 40)
    if key == "kms:encryptionalgorithm" and resource is not None and resource.key is not None:
        return resource.key.spec == "SYMMETRIC_DEFAULT" and key in operation.condition_keys and chance(dice, 20)
    if key.startswith("kms:encryptioncontext"):  # with a symmetric key they are told as what they come from
        asymmetric = resource is not None and resource.key is not None and resource.key.spec != "SYMMETRIC_DEFAULT"
        return asymmetric and chance(dice, 30)
    carried = any(key == name or (name[-1] == ":" and key.startswith(name)) for name in operation.condition_keys)
    return chance(dice, (85 if key == "kms:grantoperations" else 45) if carried else 1)
