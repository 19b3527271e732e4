"""The service as a whole: what is described is there, what is decided is live, what failed left nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from policyeval import Entities, EntitiesError, RequestError
from policyeval.kms import (
    Caller,
    KeyManagementService,
    KmsError,
    MemoryStore,
    RootKey,
    SqliteStore,
    StorageError,
    vault,
)
from policyeval.kms.crypto import families
from policyeval.kms.crypto.handles import KeyPair
from policyeval.kms.trail.trail import MemoryTrail
from tests.kms.estate import (
    ADMIN_A,
    ADMIN_B,
    APP_A,
    APP_B,
    NOBODY_A,
    NOBODY_B,
    START,
    A,
    B,
    Clock,
    Estate,
    allow,
    deny,
    entities,
    policy,
)
from tests.kms.importing import Importer
from tests.kms.using import FULL, FailingStore

ROOT = RootKey.of(bytes(range(32)))
BLUE = {"tenant": "blue"}


def shared_with(account: str, *actions: str) -> str:
    own = allow("kms:*", Principal={"AWS": A})
    return json.dumps(policy(own, allow(*actions, Principal={"AWS": account})))


def test_a_key_is_shared_across_accounts_and_withdrawn() -> None:
    estate = Estate()
    key = estate.key()
    secret = estate.call("Encrypt", KeyId=key, Plaintext=b"figures", EncryptionContext=BLUE)["CiphertextBlob"]
    decrypt = {"CiphertextBlob": secret, "EncryptionContext": BLUE}
    refused = estate.refused("Decrypt", ADMIN_B, **decrypt)

    estate.call("PutKeyPolicy", KeyId=key, Policy=shared_with(B, "kms:Decrypt"))
    assert estate.call("Decrypt", ADMIN_B, **decrypt)["Plaintext"] == b"figures"
    assert estate.refused("Decrypt", NOBODY_B, **decrypt)[0] == "AccessDeniedException"
    grant = estate.call("CreateGrant", KeyId=key, GranteePrincipal=NOBODY_B, Operations=["Decrypt"])["GrantId"]
    assert estate.call("Decrypt", NOBODY_B, **decrypt)["Plaintext"] == b"figures"

    estate.call("RevokeGrant", KeyId=key, GrantId=grant)
    assert estate.refused("Decrypt", NOBODY_B, **decrypt)[0] == "AccessDeniedException"
    estate.call("PutKeyPolicy", KeyId=key, Policy=shared_with(A, "kms:*"))
    assert estate.refused("Decrypt", ADMIN_B, **decrypt) == refused


def test_an_unknown_operation_is_refused() -> None:
    assert Estate().refused("DestroyEverything") == ("UnknownOperationException", "")


def test_a_caller_whom_nothing_describes_is_bad_input() -> None:
    with pytest.raises(RequestError, match="alice"):
        Estate().call("ListKeys", f"arn:aws:iam::{A}:user/alice")


@pytest.mark.parametrize("key_id", [f"arn:aws:kms:us-east-1:{A}:key/no", f"arn:aws:kms:us-east-1:{A}:alias/no"])
def test_to_another_account_a_missing_key_looks_like_one_that_is_closed(key_id: str) -> None:
    estate = Estate()
    closed = estate.key()
    there = estate.refused("Encrypt", ADMIN_B, KeyId=closed, Plaintext=b"x")
    assert estate.refused("Encrypt", ADMIN_B, KeyId=key_id, Plaintext=b"x") == there
    assert "does not exist in this Region" in there[1]


# KMS 10
NAMES = [
    ("a key id that is none", "no-such-key", "NotFoundException", "Invalid keyId 'no-such-key'"),
    (
        "a key id of nobody's",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "NotFoundException",
        f"Key 'arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist",
    ),
    (
        "an alias of nobody's",
        "alias/no",
        "NotFoundException",
        f"Alias arn:aws:kms:us-east-1:{A}:alias/no is not found.",
    ),
    ("another Region's ARN", f"arn:aws:kms:eu-west-1:{A}:key/x", "NotFoundException", "Invalid arn eu-west-1"),
    ("another service's ARN", "arn:aws:s3:::bucket", "NotFoundException", "Invalid keyId 'arn:aws:s3:::bucket'"),
    (
        "the ARN of something else of KMS's",
        f"arn:aws:kms:us-east-1:{A}:grant/x",
        "NotFoundException",
        f"Invalid keyId 'arn:aws:kms:us-east-1:{A}:grant/x'",
    ),
]


@pytest.mark.parametrize(("key_id", "code", "message"), [pytest.param(*row[1:], id=row[0]) for row in NAMES])
def test_what_names_no_key(key_id: str, code: str, message: str) -> None:
    assert Estate().refused("DescribeKey", KeyId=key_id) == (code, message)


def test_a_key_is_named_in_four_ways() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    alias = f"arn:aws:kms:us-east-1:{A}:alias/app"
    for name in (key, key.rpartition("/")[2], "alias/app", alias):
        assert estate.call("DescribeKey", KeyId=name)["KeyMetadata"]["Arn"] == key


def test_an_alias_does_for_operations_that_take_one_only() -> None:
    estate = Estate()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=estate.key())
    for alias in ("alias/app", f"arn:aws:kms:us-east-1:{A}:alias/app", "alias/no"):
        refusal = estate.refused("GetKeyPolicy", KeyId=alias)
        assert refusal == ("InvalidArnException", "Key Aliases are not supported for this operation.")


def test_the_alias_that_was_used_is_a_condition_key() -> None:
    by_alias = allow("kms:DescribeKey", Condition={"StringEquals": {"kms:RequestAlias": "alias/app"}})
    estate = Estate(app_a=[by_alias])
    key = estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    assert estate.call("DescribeKey", APP_A, KeyId="alias/app")
    assert estate.refused("DescribeKey", APP_A, KeyId=key)[0] == "AccessDeniedException"


def test_where_the_caller_is_decides() -> None:
    from_office = allow("kms:ListKeys", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    estate = Estate(app_a=[from_office])
    assert estate.call("ListKeys", Caller(APP_A, source_ip="10.1.2.3"))["Keys"] == []
    assert estate.refused("ListKeys", Caller(APP_A, source_ip="192.0.2.1"))[0] == "AccessDeniedException"


def test_it_is_as_late_as_the_kms_says() -> None:
    """In every decision: of a call, of the lockout check and of who may retire a grant."""
    february = "2026-02-01T00:00:00Z"  # the day after the start, and long ago
    over = deny("kms:RetireGrant", Condition={"DateGreaterThan": {"aws:CurrentTime": february}})
    estate = Estate(app_a=[over])
    own = allow("kms:*", Principal={"AWS": A}, Condition={"DateLessThan": {"aws:CurrentTime": february}})
    key = estate.key(Policy=json.dumps(policy(own)))
    asked = {"KeyId": key, "GranteePrincipal": APP_A, "RetiringPrincipal": APP_A, "Operations": ["Encrypt"]}
    first, second = (estate.call("CreateGrant", **asked)["GrantId"] for _ in range(2))
    estate.call("RetireGrant", APP_A, KeyId=key, GrantId=first)
    estate.clock.pass_(days=1)
    for caller, operation, params in ((ADMIN_A, "DescribeKey", {}), (APP_A, "RetireGrant", {"GrantId": second})):
        assert estate.refused(operation, caller, KeyId=key, **params)[0] == "AccessDeniedException"


def test_a_refusal_says_what_aws_says() -> None:
    code, message = Estate().refused("CreateKey", NOBODY_A)
    assert code == "AccessDeniedException"
    assert message == (
        f"User: {NOBODY_A} is not authorized to perform: kms:CreateKey because no identity-based policy allows "
        "the kms:CreateKey action"
    )


def test_a_refusal_carries_the_decision_where_the_caller_may_know_it() -> None:
    estate = Estate()
    key = estate.key()
    for caller, operation, params in ((NOBODY_A, "Encrypt", {"Plaintext": b"x"}), (ADMIN_B, "DescribeKey", {})):
        with pytest.raises(KmsError) as caught:
            estate.call(operation, caller, KeyId=key, **params)
        decision = caught.value.decision
        assert decision is not None
        assert (decision.allowed, decision.request.principal) == (False, caller)
        assert (decision.request.action, decision.request.resource) == (f"kms:{operation}", key)


# Keys of an entities file.

MRK = "mrk-1234abcd12ab34cd56ef1234567890ab"


def described(*keys: dict[str, Any]) -> Entities:
    admin = {"name": "admin", "identity_policies": [{"name": "all", "document": policy(allow("*"))}]}
    account = {"id": A, "roles": [admin], "keys": list(keys)}
    return Entities.from_mapping({"policyeval": 1, "accounts": [account]})


def test_keys_of_the_file_are_created_once(tmp_path: Path) -> None:
    grant = {"GranteePrincipal": ADMIN_A, "Operations": ["Decrypt"]}
    iam = described(
        {"id": "app-key", "region": "us-east-1", "aliases": ["alias/app"], "tags": {"team": "x"}, "grants": [grant]}
    )
    with KeyManagementService(iam, SqliteStore(tmp_path / "kms.db"), root_key=ROOT) as kms:
        admin = kms.client(ADMIN_A)
        blob = admin.encrypt("alias/app", b"kept")
        assert admin.call("ListResourceTags", KeyId="app-key")["Tags"] == [{"TagKey": "team", "TagValue": "x"}]
        assert len(admin.call("ListGrants", KeyId="app-key")["Grants"]) == 1
        admin.call("DeleteAlias", AliasName="alias/app")
    with KeyManagementService(iam, SqliteStore(tmp_path / "kms.db"), root_key=ROOT) as kms:
        admin = kms.client(ADMIN_A)
        assert admin.decrypt(blob) == b"kept"
        with pytest.raises(KmsError, match="alias/app is not found"):
            admin.encrypt("alias/app", b"the store owns the key, the file does not bring its alias back")


def test_who_writes_does_not_wait_while_keys_of_the_file_are_made_of_rsa(monkeypatch: pytest.MonkeyPatch) -> None:
    made, store = [], MemoryStore()

    def generate(spec: str, entropy: Callable[[int], bytes]) -> KeyPair:
        made.append((spec, store._lock.locked()))
        return families.generate(spec, entropy)

    rsa = {"region": "us-east-1", "spec": "RSA_2048", "usage": "SIGN_VERIFY"}
    pending = {"origin": "EXTERNAL", "state": "PendingImport"}
    with KeyManagementService(described(), store, root_key=ROOT) as kms:
        monkeypatch.setattr(vault, "generate", generate)
        kms.describe(
            described({"id": "k1", **rsa}, {"id": "k2", **rsa, **pending}, {"id": "k3", "region": "us-east-1"})
        )
        assert made == [("RSA_2048", False), ("SYMMETRIC_DEFAULT", True)]
        params = {"KeyId": "k1", "Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
        assert kms.call(ADMIN_A, "Sign", params)["Signature"]
        kms.describe(described({"id": "k1", **rsa}))
        assert len(made) == 2


def test_keys_of_rsa_are_not_made_for_a_store_that_was_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, store = [], SqliteStore(tmp_path / "kms.db")

    def generate(spec: str, entropy: Callable[[int], bytes]) -> KeyPair:
        made.append(spec)
        store.close()
        return families.generate(spec, entropy)

    rsa = {"region": "us-east-1", "spec": "RSA_2048", "usage": "SIGN_VERIFY"}
    with KeyManagementService(described(), store, root_key=ROOT) as kms:
        monkeypatch.setattr(vault, "generate", generate)
        with pytest.raises(StorageError, match="the store is closed"):
            kms.describe(described({"id": "k1", **rsa}, {"id": "k2", **rsa}))
    assert made == ["RSA_2048"]


def test_a_key_of_the_file_that_was_deleted_does_not_come_back(tmp_path: Path) -> None:
    grant = {"GranteePrincipal": ADMIN_B, "Operations": ["Decrypt"]}
    iam = described({"id": "app-key", "region": "us-east-1", "aliases": ["alias/app"], "grants": [grant]})
    clock = Clock()
    with KeyManagementService(iam, SqliteStore(tmp_path / "kms.db"), root_key=ROOT, clock=clock) as kms:
        kms.call(ADMIN_A, "ScheduleKeyDeletion", {"KeyId": "app-key", "PendingWindowInDays": 7})
        clock.pass_(days=7)
        kms.sweep()
        kms.describe(iam)
        assert kms.call(ADMIN_A, "ListKeys")["Keys"] == []
    with KeyManagementService(iam, SqliteStore(tmp_path / "kms.db"), root_key=ROOT, clock=clock) as kms:
        assert kms.call(ADMIN_A, "ListKeys")["Keys"] == kms.call(ADMIN_A, "ListAliases")["Aliases"] == []


def test_a_described_key_is_shown_as_if_it_had_been_made_by_calls() -> None:
    """KMS 25: what a listing prints goes through a file and comes out the same."""
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{A}:root"}) | {"Action": "kms:*"}
    open_here = {
        **own,
        "Principal": {"AWS": "*"},
        "Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Condition": {"StringEquals": {"kms:CallerAccount": A}},
    }
    listed = {
        "KeyId": f"arn:aws:kms:us-east-1:{A}:key/app-key",
        "GrantId": "0" * 64,
        "Name": "",
        "CreationDate": START,
        "GranteePrincipal": ADMIN_B,
        "IssuingAccount": f"arn:aws:iam::{B}:root",
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": BLUE},
    }
    grants = [
        listed | {"CreationDate": START.timestamp()},
        {"GrantId": "1" * 64, "GranteePrincipal": ADMIN_A, "Operations": ["Encrypt"]},
    ]
    key = {
        "id": "app-key",
        "region": "us-east-1",
        "description": "figures: ü",
        "policy": policy(own, open_here),
        "grants": grants,
    }
    kms = KeyManagementService(described(key))
    assert kms.call(ADMIN_A, "DescribeKey", {"KeyId": "app-key"})["KeyMetadata"]["Description"] == "figures: ü"
    first, second = kms.call(ADMIN_A, "ListGrants", {"KeyId": "app-key"})["Grants"]
    assert first == listed
    assert second["IssuingAccount"] == f"arn:aws:iam::{A}:root"
    assert json.loads(kms.call(ADMIN_A, "GetKeyPolicy", {"KeyId": "app-key"})["Policy"]) == policy(own, open_here)


def test_members_of_a_multi_region_key_share_their_material() -> None:
    kms = KeyManagementService(
        described(
            {"id": MRK, "region": "eu-west-1", "multi_region_type": "REPLICA"}, {"id": MRK, "region": "us-east-1"}
        )
    )
    blob = kms.call(ADMIN_A, "Encrypt", {"KeyId": MRK, "Plaintext": b"x"})["CiphertextBlob"]
    there = kms.call(Caller(ADMIN_A, region="eu-west-1"), "Decrypt", {"CiphertextBlob": blob})
    assert there["Plaintext"] == b"x"
    assert there["KeyId"] == f"arn:aws:kms:eu-west-1:{A}:key/{MRK}"
    metadata = kms.call(ADMIN_A, "DescribeKey", {"KeyId": MRK})["KeyMetadata"]
    assert metadata["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


def test_a_described_key_can_wait_for_its_material() -> None:
    iam = described({"id": "app-key", "region": "us-east-1", "origin": "EXTERNAL", "state": "PendingImport"})
    estate = Estate()
    estate.kms.describe(iam)
    assert estate.state("app-key") == "PendingImport"
    assert estate.refused("Encrypt", KeyId="app-key", Plaintext=b"x")[0] == "KMSInvalidStateException"
    Importer(estate).bring("app-key", bytes(range(32)))
    assert estate.state("app-key") == "Enabled"
    blob = estate.call("Encrypt", KeyId="app-key", Plaintext=b"x")["CiphertextBlob"]
    assert estate.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == b"x"


def test_a_key_that_cannot_be_made_is_said_at_once() -> None:
    with pytest.raises(EntitiesError, match="SM2"):
        KeyManagementService(described({"id": "k", "region": "cn-north-1", "spec": "SM2", "usage": "SIGN_VERIFY"}))


# The root key.


def test_a_store_needs_a_root_key() -> None:
    with pytest.raises(StorageError, match="needs the root key"):
        KeyManagementService(entities(), MemoryStore())


def test_another_root_key_is_refused_at_the_start(tmp_path: Path) -> None:
    KeyManagementService(entities(), SqliteStore(tmp_path / "kms.db"), root_key=ROOT).close()
    other, store = RootKey.of(bytes(32)), SqliteStore(tmp_path / "kms.db")
    with pytest.raises(StorageError, match="not the one that this store was made with"):
        KeyManagementService(entities(), store, root_key=other)
    store.close()


def test_no_secret_shows() -> None:
    estate = Estate(root_key=ROOT)
    key = estate.key()
    estate.call("Encrypt", KeyId=key, Plaintext=b"x")
    core = estate.kms._core
    shown = repr((estate.kms, core, core.vault, core.tokens, core.store.materials(key), ROOT))
    assert bytes(range(32)).hex() not in shown
    assert "\\x00\\x01\\x02" not in shown


# The end.


def test_what_cannot_be_noted_at_the_end_keeps_nothing_open() -> None:
    store, trail = FailingStore(), ClosingTrail()
    estate = Estate(store=store, trail=trail, root_key=ROOT)
    estate.call("Encrypt", KeyId=estate.key(), Plaintext=b"x")
    store.full = True
    with pytest.raises(StorageError, match=FULL):
        estate.kms.close()
    assert trail.closed
    with pytest.raises(StorageError, match="the store is closed"):
        store.keys(A, "us-east-1", "", 1)
    estate.kms.close()


class ClosingTrail(MemoryTrail):
    """A trail that knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


