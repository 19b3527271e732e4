"""How the endpoint treats a connection: whatever its client does, others are served and nothing piles up."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Any

import pytest
from uvicorn.server import ServerState

from policyeval.entities import Entities
from policyeval.kms.storage import system
from policyeval.server import listening
from policyeval.server.app import App
from policyeval.server.attention import Attention
from policyeval.server.build import build
from policyeval.server.connection import Connection as Served
from policyeval.server.connection import plain_address
from policyeval.server.journal import Journal
from policyeval.server.listening import listen, running, url_of
from policyeval.server.services import Services
from policyeval.server.starter import starter
from policyeval.server.testing import AccessKeyPair, LocalEndpoint
from tests.server.conftest import ADMIN
from tests.server.raw import Connection, asks, connected, sign

HOST = b"Host: h\r\n"


@pytest.fixture
def wire(endpoint: LocalEndpoint) -> Iterator[Connection]:
    with connected(endpoint.url) as connection:
        yield connection


@pytest.fixture(scope="module")
def key(endpoint: LocalEndpoint) -> AccessKeyPair:
    return endpoint.credentials(ADMIN)


# What is sent


def test_a_megabyte_of_headers_is_not_read(endpoint: LocalEndpoint, wire: Connection, key: AccessKeyPair) -> None:
    wire.send([("Host", "h"), *((f"A{number}", "x" * 1_000) for number in range(1_000))])
    answer = wire.receive()
    assert (answer.status, answer.headers["connection"]) == (431, "close")
    assert answer.body == b"The head of a request has 65,536 bytes at most."
    with connected(endpoint.url) as other:
        assert other.call(key, "ListKeys", {}).status == 200


def test_what_is_no_http_is_told_so(wire: Connection) -> None:
    wire.socket.sendall(b"\x16\x03\x01\x02\x00\x01")
    answer = wire.receive()
    assert (answer.status, answer.body) == (400, b"This is no HTTP/1.1.")


def test_a_refusal_reaches_a_client_that_still_sends(wire: Connection) -> None:
    wire.socket.sendall(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3000000\r\n\r\n")
    for _ in range(30):
        wire.socket.sendall(bytes(100_000))
    assert wire.receive().status == 413


def test_an_upgrade_is_not_followed_and_the_request_answered(wire: Connection) -> None:
    more = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAEAAEAAAAIAAAAB")]
    for _ in range(2):
        assert wire.ask([("Host", "h"), *more], line="GET /healthz HTTP/1.1", length=False).json == {"status": "ok"}


def test_a_request_with_a_body_is_answered_whatever_protocol_it_offers(wire: Connection, key: AccessKeyPair) -> None:
    body = b'{"NumberOfBytes":8}'
    more = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAEAAEAAAAIAAAAB")]
    for _ in range(2):
        answer = wire.ask([*sign(key, wire.url, body, asks("GenerateRandom")), *more], body)
        assert (answer.status, set(answer.json)) == (200, {"Plaintext"})


STAYING: dict[str, tuple[str, str | None, str | None]] = {
    "of HTTP/1.1 it is kept, and nobody needs to say so": ("1.1", None, None),
    "of HTTP/1.1 it is kept for who asks": ("1.1", "keep-alive", None),
    "of HTTP/1.1 it is closed for who asks": ("1.1", "close", "close"),
    "of HTTP/1.0 it is kept for who asks, who waits for its end unless told": ("1.0", "keep-alive", "keep-alive"),
    "of HTTP/1.0 it is closed": ("1.0", None, "close"),
}


@pytest.mark.parametrize(("version", "asked", "told"), STAYING.values(), ids=STAYING)
def test_whether_a_connection_stays(
    wire: Connection, key: AccessKeyPair, version: str, asked: str | None, told: str | None
) -> None:
    headers = [*sign(key, wire.url, b"{}", asks("ListKeys")), *([("Connection", asked)] if asked else [])]
    answer = wire.ask(headers, b"{}", line=f"POST / HTTP/{version}")
    assert (answer.status, answer.headers.get("connection")) == (200, told)
    if told == "close":
        assert wire.is_closed()
    else:
        assert wire.call(key, "ListKeys", {}).status == 200


def test_a_head_has_no_body(wire: Connection) -> None:
    for path, status, length in (("/healthz", 200, "15"), ("/", 404, "28")):
        wire.socket.sendall(f"HEAD {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        head = wire.socket.recv(65536)
        assert head.startswith(f"HTTP/1.1 {status} ".encode())
        assert f"content-length: {length}\r\n".encode() in head.lower()
        assert head.endswith(b"\r\n\r\n")


def test_what_monitors_ask_is_only_to_be_read(wire: Connection) -> None:
    answer = wire.ask([("Host", "h")], line="POST /metrics HTTP/1.1")
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


# In which order, and when it ends


def test_what_takes_long_is_answered_in_its_turn(wire: Connection, key: AccessKeyPair) -> None:
    asked = [("CreateKey", b'{"Description":"%d"}' % number) for number in range(3)]
    for operation, body in asked:
        wire.send(sign(key, wire.url, body, asks(operation)), body)
        wire.send([("Host", "h")], line="GET /healthz HTTP/1.1")
        wire.send(sign(key, wire.url, b"{}", asks("GenerateRandom")), b"{}")
    for number in range(3):
        assert wire.receive().json["KeyMetadata"]["Description"] == str(number)
        assert wire.receive().json == {"status": "ok"}
        assert wire.receive().json["__type"] == "ValidationException"


@pytest.mark.parametrize("operation", ["CreateKey", "ListKeys"])
def test_who_waits_to_be_told_to_go_on_is_told_in_its_turn(
    wire: Connection, key: AccessKeyPair, operation: str
) -> None:
    body = b'{"NumberOfBytes":16}'
    headers = [*sign(key, wire.url, body, asks("GenerateRandom")), ("Content-Length", str(len(body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in [*headers, ("Expect", "100-continue")])
    first = sign(key, wire.url, b"{}", asks(operation))
    # In one piece, as who sends one request after the other does.
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*first, ("Content-Length", "2")])
    wire.socket.sendall(f"POST / HTTP/1.1\r\n{lines}\r\n{{}}POST / HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
    assert [wire.receive().status for _ in range(2)] == [200, 100]
    wire.socket.sendall(body)
    assert wire.receive().status == 200


@pytest.mark.parametrize("operation", ["CreateKey", "ListKeys"])
def test_who_has_nothing_more_to_say_is_still_answered(wire: Connection, key: AccessKeyPair, operation: str) -> None:
    wire.send(sign(key, wire.url, b"{}", asks(operation)), b"{}")
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.receive().status == 200
    assert wire.is_closed()


def test_who_asks_to_close_is_answered_first(wire: Connection, key: AccessKeyPair) -> None:
    answer = wire.ask([*sign(key, wire.url, b"{}", asks("ListKeys")), ("Connection", "close")], b"{}")
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert wire.is_closed()


def test_who_does_not_take_its_answers_is_not_listened_to(endpoint: LocalEndpoint, wire: Connection) -> None:
    # As much as the buffers of both ends hold, many times.
    wire.socket.settimeout(0.5)
    with pytest.raises(TimeoutError):
        wire.socket.sendall(b"GET /metrics HTTP/1.1\r\n\r\n" * 2_000_000)
    with connected(endpoint.url) as other:
        assert other.ask([("Host", "h")], line="GET /healthz HTTP/1.1").status == 200
    assert wire.receive().status == 200


@pytest.fixture(scope="module")
def app() -> App:
    services = Services.open(Entities.from_text(starter("111122223333", system.entropy)))
    return build(services, journal=Journal(lambda _: None, "text", system.now))


@pytest.mark.parametrize("sent", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"])
def test_who_says_nothing_or_never_ends_is_let_go(app: App, sent: bytes) -> None:
    async def is_let_go() -> bytes:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Served(app, ServerState(), Attention(0), idle=0.5), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"GET /healthz HTTP/1.1\r\n\r\n")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 OK\r\n")
            writer.write(sent)
            rest = await reader.read()
            writer.close()
            return rest

    assert asyncio.run(is_let_go()) == b""


TRY_AGAIN = (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, listening.new_loop])
def test_a_connection_too_many_is_closed_and_the_others_are_served(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    said: list[str] = []
    services = Services.open(Entities.from_text(starter("111122223333", system.entropy)))
    app = build(services, journal=Journal(said.append, "json", system.now))
    state = ServerState()

    async def answers() -> list[bytes]:
        made = partial(Served, app, state, Attention(0), most=2)
        async with await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()
            found, writers = [], []
            for _ in range(3):
                reader, writer = await asyncio.open_connection(*address)
                writers.append(writer)
                with suppress(ConnectionError):
                    writer.write(b"GET /healthz HTTP/1.1\r\n\r\n")
                    found.append(await reader.read(15))
            writers[0].close()
            while len(state.connections) > 1:  # noqa: ASYNC110 - it has no event for that
                await asyncio.sleep(0.01)
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"GET /healthz HTTP/1.1\r\n\r\n")
            found.append(await reader.read(15))
            for each in (*writers, writer):
                each.close()
            return [answer for answer in found if answer]

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(answers()) == [b"HTTP/1.1 200 OK"] * 3
    assert [json.loads(line)["message"] for line in said] == ["There are 2 connections already."]


def test_what_waits_when_the_time_to_stop_is_over_is_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listening, "_GRACE", 1)
    entities = Entities.from_text(starter("111122223333", system.entropy))
    app = build(Services.open(entities), journal=Journal(lambda _: None, "text", system.now))
    user = next(key for key in entities.access_keys() if ":user/" in key.principal_arn)
    submit, has_come, under_way = app.pool.submit, Event(), Event()
    for _ in range(100):
        submit(under_way.wait)

    def note_that_it_waits(*work: Any) -> Any:
        found = submit(*work)
        has_come.set()
        return found

    monkeypatch.setattr(app.pool, "submit", note_that_it_waits)
    with listen("127.0.0.1", 0) as opened, connected(url_of(opened, "127.0.0.1", secure=False)) as waiting:
        with running(app, opened):
            waiting.send(sign(AccessKeyPair(user.id, user.secret), waiting.url, b"{}", asks("CreateKey")), b"{}")
            assert has_come.wait(30)
        under_way.set()
        assert waiting.receive().error == TRY_AGAIN
        assert waiting.is_closed()
        assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateKey", {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
        ("CreateKey", {"CustomerMasterKeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
        ("GenerateDataKeyPairWithoutPlaintext", {"KeyId": "alias/k", "KeyPairSpec": "RSA_2048"}),
        ("GetParametersForImport", {"KeyId": "alias/i", "WrappingAlgorithm": "X", "WrappingKeySpec": "RSA_2048"}),
    ],
)
def test_only_who_wants_a_key_of_rsa_waits_for_the_making_of_others(operation: str, params: dict[str, str]) -> None:
    entities = Entities.from_text(starter("111122223333", system.entropy))
    app = build(Services.open(entities), journal=Journal(lambda _: None, "text", system.now))
    user = next(key for key in entities.access_keys() if ":user/" in key.principal_arn)
    key, done = AccessKeyPair(user.id, user.secret), Event()
    for _ in range(100):
        app.makers.submit(done.wait, 60)
    with listen("127.0.0.1", 0) as opened, running(app, opened):
        url = url_of(opened, "127.0.0.1", secure=False)
        with connected(url) as waiting, connected(url) as other:
            body = json.dumps(params).encode()
            waiting.send(sign(key, waiting.url, body, asks(operation)), body)
            for others in ("CreateKey", "ListKeys"):
                assert other.call(key, others, {}).status == 200
            waiting.socket.settimeout(0.1)
            with pytest.raises(TimeoutError):
                waiting.receive()
            done.set()
            waiting.socket.settimeout(300)
            assert waiting.receive().status in {200, 400}  # not all that is named is there


def test_a_stop_refuses_keys_of_rsa_that_are_not_begun_and_finishes_the_rest() -> None:
    entities = Entities.from_text(starter("111122223333", system.entropy))
    app = build(Services.open(entities), journal=Journal(lambda _: None, "text", system.now))
    user = next(key for key in entities.access_keys() if ":user/" in key.principal_arn)
    key, going = AccessKeyPair(user.id, user.secret), Event()
    bodies = [b'{"KeySpec":"RSA_2048","KeyUsage":"SIGN_VERIFY"}'] * 2 + [b"{}"]  # all of them on one connection
    for _ in range(100):
        app.makers.submit(going.wait, 60)
    with listen("127.0.0.1", 0) as opened, connected(url_of(opened, "127.0.0.1", secure=False)) as wire:
        with running(app, opened):
            assert wire.ask([("Host", "h")], line="GET /healthz HTTP/1.1").status == 200  # it is let in
            sent = b""
            for body in bodies:
                headers = [*sign(key, wire.url, body, asks("CreateKey")), ("Content-Length", str(len(body)))]
                head = "".join(f"{name}: {value}\r\n" for name, value in headers)
                sent += f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body
            wire.socket.sendall(sent)
        answers = [wire.receive() for _ in bodies]
        going.set()
    assert [answer.error for answer in answers[:2]] == [TRY_AGAIN, TRY_AGAIN]
    assert answers[2].status == 200


@pytest.mark.parametrize(
    ("address", "plain"),
    [("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::1"), ("::1", "::1")],
)
def test_an_address_is_as_policies_have_it(address: str, plain: str) -> None:
    assert plain_address(address) == plain
