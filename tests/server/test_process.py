"""The server as whoever runs it sees it: what it says, how it stops, and what is there when it starts again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from policyeval.kms.root import trail_key
from policyeval.kms.storage.root_key import RootKey
from policyeval.kms.storage.trail_tail import known_head
from policyeval.kms.trail.chain import Link
from policyeval.kms.trail.verify import Verifier
from policyeval.server.folder import own_entities
from tests.server.process import ALICE, BOB, Served, refused, serve
from tests.server.raw import connected

SHARING = "fixtures/sharing.yaml"


def test_the_banner_says_where_for_whom_and_what_to_export() -> None:
    with serve() as served:
        code, log = served.stop()
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", "\n".join(served.banner))
    text = re.sub(r"AKIA\w{16}", "AKIA", re.sub(r"(SECRET_ACCESS_KEY)=\S{40} ", r"\1=SECRET ", text))
    assert text.splitlines()[0].endswith("answers KMS and STS at http://127.0.0.1:PORT")
    assert text.splitlines()[1:] == [
        "",
        "  open to   this machine only; every request must be signed",
        "  keys      in memory: all is gone when it stops (--data DIR)",
        "  who       1 account made up for this start",
        "            AKIA arn:aws:iam::111122223333:root",
        "            AKIA arn:aws:iam::111122223333:user/administrator",
        "",
        "export AWS_ACCESS_KEY_ID=AKIA AWS_SECRET_ACCESS_KEY=SECRET AWS_ENDPOINT_URL=http://127.0.0.1:PORT "
        "AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1",
    ]
    assert code == 0
    assert re.fullmatch(r"\S+Z info    stopped\n", log)


def test_secrets_of_a_file_are_not_told() -> None:
    with serve("--entities", SHARING) as served:
        served.stop()
    assert "secret" not in "\n".join(served.banner).lower()
    assert "            AKIAALICEEXAMPLE0001 arn:aws:iam::111122223333:user/alice" in served.banner


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--host", "0.0.0.0"], "open to   EVERYBODY who reaches this machine, WITHOUT ENCRYPTION"),  # noqa: S104
        (["--host", "0.0.0.0"], r"AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+ "),  # noqa: S104
        (
            ["--entities", "fixtures/accounts.yaml"],
            "who       NOBODY can sign: there are no `access_keys` of fixtures/acc",
        ),
        (["--account", "444455556666"], "AKIA[A-Z0-9]* arn:aws:iam::444455556666:user/administrator"),
        (["--region", "eu-west-1"], "AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1"),
    ],
)
def test_what_the_banner_says_of(arguments: list[str], line: str) -> None:
    with serve(*arguments) as served:
        assert re.search(line, "\n".join(served.banner))


REFUSED = {
    "a file that is not there": (["--entities", "no.yaml"], "cannot read `no.yaml`: no such file or directory\n"),
    "a certificate that is not there": (
        ["--port", "0", "--tls-cert", "no", "--tls-key", "no"],
        "the certificate cannot be used: no such file or directory\n  hint: give --tls-cert and --tls-key, both in PEM\n",
    ),
    "a host that nobody knows": (["--host", "nowhere.invalid"], r"(?s)cannot listen on nowhere.invalid port 4599: .*"),
    "a folder that cannot be": (["--port", "0", "--data", "README.md"], "cannot write `README.md`: it is no folder\n"),
    "a certificate without its key": (["--tls-cert", "x"], r"(?s).*Give --tls-cert and --tls-key together\.\n"),
    "a certificate of no name, instead of going without TLS": (
        ["--tls-cert", "", "--tls-key", ""],
        r"(?s).*Invalid value for '--tls-cert': The path is empty\.\n",
    ),
    "a folder of no name, instead of this one": (["--data", ""], r"(?s).*'--data': The path is empty\.\n"),
    "an account beside a file": (
        ["--entities", SHARING, "--account", "111122223333"],
        r"(?s).*Invalid value for --account: The accounts are those of --entities\.\n",
    ),
    "a Region that there is not": (["--region", "mars-north-1"], r"(?s).*`mars-north-1` is no Region of AWS\.\n"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_start_says_why_in_a_line_and_ends_with_2(arguments: list[str], words: str) -> None:
    code, said = refused(*arguments)
    assert code == 2
    assert re.fullmatch(words, said) or said == words
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused("--port", str(port))
    assert (code, said) == (
        2,
        f"cannot listen on 127.0.0.1 port {port}: address already in use\n  hint: give --host or --port\n",
    )


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['uvicorn'] = None\n", encoding="utf-8")
    assert refused(PYTHONPATH=str(tmp_path)) == (
        2,
        "`policyeval serve` needs uvicorn\n  hint: pip install 'policyeval[server]'\n",
    )


# A folder


def test_no_secret_is_written_through_a_link_that_lies_in_the_folder(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "of-others"
    data.mkdir()
    other.write_text("theirs", encoding="utf-8")
    (data / "accounts.yaml.new").symlink_to(other)
    path = own_entities(data, None, "111122223333", bytes)
    assert not path.is_symlink()
    assert (path.stat().st_mode & 0o077, other.read_text(encoding="utf-8")) == (0, "theirs")


def test_a_folder_keeps_keys_credentials_sessions_and_the_trail(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve("--data", str(data)) as served:
        kms, sts = served.client(), served.client("sts")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        sent = kms.encrypt(KeyId=key, Plaintext=b"figures")
        session = sts.get_session_token()["Credentials"]
        assert served.stop()[0] == 0
        exports = served.exports
    assert {path.name: path.stat().st_mode & 0o077 for path in data.iterdir()} == dict.fromkeys(
        ["accounts.yaml", "kms.db", "kms.db-lock", "root.key", "trail.jsonl", "trail.jsonl.head"], 0
    )
    assert data.stat().st_mode & 0o077 == 0
    with serve("--data", str(data)) as served:
        assert served.exports["AWS_ACCESS_KEY_ID"] == exports["AWS_ACCESS_KEY_ID"]
        again = served.client(
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )
        assert again.decrypt(CiphertextBlob=sent["CiphertextBlob"])["Plaintext"] == b"figures"
        served.stop()
    trail = (data / "trail.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["eventName"] for line in trail] == ["CreateKey", "Encrypt", "GetSessionToken", "Decrypt"]
    assert json.loads(trail[1])["requestID"] == sent["ResponseMetadata"]["RequestId"]
    _check_trail(data)


def _check_trail(data: Path) -> None:
    verifier = Verifier(Link.keyed_by(trail_key(RootKey.from_file(data / "root.key"))))
    with (data / "trail.jsonl").open("rb") as lines:
        verifier.read("trail.jsonl", lines)
    assert list(verifier.end().faults) == []


def test_the_trail_is_flushed_when_nobody_asks_any_more(tmp_path: Path) -> None:
    with serve("--data", str(tmp_path)) as served:
        client = served.client()
        for _ in range(3):  # the first is flushed at once
            client.list_keys()
        link, deadline = Link.keyed_by(trail_key(RootKey.from_file(tmp_path / "root.key"))), monotonic() + 60
        while (known := known_head(tmp_path / "trail.jsonl", link)) is None or known.head.sequence < 3:
            assert monotonic() < deadline
            sleep(0.05)


def test_a_trail_whose_head_cannot_be_written_is_no_good_health_until_it_can(tmp_path: Path) -> None:
    with serve("--data", str(tmp_path)) as served:
        head = tmp_path / "trail.jsonl.head"
        assert urlopen(f"{served.url}/healthz").status == 200  # noqa: S310 - our own server
        head.unlink()
        head.mkdir()  # in place of which no file can be put
        deadline = monotonic() + 60
        while "KMSInternalException" not in served.log:
            assert monotonic() < deadline
            with suppress(ClientError):
                served.client().list_keys()
        with pytest.raises(HTTPError, match="503") as failing:
            urlopen(f"{served.url}/healthz")  # noqa: S310 - likewise
        with failing.value as answer:
            assert "trail.jsonl.head` cannot be written: is a directory" in json.loads(answer.read())["reason"]
        head.rmdir()
        assert urlopen(f"{served.url}/healthz").status == 200  # noqa: S310 - likewise
        served.client().list_keys()
        code, log = served.stop()
    assert (code, "Traceback" in log) == (0, False)


def test_a_folder_has_one_server(tmp_path: Path) -> None:
    with serve("--data", str(tmp_path)):
        code, said = refused("--port", "0", "--data", str(tmp_path))
    assert code == 2
    assert said == (
        f"the database `{tmp_path}/kms.db` cannot be used: another process has it open\n"
        "  hint: stop that process, or give this one a file of its own\n"
    )


@pytest.mark.parametrize("key", [None, bytes(32)], ids=["gone", "another one"])
def test_a_folder_without_its_root_key_is_left_as_it_is(tmp_path: Path, key: bytes | None) -> None:
    with serve("--data", str(tmp_path)) as served:
        served.client().create_key()
        served.stop()
    path, told = tmp_path / "root.key", (tmp_path / "trail.jsonl").read_bytes()
    own = path.read_bytes()
    path.unlink()
    if key is not None:
        path.touch(mode=0o600)
        path.write_bytes(key)
    code, said = refused("--port", "0", "--data", str(tmp_path))
    assert code == 2
    assert said == (
        "the root key is not the one that this store was made with\n"
        "  hint: nothing was changed: open it with the right key\n"
        if key is not None
        else f"the root key `{path}` is not there, and nothing in `{tmp_path}/kms.db` can be read without it\n"
        "  hint: put it back, or give another folder\n"
    )
    assert path.exists() == (key is not None)
    path.touch(mode=0o600)
    path.write_bytes(own)
    with serve("--data", str(tmp_path)) as served:
        assert len(served.client().list_keys()["Keys"]) == 1
        served.stop()
    assert (tmp_path / "trail.jsonl").read_bytes().startswith(told)


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    with serve("--data", str(tmp_path)) as served:
        kms = served.client()
        keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(10)]
        blobs = [kms.encrypt(KeyId=key, Plaintext=key.encode())["CiphertextBlob"] for key in keys]
        served.stop(signal.SIGKILL)
    with serve("--data", str(tmp_path)) as served:
        kms = served.client()
        assert [kms.decrypt(CiphertextBlob=blob)["Plaintext"].decode() for blob in blobs] == keys
        served.stop()
    _check_trail(tmp_path)


# Stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_was_accepted(tmp_path: Path, number: int) -> None:
    """Every request has its answer, or none was ever recorded: nothing is done and then not told."""
    answered: list[str] = []
    with serve("--data", str(tmp_path)) as served:
        going = threading.Barrier(9)

        def work() -> None:
            kms = served.client()
            key = kms.create_key()
            answered.append(key["ResponseMetadata"]["RequestId"])
            going.wait()
            try:
                while True:
                    made = kms.encrypt(KeyId=key["KeyMetadata"]["Arn"], Plaintext=b"x")
                    answered.append(made["ResponseMetadata"]["RequestId"])
                    if len(answered) % 3 == 0:  # which waits for the disk
                        answered.append(kms.create_key()["ResponseMetadata"]["RequestId"])
            except BotoCoreError:
                pass  # it stopped

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        going.wait()
        while len(answered) < 100:
            threading.Event().wait(0.01)
        code, log = served.stop(number)
        for thread in threads:
            thread.join()
    assert code == 0
    assert "Traceback" not in log
    recorded = [json.loads(line)["requestID"] for line in (tmp_path / "trail.jsonl").read_bytes().splitlines()]
    assert sorted(recorded) == sorted(answered)


# TLS, logs, reload


def _certificate(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_with_a_certificate_it_speaks_tls_and_policies_know(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    with serve("--host", "localhost", "--tls-cert", certificate, "--tls-key", key) as served:
        assert served.url.startswith("https://localhost:")
        kms = served.client(verify=certificate)
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"},
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "kms:Encrypt",
                    "Resource": "*",
                    "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                },
            ],
        }
        arn = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
        with pytest.raises(ClientError, match="with an explicit deny"):
            kms.encrypt(KeyId=arn, Plaintext=b"x")


def _without_uvloop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['uvloop'] = None\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_stop_does_not_wait_for_who_keeps_a_connection_of_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: str
) -> None:
    """A pool that nobody uses says no farewell."""
    if loop == "asyncio":
        _without_uvloop(tmp_path, monkeypatch)
    certificate, key = _certificate(tmp_path)
    with serve("--host", "localhost", "--tls-cert", certificate, "--tls-key", key) as served:
        kms = served.client(verify=certificate)
        kms.list_keys()
        code, log = served.stop()
        assert code == 0
        assert re.fullmatch(r"\S+Z info    stopped\n", log)
        kms.close()


def test_a_stop_does_not_wait_for_who_never_began_to_speak_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asyncio that would, from Python 3.12 on."""
    _without_uvloop(tmp_path, monkeypatch)
    certificate, key = _certificate(tmp_path)
    with serve("--host", "localhost", "--tls-cert", certificate, "--tls-key", key) as served, connected(served.url):
        served.client(verify=certificate).list_keys()  # it came later, so that both are accepted
        code, log = served.stop()
    assert (code, "timeout" in log) == (0, False)


