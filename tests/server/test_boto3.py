"""boto3 for every operation: what it sends is understood, and what it gets it takes for AWS's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from policyeval.catalog.kms_model import kms_model
from policyeval.server.testing import LocalEndpoint
from tests.kms.importing import wrap
from tests.server.conftest import ADMIN, ADMIN_B, APP_B, NOBODY, A, B

CONTEXT = {"tenant": "blue", "größe": "groß"}


class World:
    """A client, and keys made for one test."""

    def __init__(self, kms: Any, endpoint: LocalEndpoint) -> None:
        self.kms = kms
        self.endpoint = endpoint

    def key(self, **params: Any) -> str:
        arn: str = self.kms.create_key(**params)["KeyMetadata"]["Arn"]
        return arn

    def external(self) -> tuple[str, dict[str, Any]]:
        key = self.key(Origin="EXTERNAL")
        given = self.kms.get_parameters_for_import(
            KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        return key, {
            "KeyId": key,
            "ImportToken": given["ImportToken"],
            "EncryptedKeyMaterial": wrap(given["PublicKey"], "RSAES_OAEP_SHA_256", os.urandom(32)),
        }

    def grant(self, key: str, **more: Any) -> dict[str, Any]:
        grant: dict[str, Any] = self.kms.create_grant(
            KeyId=key, GranteePrincipal=ADMIN_B, RetiringPrincipal=ADMIN, Operations=["Decrypt", "DescribeKey"], **more
        )
        return grant

    def alias(self, key: str) -> str:
        name = f"alias/{key.rpartition('/')[2]}"
        self.kms.create_alias(AliasName=name, TargetKeyId=key)
        return name


def _encrypts(w: World) -> None:
    key = w.key()
    sent = w.kms.encrypt(KeyId=key, Plaintext=b"\x00figures\xff", EncryptionContext=CONTEXT)
    assert (sent["KeyId"], sent["EncryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    with pytest.raises(w.kms.exceptions.InvalidCiphertextException):
        w.kms.decrypt(CiphertextBlob=sent["CiphertextBlob"])
    assert (
        w.kms.decrypt(CiphertextBlob=sent["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"]
        == b"\x00figures\xff"
    )


def _encrypts_with_rsa(w: World) -> None:
    key = w.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    how = {"KeyId": key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    sent = w.kms.encrypt(**how, Plaintext=b"x" * 190)
    assert w.kms.decrypt(**how, CiphertextBlob=sent["CiphertextBlob"])["Plaintext"] == b"x" * 190


def _encrypts_again(w: World) -> None:
    old, new = w.key(), w.key()
    blob = w.kms.encrypt(KeyId=old, Plaintext=b"x")["CiphertextBlob"]
    again = w.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=new, DestinationEncryptionContext=CONTEXT)
    assert (again["SourceKeyId"], again["KeyId"]) == (old, new)
    assert w.kms.decrypt(CiphertextBlob=again["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"] == b"x"


def _makes_data_keys(w: World) -> None:
    key = w.key()
    made = w.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert len(made["Plaintext"]) == 32
    assert w.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    assert "Plaintext" not in w.kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=64)


def _makes_pairs(w: World) -> None:
    key = w.key()
    made = w.kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256")
    assert w.kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"] == made["PrivateKeyPlaintext"]
    bare = w.kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec="RSA_2048")
    assert bare["PublicKey"][0] == 0x30  # DER
    assert "PrivateKeyPlaintext" not in bare


def _signs(w: World) -> None:
    key = w.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    how = {"KeyId": key, "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
    signed = w.kms.sign(**how)["Signature"]
    assert w.kms.verify(**how, Signature=signed)["SignatureValid"] is True
    with pytest.raises(w.kms.exceptions.KMSInvalidSignatureException):
        w.kms.verify(**how | {"Message": b"n"}, Signature=signed)
    assert w.kms.get_public_key(KeyId=key)["SigningAlgorithms"] == ["ECDSA_SHA_256"]


def _makes_macs(w: World) -> None:
    how = {"KeyId": w.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"), "MacAlgorithm": "HMAC_SHA_256"}
    mac = w.kms.generate_mac(**how, Message=b"m")["Mac"]
    assert w.kms.verify_mac(**how, Message=b"m", Mac=mac)["MacValid"] is True
    with pytest.raises(w.kms.exceptions.KMSInvalidMacException):
        w.kms.verify_mac(**how, Message=b"n", Mac=mac)


def _agrees(w: World) -> None:
    mine, theirs = (w.key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT") for _ in range(2))

    def derived(own: str, other: str) -> bytes:
        public = w.kms.get_public_key(KeyId=other)["PublicKey"]
        secret: bytes = w.kms.derive_shared_secret(KeyId=own, KeyAgreementAlgorithm="ECDH", PublicKey=public)[
            "SharedSecret"
        ]
        return secret

    assert derived(mine, theirs) == derived(theirs, mine)


def _encapsulates(w: World) -> None:
    spec = w.kms.meta.service_model.shape_for("EncapsulationAlgorithmSpec").enum[0]
    how = {"KeyId": w.key(KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE"), "EncapsulationAlgorithm": spec}
    sealed = w.kms.encapsulate(**how)
    opened = w.kms.decapsulate(**how, SharedSecretCiphertextBlob=sealed["SharedSecretCiphertextBlob"])
    assert opened["SharedSecret"] == sealed["SharedSecret"]


def _gives_chance(w: World) -> None:
    assert len(w.kms.generate_random(NumberOfBytes=1024)["Plaintext"]) == 1024


def _lives(w: World) -> None:
    key = w.key(Description="first", Tags=[{"TagKey": "a", "TagValue": "b"}])
    w.kms.update_key_description(KeyId=key, Description="second")
    w.kms.disable_key(KeyId=key)
    told = w.kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (told["Description"], told["KeyState"], told["Enabled"]) == ("second", "Disabled", False)
    assert abs(told["CreationDate"] - datetime.now(UTC)) < timedelta(hours=1)
    w.kms.enable_key(KeyId=key)
    gone = w.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert timedelta(days=6) < gone["DeletionDate"] - datetime.now(UTC) < timedelta(days=8)
    assert w.kms.cancel_key_deletion(KeyId=key)["KeyId"] == key


def _rotates(w: World) -> None:
    key = w.key()
    w.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    told = w.kms.get_key_rotation_status(KeyId=key)
    assert (told["KeyRotationEnabled"], told["RotationPeriodInDays"]) == (True, 90)
    w.kms.disable_key_rotation(KeyId=key)
    w.kms.rotate_key_on_demand(KeyId=key)
    assert [each["RotationType"] for each in w.kms.list_key_rotations(KeyId=key)["Rotations"]] == ["ON_DEMAND"]


def _tells_of_use(w: World) -> None:
    key = w.key()
    w.kms.encrypt(KeyId=key, Plaintext=b"x")
    assert w.kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]["Operation"] == "Encrypt"


def _names(w: World) -> None:
    first, second = w.key(), w.key()
    name = w.alias(first)
    w.kms.update_alias(AliasName=name, TargetKeyId=second)
    assert [alias["AliasName"] for alias in w.kms.list_aliases(KeyId=second)["Aliases"]] == [name]
    w.kms.delete_alias(AliasName=name)
    with pytest.raises(w.kms.exceptions.NotFoundException):
        w.kms.describe_key(KeyId=name)


def _tags(w: World) -> None:
    key = w.key()
    w.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}])
    w.kms.untag_resource(KeyId=key, TagKeys=["a"])
    assert w.kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "b", "TagValue": ""}]


def _has_policies(w: World) -> None:
    key = w.key()
    policy = json.loads(w.kms.get_key_policy(KeyId=key)["Policy"])
    policy["Statement"].append({"Effect": "Allow", "Principal": {"AWS": B}, "Action": "kms:Decrypt", "Resource": "*"})
    w.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    assert json.loads(w.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]) == policy
    assert w.kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    blob = w.kms.encrypt(KeyId=key, Plaintext=b"shared")["CiphertextBlob"]
    assert w.endpoint.client("kms", as_=ADMIN_B).decrypt(CiphertextBlob=blob)["Plaintext"] == b"shared"


def _grants(w: World) -> None:
    key = w.key()
    blob = w.kms.encrypt(KeyId=key, Plaintext=b"granted")["CiphertextBlob"]
    grantee = w.endpoint.client("kms", as_=ADMIN_B)
    first, second = w.grant(key), w.grant(key, Constraints={"EncryptionContextEquals": {"a": "b"}})
    assert grantee.decrypt(CiphertextBlob=blob, GrantTokens=[first["GrantToken"]])["Plaintext"] == b"granted"
    found = w.kms.list_grants(KeyId=key)["Grants"]
    assert {grant["GrantId"] for grant in found} == {first["GrantId"], second["GrantId"]}
    assert {first["GrantId"]} <= {g["GrantId"] for g in w.kms.list_retirable_grants(RetiringPrincipal=ADMIN)["Grants"]}
    w.kms.retire_grant(GrantToken=second["GrantToken"])
    w.kms.revoke_grant(KeyId=key, GrantId=first["GrantId"])
    assert w.kms.list_grants(KeyId=key)["Grants"] == []
    with pytest.raises(ClientError, match="AccessDeniedException"):
        grantee.decrypt(CiphertextBlob=blob)


def _imports(w: World) -> None:
    key, material = w.external()
    w.kms.import_key_material(**material, ValidTo=datetime.now(UTC) + timedelta(days=30))
    told = w.kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (told["KeyState"], told["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_EXPIRES")
    w.kms.delete_imported_key_material(KeyId=key)
    assert w.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"


def _replicates(w: World) -> None:
    key = w.key(MultiRegion=True)
    blob = w.kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    replica = w.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]["Arn"]
    there = w.endpoint.client("kms", as_=ADMIN, region_name="eu-west-1")
    assert there.decrypt(CiphertextBlob=blob)["KeyId"] == replica
    w.kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-1")
    told = there.describe_key(KeyId=replica)["KeyMetadata"]["MultiRegionConfiguration"]
    assert told["PrimaryKey"] == {"Arn": replica, "Region": "eu-west-1"}


def _has_no_key_stores(w: World) -> None:
    assert w.kms.describe_custom_key_stores()["CustomKeyStores"] == []
    for call in (
        w.kms.describe_custom_key_stores,
        w.kms.connect_custom_key_store,
        w.kms.disconnect_custom_key_store,
        w.kms.update_custom_key_store,
        w.kms.delete_custom_key_store,
    ):
        with pytest.raises(w.kms.exceptions.CustomKeyStoreNotFoundException):
            call(CustomKeyStoreId="cks-1")
    with pytest.raises(w.kms.exceptions.ClientError, match="UnsupportedOperationException"):
        w.kms.create_custom_key_store(CustomKeyStoreName="s")


def _lists(w: World) -> None:
    key = w.key()
    assert {"KeyId": key.rpartition("/")[2], "KeyArn": key} in [
        each for page in w.kms.get_paginator("list_keys").paginate() for each in page["Keys"]
    ]


STORIES: list[Callable[[World], None]] = [
    _encrypts,
    _encrypts_with_rsa,
    _encrypts_again,
    _makes_data_keys,
    _makes_pairs,
    _signs,
    _makes_macs,
    _agrees,
    _encapsulates,
    _gives_chance,
    _lives,
    _rotates,
    _tells_of_use,
    _names,
    _tags,
    _has_policies,
    _grants,
    _imports,
    _replicates,
    _has_no_key_stores,
    _lists,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.strip("_"))
def test_boto3(story: Callable[[World], None], kms: Any, endpoint: LocalEndpoint) -> None:
    story(World(kms, endpoint))


def test_the_stories_use_every_operation() -> None:
    used = {name for story in STORIES for name in story.__code__.co_names} | {
        name
        for story in (*STORIES, World.key, World.external, World.grant, World.alias)
        for code in [story.__code__, *(c for c in story.__code__.co_consts if hasattr(c, "co_names"))]
        for name in code.co_names
    }
    folded = {name.replace("_", "") for name in used} | {"listkeys"}
    assert {name for name in kms_model().operations if name.lower() not in folded} == set()


def test_a_refusal_is_what_boto3_expects_of_aws(endpoint: LocalEndpoint, kms: Any) -> None:
    key = World(kms, endpoint).key()
    nobody = endpoint.client("kms", as_=NOBODY)
    with pytest.raises(ClientError) as refused:
        nobody.describe_key(KeyId=key)
    error = refused.value.response
    assert error["Error"]["Code"] == "AccessDeniedException"
    assert error["Error"]["Message"] == (
        f"User: {NOBODY} is not authorized to perform: kms:DescribeKey on resource: {key} because no identity-based "
        "policy allows the kms:DescribeKey action"
    )
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["ResponseMetadata"]["RequestId"]
    assert "x-amzn-errortype" not in error["ResponseMetadata"]["HTTPHeaders"]


def test_all_refusals_at_once_are_told(kms: Any) -> None:
    with pytest.raises(ClientError) as refused:
        kms.create_key(KeySpec="x", KeyUsage="y")
    assert refused.value.response["Error"]["Message"].startswith(
        "2 validation errors detected: Value 'y' at 'keyUsage'"
    )


PAGED: dict[str, tuple[str, int]] = {
    "list_aliases": ("Aliases", 5),
    "list_grants": ("Grants", 5),
    "list_resource_tags": ("Tags", 5),
    "list_key_rotations": ("Rotations", 3),
    "list_key_policies": ("PolicyNames", 1),
}


@pytest.mark.parametrize("operation", PAGED)
def test_paginators_give_everything_once(operation: str, kms: Any, endpoint: LocalEndpoint) -> None:
    member, count = PAGED[operation]
    world = World(kms, endpoint)
    key = world.key(Tags=[{"TagKey": f"k{number}", "TagValue": "v"} for number in range(5)])
    for number in range(5):
        kms.create_alias(AliasName=f"alias/{key.rpartition('/')[2]}-{number}", TargetKeyId=key)
        world.grant(key, Name=f"g{number}")
    for _ in range(3):
        kms.rotate_key_on_demand(KeyId=key)
    pages = list(kms.get_paginator(operation).paginate(KeyId=key, PaginationConfig={"PageSize": 2}))
    found = [json.dumps(item, default=str) for page in pages for item in page[member]]
    assert len(found) == len(set(found)) == count
    assert len(pages) == -(-count // 2)


def test_paginators_of_an_account_give_everything_once(endpoint: LocalEndpoint) -> None:
    owner = endpoint.client("kms", as_=ADMIN_B)
    keys = {owner.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)}
    found = [key["KeyId"] for page in owner.get_paginator("list_keys").paginate(Limit=2) for key in page["Keys"]]
    assert len(found) == len(set(found))
    assert keys <= set(found)


def test_boto3_has_no_waiters_for_kms_nor_for_sts(endpoint: LocalEndpoint, kms: Any) -> None:
    """There is nothing to wait for, so that none of them is left untested."""
    assert kms.waiter_names == endpoint.client("sts", as_=ADMIN).waiter_names == []


# STS


def test_a_user_is_told_who_it_is(endpoint: LocalEndpoint) -> None:
    told = endpoint.client("sts", as_=ADMIN).get_caller_identity()
    assert (told["Account"], told["Arn"]) == (A, ADMIN)


def test_a_role_of_the_other_account_is_assumed_and_decrypts(endpoint: LocalEndpoint, kms: Any) -> None:
    key = World(kms, endpoint).key()
    kms.create_grant(KeyId=key, GranteePrincipal=APP_B, Operations=["Decrypt"])
    blob = kms.encrypt(KeyId=key, Plaintext=b"figures")["CiphertextBlob"]
    assumed = endpoint.client("sts", as_=ADMIN_B).assume_role(
        RoleArn=APP_B,
        RoleSessionName="monday",
        DurationSeconds=900,
        Tags=[{"Key": "team", "Value": "orders"}],
        TransitiveTagKeys=["team"],
    )
    assert assumed["AssumedRoleUser"] == {
        "Arn": f"arn:aws:sts::{B}:assumed-role/app/monday",
        "AssumedRoleId": f"AROAAPPOF{B}:monday",
    }
    given = assumed["Credentials"]
    assert timedelta(minutes=14) < given["Expiration"] - datetime.now(UTC) < timedelta(minutes=16)
    session = endpoint.client(
        "kms",
        as_=ADMIN,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert session.decrypt(CiphertextBlob=blob)["Plaintext"] == b"figures"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        session.encrypt(KeyId=key, Plaintext=b"x")


def test_sessions_of_users_and_federated_ones(endpoint: LocalEndpoint) -> None:
    sts = endpoint.client("sts", as_=ADMIN)
    for given, arn in (
        (sts.get_session_token()["Credentials"], ADMIN),
        (
            sts.get_federation_token(Name="guest", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}])[
                "Credentials"
            ],
            f"arn:aws:sts::{A}:federated-user/guest",
        ),
    ):
        session = endpoint.client(
            "sts",
            as_=ADMIN,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        assert session.get_caller_identity()["Arn"] == arn


def test_a_refusal_of_sts_is_what_boto3_expects_of_aws(endpoint: LocalEndpoint) -> None:
    with pytest.raises(ClientError) as refused:
        endpoint.client("sts", as_=NOBODY).assume_role(RoleArn=APP_B, RoleSessionName="sunday")
    error = refused.value.response
    assert (error["Error"]["Type"], error["Error"]["Code"]) == ("Sender", "AccessDenied")
    assert error["Error"]["Message"].startswith(f"User: {NOBODY} is not authorized to perform: sts:AssumeRole")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert error["ResponseMetadata"]["RequestId"]


def test_a_session_whose_token_was_cut_is_nobodys(endpoint: LocalEndpoint) -> None:
    given = endpoint.credentials(APP_B)
    cut = endpoint.client("kms", as_=APP_B, aws_session_token=str(given.aws_session_token)[:-4])
    with pytest.raises(
        ClientError, match=r"UnrecognizedClientException.*The security token included in the request is invalid"
    ):
        cut.list_keys()
