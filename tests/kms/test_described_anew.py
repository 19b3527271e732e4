"""A KMS that is told anew who there is: one step, and the store keeps what it owns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policyeval import Entities
from policyeval.errors import EntitiesError
from policyeval.kms import Caller, KeyManagementService, KmsError, RootKey, StorageError
from policyeval.kms.trail.trail import MemoryTrail
from tests.kms.estate import ADMIN_A, ADMIN_B, APP_A, APP_B, A, B, C, Estate, allow, deny, entities, policy
from tests.kms.importing import Importer
from tests.kms.using import FailingStore, opened_to

KEY = {"id": "1234abcd-12ab-34cd-56ef-1234567890ab", "region": "us-east-1", "aliases": ["alias/new"]}


def described(**account: Any) -> Entities:
    everything = {"Version": "2012-10-17", "Statement": [allow("*")]}
    roles = [{"name": "admin", "identity_policies": [{"name": "everything", "document": everything}]}]
    return Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "roles": roles, **account}]})


def test_the_next_call_is_decided_by_the_new_policies() -> None:
    estate = Estate()
    key = estate.key()
    assert estate.refused("DescribeKey", APP_A, KeyId=key)[0] == "AccessDeniedException"
    estate.kms.describe(entities(app_a=[allow("kms:DescribeKey")]))
    assert estate.call("DescribeKey", APP_A, KeyId=key)
    estate.kms.describe(entities())
    assert estate.refused("DescribeKey", APP_A, KeyId=key)[0] == "AccessDeniedException"


def test_keys_that_are_new_are_created_and_the_others_stay() -> None:
    estate = Estate()
    kept = estate.key()
    blob = estate.call("Encrypt", KeyId=kept, Plaintext=b"x")["CiphertextBlob"]
    estate.kms.describe(described(keys=[KEY]))
    assert estate.call("Encrypt", KeyId="alias/new", Plaintext=b"x")
    assert estate.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == b"x"
    estate.call("DeleteAlias", AliasName="alias/new")
    estate.kms.describe(described(keys=[KEY]))
    assert estate.refused("DescribeKey", KeyId="alias/new")[0] == "NotFoundException"


def test_a_new_key_takes_no_alias_from_another() -> None:
    estate = Estate()
    owner = estate.key()
    estate.call("CreateAlias", AliasName="alias/new", TargetKeyId=owner)
    with pytest.raises(EntitiesError, match=f"has alias/new, which is an alias of `{owner}` already"):
        estate.kms.describe(described(keys=[KEY]))
    assert estate.call("DescribeKey", KeyId="alias/new")["KeyMetadata"]["Arn"] == owner
    assert estate.refused("DescribeKey", KeyId=KEY["id"])[0] == "NotFoundException"
    estate.call("UpdateAlias", AliasName="alias/new", TargetKeyId=estate.key())
    estate.call("DeleteAlias", AliasName="alias/new")
    estate.kms.describe(described(keys=[KEY]))
    assert estate.call("DescribeKey", KeyId="alias/new")["KeyMetadata"]["KeyId"] == KEY["id"]


def test_an_aws_managed_key_is_not_described_beside_the_one_that_its_service_has() -> None:
    estate = Estate()
    owner = estate.call("DescribeKey", KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    managed = {"id": KEY["id"], "region": KEY["region"], "manager": "AWS", "aliases": ["alias/aws/s3"]}
    with pytest.raises(EntitiesError) as caught:
        estate.kms.describe(described(keys=[managed]))
    (fault,) = caught.value.diagnostics
    assert fault.message.endswith(f"has alias/aws/s3, which is an alias of `{owner}` already")
    assert fault.hint == "leave this key out: its service has that one"


def test_a_new_key_takes_the_alias_of_one_whose_end_has_come() -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    owner = estate.key()
    estate.call("CreateAlias", AliasName="alias/new", TargetKeyId=owner)
    estate.call("ScheduleKeyDeletion", KeyId=owner, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    estate.kms.describe(described(keys=[KEY]))
    assert estate.call("DescribeKey", KeyId="alias/new")["KeyMetadata"]["KeyId"] == KEY["id"]
    assert [record["eventName"] for record in trail.records[-2:]] == ["DeleteKey", "DescribeKey"]


def test_who_there_is_is_taken_though_the_store_keeps_nothing_more() -> None:
    store = FailingStore()
    estate = Estate(store=store, root_key=RootKey.of(bytes(32)))
    key, due = estate.key(), estate.key()
    estate.call("ScheduleKeyDeletion", KeyId=due, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    estate.call("Encrypt", KeyId=key, Plaintext=b"x")
    store.full = True
    estate.kms.describe(described(roles=[{"name": "admin"}]))
    assert estate.refused("Encrypt", KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException"


# An account that is described no more.

CLOSED: list[tuple[str, dict[str, Any]]] = [
    ("Decrypt", {"CiphertextBlob": b""}),
    ("Decrypt", {"CiphertextBlob": b"", "KeyId": ""}),
    ("DescribeKey", {"KeyId": ""}),
    ("Encrypt", {"KeyId": f"arn:aws:kms:us-east-1:{A}:alias/app", "Plaintext": b"x"}),
    ("CreateGrant", {"KeyId": "", "GranteePrincipal": ADMIN_B, "Operations": ["Decrypt"]}),
    ("RetireGrant", {"KeyId": "", "GrantId": "0" * 64}),
]


def test_grants_on_keys_of_an_account_that_is_gone_are_not_listed() -> None:
    estate = Estate()
    key = estate.key()
    asked = {"GranteePrincipal": APP_B, "RetiringPrincipal": ADMIN_B, "Operations": ["Decrypt"]}
    estate.call("CreateGrant", KeyId=key, **asked)
    for description, count in ((of_b(), 0), (entities(), 1)):
        estate.kms.describe(description)
        page = estate.call("ListRetirableGrants", ADMIN_B, RetiringPrincipal=ADMIN_B)
        assert len(page["Grants"]) == count


@pytest.mark.parametrize(("operation", "params"), CLOSED)
def test_a_key_of_an_account_that_is_gone_looks_like_one_that_never_was(operation: str, params: dict[str, Any]) -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    key = estate.key(Policy=opened_to(B))
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    params = {name: {"CiphertextBlob": blob, "KeyId": value or key}.get(name, value) for name, value in params.items()}
    if operation != "RetireGrant":
        assert estate.call(operation, ADMIN_B, **params)
    estate.kms.describe(of_b())
    never = dict(params, KeyId=f"arn:aws:kms:us-east-1:{A}:key/0") if "KeyId" in params else params
    told = estate.refused(operation, ADMIN_B, **params)
    assert told == estate.refused(operation, ADMIN_B, **never)
    assert told[0] == "AccessDeniedException"
    assert trail.records[-2]["errorCode"] == "AccessDenied"
    estate.kms.describe(entities())
    if operation != "RetireGrant":
        assert estate.call(operation, ADMIN_B, **params)


def of_b() -> Entities:
    everything = {"Version": "2012-10-17", "Statement": [allow("*")]}
    admin = {"name": "admin", "identity_policies": [{"name": "everything", "document": everything}]}
    return Entities.from_mapping({"policyeval": 1, "accounts": [{"id": B, "roles": [admin]}]})


def test_grants_without_ids_on_several_keys_have_one_who_retires_them() -> None:
    grant = {"GranteePrincipal": ADMIN_A, "RetiringPrincipal": ADMIN_A, "Operations": ["Decrypt"]}
    keys = [{"id": f"{number}234abcd-12ab-34cd-56ef-1234567890ab", "region": "us-east-1"} for number in range(3)]
    estate = Estate()
    for first in (1, 3):  # some at once, and some beside what is there
        estate.kms.describe(described(keys=[{**key, "grants": [grant, grant]} for key in keys[:first]]))
    found = estate.call("ListRetirableGrants", RetiringPrincipal=ADMIN_A)["Grants"]
    assert sorted(one["KeyId"][-36:] for one in found) == sorted(key["id"] for key in keys * 2)
    assert len({one["GrantId"] for one in found}) == 6
    for one in found:
        assert estate.call("RetireGrant", KeyId=one["KeyId"], GrantId=one["GrantId"]) == {}
    named = [
        {**key, "id": f"a{key['id'][:7]}{key['id'][8:]}", "grants": [{**grant, "GrantId": "mine"}]} for key in keys
    ]
    with pytest.raises(StorageError, match="grant id `mine` is already that of a grant"):
        estate.kms.describe(described(keys=named))


# A role that is deleted and made again under its name is somebody else (S12).

FIRST, SECOND = "AROAFIRST0000000001", "AROASECOND000000002"


def with_app(unique_id: str | None, **more: Any) -> Entities:
    """Describe both accounts, and in B an application that its own account lets use KMS."""
    everything = {"Version": "2012-10-17", "Statement": [allow("*")]}
    policies = {"identity_policies": [{"name": "everything", "document": everything}]}
    app = {"name": "app", **policies, **({"unique_id": unique_id} if unique_id is not None else {})}
    admin = {"name": "admin", **policies}
    accounts = [{"id": A, "roles": [admin], **more}, {"id": B, "roles": [admin, *([app] if unique_id != "" else [])]}]
    return Entities.from_mapping({"policyeval": 1, "accounts": accounts})


def opened_to_app() -> str:
    own, theirs = allow("kms:*", Principal={"AWS": A}), allow("kms:Decrypt", Principal={"AWS": APP_B})
    return json.dumps({"Version": "2012-10-17", "Statement": [own, theirs]})


def granted(estate: Estate, key: str) -> dict[str, Any]:
    grant = {"GranteePrincipal": APP_B, "RetiringPrincipal": APP_B, "Operations": ["Decrypt"]}
    return estate.call("CreateGrant", KeyId=key, **grant)


@pytest.mark.parametrize("way", ["by the key policy", "by a new key policy", "by a grant"])
@pytest.mark.parametrize(
    ("first", "then", "same"),
    [(FIRST, FIRST, True), (FIRST, SECOND, False), (None, None, True), ("NoIdOfAws", "NoIdOfAws", True)],
)
def test_nobody_inherits_what_was_given_to_who_had_the_name(
    way: str, first: str | None, then: str | None, *, same: bool
) -> None:
    estate = Estate()
    estate.kms.describe(with_app(first))
    key = estate.key(**({"Policy": opened_to_app()} if way == "by the key policy" else {}))
    if way == "by a new key policy":
        estate.call("PutKeyPolicy", KeyId=key, Policy=opened_to_app())
    grant_id = granted(estate, key)["GrantId"] if way == "by a grant" else None
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert estate.call("Decrypt", APP_B, CiphertextBlob=blob)
    estate.kms.describe(with_app(then))
    if same:
        assert estate.call("Decrypt", APP_B, CiphertextBlob=blob)
    else:
        assert estate.refused("Decrypt", APP_B, CiphertextBlob=blob)[0] == "AccessDeniedException"
    if grant_id is not None and same:
        assert estate.call("RetireGrant", APP_B, KeyId=key, GrantId=grant_id) == {}
    elif grant_id is not None:
        assert estate.refused("RetireGrant", APP_B, KeyId=key, GrantId=grant_id)[0] == "AccessDeniedException"


def test_the_same_holds_of_keys_that_are_described() -> None:
    grant = {"GranteePrincipal": APP_B, "Operations": ["Encrypt"]}
    key = {**KEY, "policy": json.loads(opened_to_app()), "grants": [grant]}
    estate = Estate()
    estate.kms.describe(with_app(FIRST, keys=[key]))
    asked = {"KeyId": f"arn:aws:kms:us-east-1:{A}:key/{KEY['id']}", "Plaintext": b"x"}
    blob = estate.call("Encrypt", APP_B, **asked)["CiphertextBlob"]
    assert estate.call("Decrypt", APP_B, CiphertextBlob=blob)
    estate.kms.describe(with_app(SECOND, keys=[key]))
    assert estate.refused("Encrypt", APP_B, **asked)[0] == "AccessDeniedException"
    assert estate.refused("Decrypt", APP_B, CiphertextBlob=blob)[0] == "AccessDeniedException"


def test_of_who_is_gone_the_unique_id_is_shown() -> None:
    estate = Estate()
    estate.kms.describe(with_app(FIRST))
    key = estate.key(Policy=opened_to_app())
    granted(estate, key)
    for unique_id, name in ((FIRST, APP_B), (SECOND, FIRST), ("", FIRST), (FIRST, APP_B)):
        estate.kms.describe(with_app(unique_id))
        text = estate.call("GetKeyPolicy", KeyId=key)["Policy"]
        assert text == opened_to_app().replace(APP_B, name)
        (grant,) = estate.call("ListGrants", KeyId=key)["Grants"]
        assert (grant["GranteePrincipal"], grant["RetiringPrincipal"]) == (name, name)
        if name != APP_B:
            assert estate.refused("PutKeyPolicy", KeyId=key, Policy=text)[0] == "MalformedPolicyDocumentException"


def test_grants_are_listed_by_who_has_them() -> None:
    estate = Estate()
    estate.kms.describe(with_app(None))
    key = estate.key()
    ids = [granted(estate, key)["GrantId"] for _ in range(3)]
    estate.kms.describe(with_app(FIRST))
    ids = sorted([*ids, *(granted(estate, key)["GrantId"] for _ in range(3))])
    for operation, caller, asked in (
        ("ListGrants", ADMIN_A, {"KeyId": key, "GranteePrincipal": APP_B}),
        ("ListRetirableGrants", ADMIN_B, {"RetiringPrincipal": APP_B}),
    ):
        found: list[str] = []
        marker: dict[str, str] = {}
        while True:
            answer = estate.call(operation, caller, **asked, **marker, Limit=2)
            found += [grant["GrantId"] for grant in answer["Grants"]]
            if not answer["Truncated"]:
                break
            marker = {"Marker": answer["NextMarker"]}
        assert found == ids
    one = estate.call("ListGrants", KeyId=key, GrantId=ids[0], GranteePrincipal=APP_B)["Grants"]
    assert [grant["GrantId"] for grant in one] == ids[:1]
    estate.kms.describe(with_app(SECOND))
    assert len(estate.call("ListGrants", KeyId=key, GranteePrincipal=APP_B)["Grants"]) == 3  # those without an id


def test_the_same_request_under_a_name_gives_the_same_grant_to_the_same_role() -> None:
    estate = Estate()
    estate.kms.describe(with_app(FIRST))
    key = estate.key()
    asked = {"KeyId": key, "GranteePrincipal": APP_B, "Operations": ["Decrypt"], "Name": "app"}
    first = estate.call("CreateGrant", **asked)["GrantId"]
    assert estate.call("CreateGrant", **asked)["GrantId"] == first
    estate.kms.describe(with_app(SECOND))
    assert estate.call("CreateGrant", **asked)["GrantId"] != first


def test_so_it_does_when_the_role_had_no_unique_id_at_first() -> None:
    estate = Estate()
    estate.kms.describe(with_app(None))
    key = estate.key()
    asked = {"KeyId": key, "GranteePrincipal": APP_B, "RetiringPrincipal": APP_B, "Operations": ["Decrypt"]}
    first = estate.call("CreateGrant", **asked, Name="app")["GrantId"]
    estate.kms.describe(with_app(FIRST))
    assert estate.call("CreateGrant", **asked, Name="app")["GrantId"] == first
    assert estate.call("CreateGrant", **asked, Name="other")["GrantId"] != first
    assert estate.call("CreateGrant", **asked)["GrantId"] != first
    assert len(estate.call("ListGrants", KeyId=key)["Grants"]) == 3


class Live:
    """A source that changes and does not tell when; accounts stay what they are."""

    def __init__(self, now: Entities) -> None:
        self.now = now
        self.account = now.account

    def __getattr__(self, name: str) -> Any:
        if name == "revision":
            raise AttributeError(name)
        return getattr(self.now, name)


def test_a_deny_holds_where_a_live_source_forgets_the_unique_id() -> None:
    source = Live(with_app(FIRST))
    estate = Estate()
    estate.kms.describe(source)
    denied = allow("kms:DescribeKey", Principal={"AWS": APP_B}) | {"Effect": "Deny"}
    shared = [allow("kms:*", Principal={"AWS": A}), allow("kms:*", Principal={"AWS": B}), denied]
    key = estate.key(Policy=json.dumps({"Version": "2012-10-17", "Statement": shared}))
    assert estate.refused("DescribeKey", APP_B, KeyId=key)[0] == "AccessDeniedException"
    source.now = with_app(None)
    assert estate.refused("DescribeKey", APP_B, KeyId=key)[0] == "AccessDeniedException"
    source.now = with_app(SECOND)
    assert estate.state(key, APP_B) == "Enabled"
    source.now = with_app(FIRST)
    assert estate.refused("DescribeKey", APP_B, KeyId=key)[0] == "AccessDeniedException"


def test_a_source_that_does_not_tell_of_its_changes_does_from_the_start() -> None:
    source = Live(with_app(FIRST))
    kms = KeyManagementService(source)
    admin = kms.client(ADMIN_A)
    key = admin.create_key(policy=opened_to_app())
    blob = admin.encrypt(key, b"x")
    assert kms.client(APP_B).decrypt(blob) == b"x"
    source.now = entities()
    with pytest.raises(KmsError, match="kms:Decrypt"):
        kms.client(APP_B).decrypt(blob)
    assert admin.decrypt(blob) == b"x"


def test_who_there_is_is_gone_through_once_a_description(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of grants and a policy of many ids cost the same, however many principals there are."""
    estate = Estate()
    estate.kms.describe(with_app(FIRST))
    key = estate.key(Policy=opened_to_app())
    granted(estate, key)
    asked: list[str | None] = []
    everybody = Entities.principals

    def principals(self: Entities, account_id: str | None = None) -> Any:
        asked.append(account_id)
        return everybody(self, account_id)

    monkeypatch.setattr(Entities, "principals", principals)
    estate.kms.describe(with_app(FIRST))
    text = opened_to_app().replace(f'"{APP_B}"', f'["{FIRST}", "{FIRST}", "{APP_B}"]')
    for _ in range(3):
        assert estate.call("ListGrants", KeyId=key)["Grants"][0]["GranteePrincipal"] == APP_B
        assert estate.call("ListGrants", KeyId=key, GranteePrincipal=f"arn:aws:iam::{C}:role/app")["Grants"] == []
        assert APP_B in estate.call("GetKeyPolicy", KeyId=key)["Policy"]
        assert estate.call("PutKeyPolicy", KeyId=key, Policy=text) == {}
    assert asked == [None]
    estate.kms.describe(with_app(SECOND))
    assert FIRST in estate.call("GetKeyPolicy", KeyId=key)["Policy"]