def _begin_to_stop(served: Served, number: int) -> None:
    """Tell it to stop, and wait until it takes no connection any more."""
    served.process.send_signal(number)
    with suppress(ConnectionRefusedError):
        while True:
            with connected(served.url):
                sleep(0.01)


@pytest.mark.parametrize("sent", [b"POST / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"])
def test_a_stop_does_not_wait_for_a_request_that_does_not_get_whole(sent: bytes) -> None:
    with serve() as served, connected(served.url) as stuck, connected(served.url) as slow:
        for wire in (stuck, slow):
            assert wire.ask([("Host", "h")], line="GET /healthz HTTP/1.1").status == 200
        stuck.socket.sendall(sent)
        slow.socket.sendall(b"GET /healthz HTTP/1.1\r\n")
        _begin_to_stop(served, signal.SIGTERM)
        slow.socket.sendall(b"\r\n")
        answer = slow.receive()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        code, log = served.stop()
        assert (code, "timeout" in log) == (0, False)


def test_a_stop_does_not_wait_for_who_takes_no_answers() -> None:
    with serve() as served, connected(served.url) as deaf:
        deaf.socket.settimeout(0.5)
        with suppress(TimeoutError):
            deaf.socket.sendall(b"GET /metrics HTTP/1.1\r\n\r\n" * 2_000_000)
        code, log = served.stop()
    assert (code, "timeout" in log) == (0, False)


