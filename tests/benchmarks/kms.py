"""The KMS alone: authorized operations beside the bare cryptography, durable keys, and a store with a million grants."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from policyeval import Entities
from policyeval.kms import Caller, KeyManagementService, RootKey, SqliteStore, TrailFile
from tests.benchmarks.engines.ours import estate
from tests.benchmarks.workload import KEYS, PRINCIPALS
from tests.kms.storage.filling import fill

BARE = "AES-256-GCM with a derived key, bare"
PLAINTEXT = 1024
CONTEXT = {"tenant": "blue", "stage": "prod-1", "document": "invoices/7"}
CREATED = 300
FILLED_KEYS, FILLED_GRANTS = 100_000, 1_000_000
ROOT = RootKey.of(bytes(range(32)))


def _bare(material: bytes, data: bytes) -> Callable[[], object]:
    """Give AES-256-GCM with a key derived for the message, and nothing around it."""
    algorithm, vector = SHA256(), bytes(12)

    def encrypt() -> bytes:
        nonce = os.urandom(16)
        return nonce + AESGCM(HKDFExpand(algorithm, 32, nonce).derive(material)).encrypt(vector, data, None)

    return encrypt


def _rate(work: Callable[[], object], count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        work()
    return count / (perf_counter() - start)


def throughput(rounds: int, count: int) -> dict[str, float]:
    """Measure operations a second in one thread, in memory, with every call in the trail."""
    data = os.urandom(PLAINTEXT)
    with tempfile.TemporaryDirectory() as folder:
        trail = TrailFile(Path(folder, "trail.jsonl"), key=bytes(32))
        kms = KeyManagementService(Entities.from_mapping(estate()), root_key=ROOT, trail=trail)
        caller = Caller(PRINCIPALS[4], source_ip="10.0.0.1")  # of account B: both accounts' policies are asked
        owner = Caller(PRINCIPALS[0], source_ip="10.0.0.1")
        encrypt = {"KeyId": KEYS[0], "Plaintext": data, "EncryptionContext": CONTEXT}
        blob = kms.call(owner, "Encrypt", encrypt)["CiphertextBlob"]
        decrypt = {"CiphertextBlob": blob, "EncryptionContext": CONTEXT}
        data_key = {"KeyId": KEYS[0], "KeySpec": "AES_256", "EncryptionContext": CONTEXT}
        ways: dict[str, Callable[[], object]] = {
            BARE: _bare(os.urandom(32), data),
            "Encrypt": lambda: kms.call(owner, "Encrypt", encrypt),
            "Decrypt": lambda: kms.call(caller, "Decrypt", decrypt),
            "GenerateDataKey": lambda: kms.call(caller, "GenerateDataKey", data_key),
        }
        seen: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, way in ways.items():
                rate = _rate(way, count)
                if number:
                    seen[name].append(rate)
        kms.close()
    return {name: median(rates) for name, rates in seen.items()}


def durable(_rounds: int, _count: int) -> dict[str, float]:
    """Measure keys created a second in a file, each of them durable when it is answered."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder, "kms.db"))
        iam = _administered()
        with KeyManagementService(iam, store, root_key=ROOT) as kms:
            create = _rate(lambda: kms.call(PRINCIPALS[0], "CreateKey"), CREATED)
            key = kms.call(PRINCIPALS[0], "CreateKey")["KeyMetadata"]["Arn"]
            grant = {"KeyId": key, "GranteePrincipal": PRINCIPALS[4], "Operations": ["Decrypt"]}
            granted = _rate(lambda: kms.call(PRINCIPALS[0], "CreateGrant", grant), CREATED)
    return {"CreateKey": create, "CreateGrant": granted}


def _administered() -> Entities:
    described = estate()
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
    for account in described["accounts"]:
        account["keys"] = []
        for role in account["roles"]:
            role["identity_policies"] = [{"name": "Everything", "document": everything}]
    return Entities.from_mapping(described)


def large(rounds: int, count: int, *, keys: int = FILLED_KEYS, grants: int = FILLED_GRANTS) -> dict[str, float]:
    """Measure a store of 100,000 keys and 1,000,000 grants: until the first answer, and how fast it is then."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kms.db")
        key = fill(path, ROOT, keys=keys, grants=grants, account="111122223333", grantee=PRINCIPALS[4])
        ask = {"KeyId": key}
        start = perf_counter()
        with KeyManagementService(_administered(), SqliteStore(path), root_key=ROOT) as kms:
            kms.call(PRINCIPALS[4], "DescribeKey", ask)
            opened = perf_counter() - start
            rates = [_rate(lambda: kms.call(PRINCIPALS[4], "DescribeKey", ask), count) for _ in range(rounds)]
        few = Path(folder, "few.db")
        key = fill(few, ROOT, keys=10, grants=10, account="111122223333", grantee=PRINCIPALS[4])
        with KeyManagementService(_administered(), SqliteStore(few), root_key=ROOT) as kms:
            ask = {"KeyId": key}
            small = [_rate(lambda: kms.call(PRINCIPALS[4], "DescribeKey", ask), count) for _ in range(rounds)]
    return {
        "seconds to the first answer": opened,
        "microseconds a DescribeKey": 1e6 / median(rates),
        "microseconds with ten keys and ten grants": 1e6 / median(small),
    }