def test_a_unique_id_of_another_partition_is_refused_as_the_arn_is() -> None:
    china = {"id": C, "partition": "aws-cn", "roles": [{"name": "app", "unique_id": FIRST}]}
    admin = {"name": "admin", "identity_policies": [{"name": "all", "document": policy(allow("*"))}]}
    accounts = [{"id": A, "partition": "aws", "roles": [admin]}, china]
    estate = Estate()
    estate.kms.describe(Entities.from_mapping({"policyeval": 1, "accounts": accounts}))
    for named in (FIRST, f"arn:aws-cn:iam::{C}:role/app"):
        text = opened_to_app().replace(APP_B, named)
        code, message = estate.refused("CreateKey", Policy=text)
        assert (code, message[-24:]) == ("MalformedPolicyDocumentException", "more invalid principals.")


@pytest.mark.parametrize("way", ["a key that is put", "a key that is described", "an id that is put"])
@pytest.mark.parametrize(
    ("then", "denied"),
    [
        pytest.param(with_app(FIRST), True, id="the same role"),
        pytest.param(with_app(None), True, id="a role of which no id is told any more"),
        pytest.param(with_app("NoIdOfAws"), True, id="a role with an id that is none of AWS's"),
        pytest.param(with_app(SECOND), False, id="another role, by its id"),
    ],
)
def test_a_deny_holds_until_an_id_tells_that_it_is_somebody_else(way: str, then: Entities, *, denied: bool) -> None:
    named = FIRST if way == "an id that is put" else APP_B
    shut = deny("kms:DescribeKey", Principal={"AWS": named})
    text = policy(allow("kms:*", Principal={"AWS": [A, B]}), shut)
    estate = Estate()
    if way == "a key that is described":
        estate.kms.describe(with_app(FIRST, keys=[{**KEY, "policy": text}]))
        key = f"arn:aws:kms:us-east-1:{A}:key/{KEY['id']}"
    else:
        estate.kms.describe(with_app(FIRST))
        key = estate.key(Policy=json.dumps(text))
    for description, refused in ((with_app(FIRST), True), (then, denied), (with_app(FIRST), True)):
        estate.kms.describe(description)
        if refused:
            assert estate.refused("DescribeKey", APP_B, KeyId=key)[0] == "AccessDeniedException"
        else:
            assert estate.call("DescribeKey", APP_B, KeyId=key)
        assert estate.call("DescribeKey", ADMIN_B, KeyId=key)


