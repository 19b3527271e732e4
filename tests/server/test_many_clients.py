"""Sixteen boto3 clients at once, for two seconds or as many as POLICYEVAL_SECONDS says."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from botocore.exceptions import ClientError

from tests.server.process import ALICE, BOB, serve

SECONDS = float(os.environ.get("POLICYEVAL_SECONDS", "2"))
CLIENTS = 16
SHARING = "fixtures/sharing.yaml"
APP = "arn:aws:iam::444455556666:role/app"


class Tally:
    """The ids of all requests that were answered, and how they ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.ids: list[str] = []
        self.ended: Counter[str] = Counter()

    def add(self, response: Any) -> Any:
        with self._lock:
            self.ids.append(response["ResponseMetadata"]["RequestId"])
            self.ended[response.get("Error", {}).get("Code", "")] += 1
        return response

    def refused(self, error: ClientError) -> None:
        self.add(error.response)


def _owner(kms: Any, key: str, dice: random.Random, tally: Tally) -> None:
    """Share a key and take it back; what was encrypted is always there again."""
    text = dice.randbytes(dice.randrange(1, 4096))
    context = {"n": str(dice.randrange(5))}
    blob = tally.add(kms.encrypt(KeyId=key, Plaintext=text, EncryptionContext=context))["CiphertextBlob"]
    assert tally.add(kms.decrypt(CiphertextBlob=blob, EncryptionContext=context))["Plaintext"] == text
    try:
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"n": "other"})
        raise AssertionError(context)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidCiphertextException"
        tally.refused(error)
    grant = tally.add(kms.create_grant(KeyId=key, GranteePrincipal=APP, Operations=["Decrypt"]))
    tally.add(kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"]))


def _reader(kms: Any, blob: bytes, tally: Tally) -> None:
    """Try to decrypt: the figures, or a refusal, and nothing else."""
    try:
        assert tally.add(kms.decrypt(CiphertextBlob=blob))["Plaintext"] == b"figures"
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        tally.refused(error)


def test_sixteen_clients_get_their_own_answers_and_the_trail_tells_of_each(tmp_path: Path) -> None:
    tally = Tally()
    with serve("--entities", SHARING, "--data", str(tmp_path)) as served:
        kms = served.client(**ALICE)
        keys = [tally.add(kms.create_key())["KeyMetadata"]["Arn"] for _ in range(4)]
        blob = tally.add(kms.encrypt(KeyId=keys[0], Plaintext=b"figures"))["CiphertextBlob"]
        sts = served.client("sts", **BOB)
        end = monotonic() + SECONDS

        def work(number: int) -> int:
            dice, rounds = random.Random(number), 0  # noqa: S311 - the same for every run
            own = served.client(**ALICE)
            while monotonic() < end or not rounds:
                if number % 4:
                    _owner(own, keys[number % 4], dice, tally)
                else:
                    given = tally.add(sts.assume_role(RoleArn=APP, RoleSessionName=f"reader-{number}"))["Credentials"]
                    session = served.client(
                        aws_access_key_id=given["AccessKeyId"],
                        aws_secret_access_key=given["SecretAccessKey"],
                        aws_session_token=given["SessionToken"],
                    )
                    for _ in range(10):
                        _reader(session, blob, tally)
                rounds += 1
            return rounds

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert all(pool.map(work, range(CLIENTS)))
        code, log = served.stop()
    assert code == 0
    assert "error" not in {line.split()[1] for line in log.splitlines()}
    assert set(tally.ended) == {"", "AccessDeniedException", "InvalidCiphertextException"}
    recorded = [json.loads(line)["requestID"] for line in (tmp_path / "trail.jsonl").read_bytes().splitlines()]
    assert sorted(recorded) == sorted(tally.ids)