def test_who_stops_it_twice_does_not_wait_and_sees_no_traceback() -> None:
    with serve() as served, connected(served.url) as wire:
        assert wire.ask([("Host", "h")], line="GET /healthz HTTP/1.1").status == 200
        wire.socket.sendall(b"POST / HT")
        _begin_to_stop(served, signal.SIGINT)
        code, log = served.stop(signal.SIGINT)
    assert code == 0
    assert re.fullmatch(r"\S+Z info    stopped\n", log)


def test_for_programs_the_log_is_json(tmp_path: Path) -> None:
    with serve("--log-format", "json", "--access-log", "--data", str(tmp_path)) as served:
        kms = served.client()
        kms.list_keys()
        with pytest.raises(ClientError):
            kms.describe_key(KeyId="alias/none")
        _, log = served.stop()
    answered, refusal, stopped = map(json.loads, log.splitlines())
    assert (answered["event"], answered["operation"], answered["status"]) == ("answered", "ListKeys", 200)
    assert (refusal["level"], refusal["code"]) == ("warning", "NotFoundException")
    assert refusal["principal"] == "arn:aws:iam::111122223333:user/administrator"
    assert (refusal["source_ip"], stopped["event"]) == ("127.0.0.1", "stopped")


def test_why_a_request_was_denied_is_explained_to_who_runs_the_server() -> None:
    with serve("--entities", SHARING, "--explain") as served:
        blob = served.client(**ALICE).encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
        with pytest.raises(ClientError, match="AccessDeniedException") as refused:
            served.client(**BOB).decrypt(CiphertextBlob=blob)
        with pytest.raises(ClientError, match="AccessDenied"):
            served.client("sts", **ALICE).assume_role(
                RoleArn="arn:aws:iam::444455556666:role/app", RoleSessionName="ss"
            )
        _, log = served.stop()
    assert "identity policies" not in str(refused.value)
    assert "    |   key policy: does not allow\n" in log
    assert "    | To allow it: account 111122223333 must " in log
    assert "    |   role trust policy: does not allow\n" in log