# A multi-Region key of which the store has a part.

MRK = {"id": "mrk-1234abcd12ab34cd56ef1234567890ab", "region": "us-east-1"}
REPLICA = {"id": MRK["id"], "region": "eu-west-1", "multi_region_type": "REPLICA", "aliases": ["alias/there"]}
THERE = Caller(ADMIN_A, region="eu-west-1")


def test_a_replica_that_is_described_later_joins_its_primary() -> None:
    estate = Estate()
    estate.kms.describe(described(keys=[MRK]))
    blob = estate.call("Encrypt", KeyId=MRK["id"], Plaintext=b"x")["CiphertextBlob"]
    estate.call("EnableKeyRotation", KeyId=MRK["id"], RotationPeriodInDays=90)
    estate.call("RotateKeyOnDemand", KeyId=MRK["id"])
    estate.call("ReplicateKey", KeyId=MRK["id"], ReplicaRegion="eu-north-1")
    estate.kms.describe(described(keys=[MRK, REPLICA, {**REPLICA, "region": "eu-west-3"}]))
    assert estate.call("Decrypt", THERE, CiphertextBlob=blob)["Plaintext"] == b"x"
    for caller in (ADMIN_A, THERE):
        group = estate.call("DescribeKey", caller, KeyId=MRK["id"])["KeyMetadata"]["MultiRegionConfiguration"]
        assert group["PrimaryKey"]["Region"] == "us-east-1"
        assert [replica["Region"] for replica in group["ReplicaKeys"]] == ["eu-north-1", "eu-west-1", "eu-west-3"]
    assert estate.call("GetKeyRotationStatus", THERE, KeyId=MRK["id"])["RotationPeriodInDays"] == 90
    assert len(estate.call("ListKeyRotations", THERE, KeyId=MRK["id"])["Rotations"]) == 1
    estate.clock.pass_(days=90)
    new = estate.call("Encrypt", THERE, KeyId="alias/there", Plaintext=b"y")["CiphertextBlob"]
    assert estate.call("Decrypt", CiphertextBlob=new)["Plaintext"] == b"y"


