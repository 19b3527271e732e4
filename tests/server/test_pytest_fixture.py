"""The fixture that policyeval ships, as the tests of its users see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policyeval.errors import UnknownEntityError
from policyeval.kms.storage import system
from policyeval.server.testing import AccessKeyPair, serving

ROOT = Path(__file__).resolve().parents[2]
SHARING = ROOT / "fixtures" / "sharing.yaml"
_OF_SHARING = f"""
import pytest

@pytest.fixture(scope="session")
def kms_endpoint_entities():
    return {str(SHARING)!r}
"""


def test_without_a_word_there_is_an_administrator(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(kms_endpoint):
            kms = kms_endpoint.client("kms")
            key = kms.create_key()["KeyMetadata"]["Arn"]
            blob = kms.encrypt(KeyId=key, Plaintext=b"figures")["CiphertextBlob"]
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"figures"
            assert kms_endpoint.client("sts").get_caller_identity()["Arn"].endswith(":user/administrator")
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_a_test_that_fails_shows_why_it_was_refused(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(_OF_SHARING)
    pytester.makepyfile(
        """
        import boto3

        def test_a_policy(kms_endpoint):
            owner = kms_endpoint.client("kms", as_="arn:aws:iam::111122223333:user/alice")
            blob = owner.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
            reader = kms_endpoint.client("kms", as_="arn:aws:iam::444455556666:role/app")
            reader.decrypt(CiphertextBlob=blob)

        def test_another_service(kms_endpoint, monkeypatch):
            for name, value in kms_endpoint.environment(as_="arn:aws:iam::111122223333:user/alice").items():
                monkeypatch.setenv(name, value)
            boto3.client("s3").list_buckets()
        """
    )
    result = pytester.runpytest_subprocess("-q", "-p", "no:randomly")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*| or: account 111122223333 must create a grant of Decrypt to arn:aws:iam::444455556666:role/app",
            "*it was sent for `s3`, and only KMS and STS are here*",
        ]
    )


def test_a_program_that_does_not_log_hears_nothing_of_it() -> None:
    program = f"""