def test_why_credentials_were_refused_is_hinted_to_who_runs_the_server() -> None:
    temporary = {"aws_access_key_id": "ASIAELSEWHERE", "aws_secret_access_key": "s"}
    with serve("--log-format", "json") as served:
        own = {"aws_access_key_id": served.exports["AWS_ACCESS_KEY_ID"]}
        for credentials in (
            temporary | {"aws_access_key_id": "AKIANOBODY"},
            temporary,
            temporary | {"aws_session_token": "a-token-of-another-server"},
            own | {"aws_secret_access_key": "a-wrong-secret"},
            {"region_name": "cn-north-1"},
        ):
            with pytest.raises(ClientError):
                served.client(**credentials).list_keys()
        _, log = served.stop()
    assert [json.loads(line).get("hint") for line in log.splitlines()[:-1]] == [
        "nobody has the access key `AKIANOBODY`",
        "`ASIAELSEWHERE` is a temporary access key, and came without its session token",
        "the session token is not that of `ASIAELSEWHERE`, was issued under another root key, or for who is not there "
        "any more: a user or role with another unique id is another one",
        f"the secret of `{own['aws_access_key_id']}` is another, or what was signed was changed on the way"
        " (Host, path, body)",
        "access keys of the partition `aws` are not known in cn-north-1",
    ]
    assert "a-token" not in log
    assert "a-wrong-secret" not in log