def test_the_store_knows_best_which_one_is_the_primary() -> None:
    estate = Estate()
    estate.kms.describe(described(keys=[MRK, REPLICA]))
    estate.call("UpdatePrimaryRegion", KeyId=MRK["id"], PrimaryRegion="eu-west-1")
    estate.kms.describe(described(keys=[{**MRK, "region": "us-west-2", "multi_region_type": "PRIMARY"}]))
    group = estate.call("DescribeKey", THERE, KeyId=MRK["id"])["KeyMetadata"]["MultiRegionConfiguration"]
    assert group["PrimaryKey"]["Region"] == "eu-west-1"
    assert [replica["Region"] for replica in group["ReplicaKeys"]] == ["us-east-1", "us-west-2"]


def test_a_replica_of_a_key_with_imported_material_waits_for_it() -> None:
    estate = Estate()
    estate.kms.describe(described(keys=[{**MRK, "origin": "EXTERNAL"}]))
    estate.kms.describe(described(keys=[{**REPLICA, "origin": "EXTERNAL"}]))
    assert estate.state(MRK["id"], THERE) == "PendingImport"
    assert estate.state(MRK["id"]) == "Enabled"


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
def test_members_that_all_wait_for_material_take_that_of_the_primary(spec: str) -> None:
    """KMS 22: a replica's first material is what the primary has, without saying so, which only symmetric keys can."""
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "GENERATE_VERIFY_MAC"
    waits = {"origin": "EXTERNAL", "state": "PendingImport", "spec": spec, "usage": usage}
    estate = Estate()
    estate.kms.describe(described(keys=[{**MRK, **waits}, {**REPLICA, **waits}]))
    importer = Importer(estate)
    key, replica = (f"arn:aws:kms:{region}:{A}:key/{MRK['id']}" for region in ("us-east-1", "eu-west-1"))
    refused = importer.refused(replica, b"1" * 32, THERE)
    assert refused == ("UnsupportedOperationException", f"{replica} is not a multi-region primary key.")
    importer.bring(key, b"1" * 32)
    assert importer.refused(replica, b"2" * 32, THERE)[0] == "IncorrectKeyMaterialException"
    importer.bring(replica, b"1" * 32, THERE)
    assert estate.state(replica, THERE) == "Enabled"
    metadata = [estate.call("DescribeKey", caller, KeyId=MRK["id"])["KeyMetadata"] for caller in (ADMIN_A, THERE)]
    assert len({each.get("CurrentKeyMaterialId") for each in metadata}) == 1