from botocore.exceptions import ClientError
from policyeval.server.testing import serving
with serving({str(SHARING)!r}) as endpoint:
    try:
        endpoint.client("kms", as_="arn:aws:iam::444455556666:role/app").list_keys()
    except ClientError:
        print("refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("refused\n", "")


def test_whoever_is_described_can_call(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(_OF_SHARING)
    pytester.makepyfile(
        """
        import os

        import boto3
        import pytest

        ROLE = "arn:aws:iam::444455556666:role/app"

        @pytest.mark.parametrize(("as_", "arn"), [
            (ROLE, "arn:aws:sts::444455556666:assumed-role/app/pytest"),
            ("arn:aws:sts::444455556666:assumed-role/app/monday", "arn:aws:sts::444455556666:assumed-role/app/monday"),
            ("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/alice"),
            ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
        ])
        def test_it_is_who_was_asked_for(kms_endpoint, as_, arn):
            assert kms_endpoint.client("sts", as_).get_caller_identity()["Arn"] == arn

        def test_policies_hold(kms_endpoint):
            owner = kms_endpoint.client("kms", as_="arn:aws:iam::111122223333:user/alice")
            blob = owner.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
            reader = kms_endpoint.client("kms", as_=ROLE)
            with pytest.raises(reader.exceptions.ClientError, match="AccessDeniedException"):
                reader.decrypt(CiphertextBlob=blob)

        def test_who_is_not_described_gets_no_credentials(kms_endpoint):
            with pytest.raises(Exception, match="no principal `arn:aws:iam::111122223333:user/alic`"):
                kms_endpoint.client("kms", as_="arn:aws:iam::111122223333:user/alic")
            for ending in ("assumed-role/app", "assumed-role/app/", "assumed-role/app/a b", "role/app"):
                with pytest.raises(Exception, match=f"`arn:aws:sts::444455556666:{ending}` is no session of a role"):
                    kms_endpoint.client("kms", as_=f"arn:aws:sts::444455556666:{ending}")
            with pytest.raises(ValueError, match="say who calls"):
                kms_endpoint.client("kms")

        def test_the_environment_points_boto3_here(kms_endpoint, monkeypatch):
            for name, value in kms_endpoint.environment(as_=ROLE).items():
                monkeypatch.setenv(name, value)
            assert boto3.Session().client("sts").get_caller_identity()["Arn"].endswith("/app/pytest")

        def test_nothing_of_whoever_runs_the_tests_goes_with_it(kms_endpoint, monkeypatch):
            monkeypatch.setenv("AWS_SESSION_TOKEN", "of-another-account")
            monkeypatch.setenv("AWS_REGION", "eu-west-1")
            monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
            monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
            alice = "arn:aws:iam::111122223333:user/alice"
            for name, value in kms_endpoint.environment(as_=alice).items():
                monkeypatch.setenv(name, value)
            assert boto3.Session().client("sts").get_caller_identity()["Arn"] == alice
            assert os.environ["AWS_REGION"] == os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=8)


@pytest.mark.parametrize("start", ["arn:aws-cn:sts::", "arn:aws:sts:us-east-1:"])
def test_a_session_of_another_partition_is_nobodys_here(start: str) -> None:
    with serving(SHARING) as endpoint, pytest.raises(UnknownEntityError) as caught:
        endpoint.credentials(f"{start}444455556666:assumed-role/app/monday")
    told = str(caught.value)
    assert f"no role of the session `{start}444455556666:assumed-role/app/monday` is described" in told
    assert "did you mean `arn:aws:sts::444455556666:assumed-role/app/monday`?" in told


def test_who_asks_for_credentials_at_the_same_time_gets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    users = ["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::444455556666:user/bob"]
    got: dict[str, AccessKeyPair] = {}
    with serving(SHARING) as endpoint:
        entropy = system.entropy

        def while_another_thread_asks(size: int) -> bytes:
            monkeypatch.setattr(system, "entropy", entropy)
            got[users[1]] = endpoint.credentials(users[1])
            return entropy(size)

        monkeypatch.setattr(system, "entropy", while_another_thread_asks)
        got[users[0]] = endpoint.credentials(users[0])
        for user in users:
            found = endpoint.find(got[user].aws_access_key_id, None)
            assert found is not None
            assert (found.principal, found.secret) == (user, got[user].aws_secret_access_key)
            assert endpoint.credentials(user) == got[user]


def test_a_file_is_found_wherever_below_the_root_pytest_runs(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]")
    pytester.path.joinpath("sharing.yaml").write_bytes(SHARING.read_bytes())
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def kms_endpoint_entities():
            return "sharing.yaml"
        """
    )
    pytester.makepyfile(
        """
        def test_it(kms_endpoint):
            assert kms_endpoint.client("sts", as_="arn:aws:iam::111122223333:user/alice").get_caller_identity()
        """
    )
    pytester.chdir()
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)
    os.chdir(pytester.mkdir("below"))
    pytester.runpytest_subprocess("-q", "..").assert_outcomes(passed=1)


def test_a_proxy_of_the_environment_is_not_asked(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from botocore.config import Config

        def test_it(kms_endpoint, monkeypatch):
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
            assert kms_endpoint.client("kms").list_keys()["Keys"] == []
            named = kms_endpoint.client("kms", config=Config(user_agent_extra="mine"))
            assert named.meta.config.user_agent_extra == "mine"
            assert named.list_keys()["Keys"] == []
            assert kms_endpoint.client("sts", config=None).get_caller_identity()
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_the_endpoint_goes_by_the_time_that_a_test_sets(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from datetime import datetime, timedelta

        import botocore.auth
        import pytest

        from policyeval.kms.storage import system

        class Set(datetime):  # what freezegun puts in the place of every `datetime`
            time = datetime(2020, 6, 1)

            @classmethod
            def now(cls, tz=None):
                return cls.time.replace(tzinfo=tz)

        def test_it(kms_endpoint, monkeypatch):
            kms, sts = kms_endpoint.client("kms"), kms_endpoint.client("sts")
            monkeypatch.setattr(system, "datetime", Set)
            monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: Set.time)
            key = kms.create_key()["KeyMetadata"]
            assert key["CreationDate"].year == 2020
            given = sts.get_session_token(DurationSeconds=900)["Credentials"]
            assert given["Expiration"].year == 2020
            kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
            Set.time += timedelta(days=8)
            with pytest.raises(kms.exceptions.NotFoundException):
                kms.describe_key(KeyId=key["KeyId"])
            monkeypatch.undo()
            assert kms.create_key()["KeyMetadata"]["CreationDate"].year > 2020
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_the_endpoint_ends_after_a_test_has_stopped_the_clock(pytester: pytest.Pytester) -> None:
    """uvloop has a clock of its own; where there is none, asyncio asks `time.monotonic`, as freezegun leaves it."""
    pytester.makeconftest("import sys\nsys.modules['uvloop'] = None")
    pytester.makepyfile(
        """
        import time

        def test_it(kms_endpoint, monkeypatch):
            kms = kms_endpoint.client("kms")
            kms.list_keys()
            monkeypatch.setattr(time, "monotonic", lambda: 2e9)
            time.sleep(0.3)  # whoever wakes up now goes to sleep until then
            kms.list_keys()
        """
    )
    pytester.runpytest_subprocess("-q", timeout=300).assert_outcomes(passed=1)


def test_a_run_that_does_not_use_it_loads_nothing_of_it() -> None:
    code = "import sys\nimport policyeval.server.pytest_plugin\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "starlette",
        "uvicorn",
        "cryptography",
        "pydantic",
        "boto3",
        "lark",
        "policyeval.server.testing",
        "asyncio",
    }
    assert heavy & set(run.stdout.split()) == set()


def test_where_the_extra_is_not_installed_only_who_uses_it_is_told(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.modules['uvicorn'] = None")
    pytester.makepyfile("def test_other():\n    pass\n\ndef test_it(kms_endpoint):\n    pass")
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*an endpoint needs uvicorn*", "*pip install 'policyeval?server?'*"])