# What time does.


def test_a_sweep_does_what_is_due() -> None:
    clock = Clock()
    kms = KeyManagementService(entities(), clock=clock)
    admin = kms.client(ADMIN_A)
    key = admin.create_key()
    admin.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    assert kms.sweep() == 0
    clock.pass_(days=7)
    assert kms.sweep() == 1
    assert kms.store.key(key) is None
    assert kms.store.materials(key) == ()


DAMAGED = r"what is due to `{}` cannot be done: .*it is damaged\n.*hint: put a backup in its place"


@pytest.mark.parametrize(
    "damage",
    ["state = 'Enabling'", "description = CAST(x'ff53' AS TEXT)", "multi_region = '[]'"],
    ids=["a state that there is not", "what is no text", "a set of nobody"],
)
def test_a_key_that_is_damaged_keeps_no_other_alive(tmp_path: Path, damage: str) -> None:
    clock, file = Clock(), tmp_path / "kms.db"
    with KeyManagementService(entities(), SqliteStore(file), root_key=ROOT, clock=clock) as kms:
        keys = sorted(kms.client(ADMIN_A).create_key() for _ in range(3))
        for key in keys:
            kms.call(ADMIN_A, "ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7})
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(f"UPDATE keys SET {damage} WHERE arn = ?", (keys[0],))  # noqa: S608 - of this test
    clock.pass_(days=7)
    iam = described({"id": "new-key", "region": "us-east-1"})
    with KeyManagementService(iam, SqliteStore(file), root_key=ROOT, clock=clock) as kms:  # it starts
        assert [kms.store.key(key) for key in keys[1:]] == [None, None]
        for _ in range(2):  # told as long as it is there
            with pytest.raises(StorageError, match=DAMAGED.format(keys[0])):
                kms.sweep()
        assert kms.client(ADMIN_A).encrypt("new-key", b"x")


def test_the_use_of_a_key_that_is_damaged_keeps_no_other_from_being_noted(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "kms.db"
    with KeyManagementService(entities(), SqliteStore(file, cached=0), root_key=ROOT, clock=clock) as kms:
        keys = sorted(kms.client(ADMIN_A).create_key() for _ in range(2))
        for key in keys:
            kms.client(ADMIN_A).encrypt(key, b"x")
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE keys SET state = 'Enabling' WHERE arn = ?", (keys[0],))
        kms.sweep()
        assert [kms.store.last_use(key) is not None for key in keys] == [False, True]


def test_what_failed_left_nothing() -> None:
    estate = Estate()
    before = estate.kms.store.revision
    code, _ = estate.refused("CreateKey", Policy=json.dumps(policy(allow("kms:*", Principal={"AWS": APP_B}))))
    assert code == "MalformedPolicyDocumentException"
    assert estate.kms.store.revision is before
    assert estate.call("ListKeys")["Keys"] == []


def test_the_last_use_of_a_key_is_told() -> None:
    estate = Estate()
    key = estate.key()
    assert estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"] == {}
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    estate.refused("Decrypt", NOBODY_A, CiphertextBlob=blob)
    estate.kms.sweep()
    estate.clock.pass_(hours=1)
    used = estate.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]
    assert used["Operation"] == "Encrypt"
    assert (estate.clock.now - used["Timestamp"]).total_seconds() == 3600