PENDING = {"state": "PendingDeletion"}
WAITING = {"state": "PendingReplicaDeletion"}


def test_a_replica_with_imported_material_that_is_pending_deletion_says_so_and_can_be_kept() -> None:
    estate = Estate()
    estate.kms.describe(described(keys=[{**MRK, "origin": "EXTERNAL"}]))
    estate.kms.describe(described(keys=[{**REPLICA, "origin": "EXTERNAL", **PENDING}]))
    assert estate.state(MRK["id"], THERE) == "PendingDeletion"
    estate.call("CancelKeyDeletion", THERE, KeyId=MRK["id"])
    estate.clock.pass_(days=31)
    assert estate.state(MRK["id"], THERE) == "PendingImport"


ENDS: list[tuple[str, list[dict[str, Any]], dict[int, tuple[str | None, str | None]]]] = [
    ("a primary is not deleted before its replica", [{**MRK, **PENDING}, REPLICA], {
        0: ("PendingReplicaDeletion", "Enabled"), 31: ("PendingReplicaDeletion", "Enabled"),
    }),
    ("a primary waits for its replica, and then for itself", [{**MRK, **WAITING}, {**REPLICA, **PENDING}], {
        0: ("PendingReplicaDeletion", "PendingDeletion"), 31: ("PendingDeletion", None), 61: (None, None),
    }),
    ("a replica waits for no other", [MRK, {**REPLICA, **WAITING}], {
        0: ("Enabled", "PendingDeletion"), 31: ("Enabled", None),
    }),
    ("a primary alone waits for no replica", [{**MRK, **WAITING}], {0: ("PendingDeletion", None), 31: (None, None)}),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "states"), [pytest.param(*row[1:], id=row[0]) for row in ENDS])