def test_a_request_for_another_service_is_hinted_to_who_runs_the_server() -> None:
    with serve("--log-format", "json") as served:
        for service, operation in (("iam", "list_users"), ("secretsmanager", "list_secrets"), ("s3", "list_buckets")):
            with pytest.raises(ClientError):
                getattr(served.client(service), operation)()
        with pytest.raises(ClientError):
            served.client("sts").get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE")
        _, log = served.stop()
    hints = [json.loads(line).get("hint") for line in log.splitlines()[:-1]]
    assert hints[0] == (
        "it was sent for `iam`, and only KMS and STS are here: to send nothing else here, set "
        "AWS_ENDPOINT_URL_KMS and AWS_ENDPOINT_URL_STS in place of AWS_ENDPOINT_URL"
    )
    assert hints[1].startswith("it was sent for `secretsmanager`,")
    assert hints[2].startswith("it was sent for `s3`,")
    assert hints[3] is None


def test_who_asks_it_to_read_again_as_soon_as_it_is_up_does_not_end_it() -> None:
    with serve() as served:
        for _ in range(20):
            served.process.send_signal(signal.SIGHUP)
        assert served.client("sts").get_caller_identity()
        assert served.stop()[0] == 0


def test_a_file_that_changed_takes_effect_and_a_broken_one_does_not(tmp_path: Path) -> None:
    file = tmp_path / "data" / "accounts.yaml"
    with serve("--data", str(tmp_path / "data")) as served:
        assert served.client("sts").get_caller_identity()
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("users:", "users: ["), encoding="utf-8")
        served.hang_up("the entities file is refused, the old one stays")
        assert re.search(r"^    \| .*/accounts\.yaml:\d+:\d+: ", served.log, re.MULTILINE)
        assert served.client("sts").get_caller_identity()
        secret = served.exports["AWS_SECRET_ACCESS_KEY"]
        file.write_text(text.replace(secret, "another-secret"), encoding="utf-8")
        served.hang_up("the entities file is taken")
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            served.client("sts").get_caller_identity()
        assert served.client("sts", aws_secret_access_key="another-secret").get_caller_identity()  # noqa: S106 - of nobody