def test_a_multi_region_key_that_is_described_as_pending_deletion_ends_as_others_do(
    keys: list[dict[str, Any]], states: dict[int, tuple[str | None, str | None]]
) -> None:
    """KMS 4: the clock of a primary starts when its last replica is gone."""
    estate, passed = Estate(), 0
    estate.kms.describe(described(keys=keys))
    for days, expected in states.items():
        estate.clock.pass_(days=days - passed)
        passed = days
        for caller, state in zip((ADMIN_A, THERE), expected, strict=True):
            if state is None:
                assert estate.refused("DescribeKey", caller, KeyId=MRK["id"])[0] == "NotFoundException"
            else:
                assert estate.state(MRK["id"], caller) == state


NO_REPLICAS: list[tuple[str, dict[str, Any], str]] = [
    ("of another spec", {"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"}, "is another kind of key than"),
    ("of another origin", {"origin": "EXTERNAL"}, "is another kind of key than"),
    ("of what is pending deletion", {}, "which is pending deletion"),
]


@pytest.mark.parametrize(("facts", "words"), [pytest.param(*row[1:], id=row[0]) for row in NO_REPLICAS])
def test_what_cannot_be_a_replica_is_refused(facts: dict[str, Any], words: str) -> None:
    estate = Estate()
    estate.kms.describe(described(keys=[MRK]))
    if not facts:
        estate.call("ScheduleKeyDeletion", KeyId=MRK["id"])
    with pytest.raises(EntitiesError, match=words):
        estate.kms.describe(described(keys=[MRK, {**REPLICA, **facts}]))
    assert estate.refused("DescribeKey", THERE, KeyId=MRK["id"])[0] == "NotFoundException"


def test_a_file_mixes_no_kinds_of_keys_in_one() -> None:
    rsa = {**REPLICA, "spec": "RSA_2048", "usage": "SIGN_VERIFY"}
    with pytest.raises(EntitiesError, match="is another kind of key than"):
        Estate().kms.describe(described(keys=[MRK, rsa]))


def test_an_aws_managed_key_rotates_whoever_described_it() -> None:
    """K10: every year, and nobody can change that."""
    estate = Estate()
    ebs = {**KEY, "manager": "AWS", "aliases": ["alias/aws/ebs"]}
    estate.kms.describe(described(keys=[ebs, {**KEY, "id": "theirs", "aliases": []}]))
    status = estate.call("GetKeyRotationStatus", KeyId=KEY["id"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    words = "Default key that protects my EBS data when no other key is defined"
    assert estate.call("DescribeKey", KeyId="alias/aws/ebs")["KeyMetadata"]["Description"] == words
    assert estate.call("GetKeyRotationStatus", KeyId="theirs")["KeyRotationEnabled"] is False
    estate.clock.pass_(days=366)
    assert len(estate.call("ListKeyRotations", KeyId=KEY["id"])["Rotations"]) == 1


def test_a_description_that_cannot_be_used_changes_nothing() -> None:
    estate = Estate(app_a=[allow("kms:DescribeKey")])
    key = estate.key()
    with pytest.raises(EntitiesError, match="AWS_CLOUDHSM"):
        estate.kms.describe(described(keys=[KEY, {**KEY, "id": "k", "aliases": [], "origin": "AWS_CLOUDHSM"}]))
    assert estate.call("DescribeKey", APP_A, KeyId=key)
    assert estate.refused("DescribeKey", KeyId="alias/new")[0] == "NotFoundException"


def test_the_trail_tells_who_called_as_the_new_description_knows_them() -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    estate.call("ListKeys")
    assert trail.records[-1]["userIdentity"]["arn"] == ADMIN_A
    before = trail.records[-1]["userIdentity"]
    roles = [
        {
            "name": "admin",
            "unique_id": "AROAANOTHER",
            "identity_policies": [
                {"name": "e", "document": {"Version": "2012-10-17", "Statement": [allow("*")]}},
            ],
        }
    ]
    estate.kms.describe(described(roles=roles))
    estate.call("ListKeys")
    assert trail.records[-1]["userIdentity"] != before


def test_a_call_can_be_given_the_id_that_its_caller_is_told() -> None:
    trail = MemoryTrail()
    estate = Estate(trail=trail)
    estate.kms.call(ADMIN_A, "ListKeys", request_id="7a6e9b6c-0000-4000-8000-00000000000a")
    assert trail.records[-1]["requestID"] == "7a6e9b6c-0000-4000-8000-00000000000a"
