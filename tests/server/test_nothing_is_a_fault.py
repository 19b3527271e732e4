"""Whatever is sent, the answer is a refusal or a result, and never that the server failed."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore, get_ident
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.catalog.kms_model import Shape, kms_model
from policyeval.catalog.sts_model import sts_model
from policyeval.entities import Entities
from policyeval.errors import PolicyEvalError
from policyeval.kms import KeyManagementService
from policyeval.kms.storage import system
from policyeval.kms.sts.identity import Identity
from policyeval.model.source import Diagnostic
from policyeval.server.endpoint import Endpoint, Exchange, Peer
from policyeval.server.front_door import Asked
from policyeval.server.journal import Journal
from policyeval.server.json_protocol import codec, parse
from policyeval.server.kms_speaker import KmsSpeaker
from policyeval.server.metrics import Metrics
from policyeval.server.services import Services
from policyeval.server.starter import starter
from policyeval.server.sts_speaker import StsSpeaker
from policyeval.server.testing import LocalEndpoint
from policyeval.server.upkeep import Upkeep
from policyeval.server.wire import WireRequest
from tests.server.conftest import ADMIN, APP_B, NOBODY, A
from tests.server.raw import asks, sign

PEER = Peer("10.0.0.1", secure=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "alias/app",
        "alias/aws/s3",
        f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:kms:us-east-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        f"arn:aws:kms:eu-west-1:{A}:alias/app",
        f"arn:aws:iam::{A}:role/app",
        "arn:aws:iam::999999999999:root",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "*",
        "arn:aws:kms:us-east-1::key/",
    ]
)


@pytest.fixture(scope="module")
def speakers(endpoint: LocalEndpoint) -> tuple[Services, dict[str, Any]]:
    services = endpoint.services
    return services, {"kms": KmsSpeaker(services.kms), "sts": StsSpeaker(services.sts)}


def _near(shape: Shape) -> st.SearchStrategy[Any]:
    """Values that a shape nearly takes, and now and then none that it does."""
    match shape.type:
        case "structure":
            members = {name: _near(member) for name, member in shape.members.items()}
            right: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=members)
        case "list":
            assert shape.member is not None
            right = st.lists(_near(shape.member), max_size=3)
        case "map":
            right = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
        case "integer":
            right = st.integers(-1, 5_000)
        case "boolean":
            right = st.booleans()
        case "timestamp":
            right = st.floats(0, 1e11)
        case "blob":
            right = st.sampled_from(["", "YQ==", "AQAAAAH1bLP1", "x"])
        case _:
            right = NAMES | st.text(max_size=10) | (st.sampled_from(shape.enum) if shape.enum else NAMES)
    return st.one_of(right, right, right, JSON)


def _identities(endpoint: LocalEndpoint) -> list[Identity]:
    found = []
    for arn in (ADMIN, NOBODY, APP_B):
        key, _, token = endpoint.credentials(arn)
        identity = endpoint.find(key, token)
        assert identity is not None
        found.append(identity)
    return found


def _run(speaker: Any, asked: Asked, identity: Identity) -> Exchange:
    exchange = Exchange(speaker, "request", PEER)
    exchange.admit(asked, identity, identity.caller(region="us-east-1", source_ip="10.0.0.1", user_agent="x"))
    return exchange


@pytest.mark.parametrize("operation", sorted(kms_model().operations))
@settings(max_examples=12)
@given(data=st.data())
def test_whatever_an_operation_of_kms_is_asked(
    operation: str, speakers: tuple[Services, dict[str, Any]], endpoint: LocalEndpoint, data: st.DataObject
) -> None:
    body = data.draw(_near(kms_model().operations[operation].input).filter(lambda value: isinstance(value, dict)))
    body = {name: value for name, value in body.items() if "RSA" not in str(value)}  # making keys of it takes seconds
    found = codec(operation)
    assert found is not None
    params = found.decode(parse(json.dumps(body).encode()))
    identity = data.draw(st.sampled_from(_identities(endpoint)))
    reply = _run(speakers[1]["kms"], Asked(operation, params), identity).run()
    assert reply.fault is None
    assert reply.status in {200, 400}
    assert (reply.status == 200) is (reply.code == "")


@pytest.mark.parametrize("operation", sorted(sts_model().operations))
@settings(max_examples=12)
@given(data=st.data())
def test_whatever_an_operation_of_sts_is_asked(
    operation: str, speakers: tuple[Services, dict[str, Any]], endpoint: LocalEndpoint, data: st.DataObject
) -> None:
    params = data.draw(_near(sts_model().operations[operation].input).filter(lambda value: isinstance(value, dict)))
    identity = data.draw(st.sampled_from(_identities(endpoint)))
    reply = _run(speakers[1]["sts"], Asked(operation, params), identity).run()
    assert reply.fault is None
    assert reply.status in {200, 400, 403}


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                b"host",
                b"authorization",
                b"x-amz-date",
                b"x-amz-target",
                b"content-type",
                b"content-length",
                b"x-amz-security-token",
                b"user-agent",
            ]
        ),
        st.sampled_from(
            [
                b"TrentService.ListKeys",
                b"application/x-amz-json-1.1",
                b"application/x-www-form-urlencoded",
                b"AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",
                b"20260101T000000Z",
            ]
        )
        | st.binary(max_size=12),
    ),
    max_size=6,
)


@settings(max_examples=120)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD"]),
    path=st.binary(max_size=8),
    query=st.binary(max_size=16) | st.just(b"Action=GetCallerIdentity&Version=2011-06-15"),
    headers=HEADERS,
    body=st.binary(max_size=16) | st.sampled_from([b"{}", b"[]", b"Action=AssumeRole"]),
)
def test_whatever_comes_over_the_wire(  # noqa: PLR0913 - a request
    *,
    speakers: tuple[Services, dict[str, Any]],
    method: str,
    path: bytes,
    query: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
) -> None:
    services, spoken = speakers
    endpoint = Endpoint(
        kms=spoken["kms"],
        sts=spoken["sts"],
        credentials=services.sts,
        ids=lambda: "request",
        clock=services.kms._core.clock,
    )
    request = WireRequest(method, b"/" + path, query, tuple(headers), body)
    reply = endpoint.begin(request, PEER).run()
    assert reply.fault is None
    assert reply.status in {400, 403, 404}


class Failing:
    """A speaker whose service is broken."""

    internal = "KMSInternalException"

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.refuse = KmsSpeaker.refuse.__get__(self)

    def is_slow(self, asked: Asked) -> bool:
        return asked.operation == "slow"

    def makes_rsa(self, _: Asked) -> bool:
        return False

    def do(self, *_: object) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (PolicyEvalError([Diagnostic("the disk is full")]), "the disk is full"),
        (ZeroDivisionError("secret"), "ZeroDivisionError: secret"),
    ],
)
def test_what_is_our_own_fault_is_told_to_the_journal_and_not_to_the_client(error: Exception, fault: str) -> None:
    identity = Identity("AKIA", "s", ADMIN)
    reply = _run(Failing(error), Asked("ListKeys", {}), identity).run()
    assert (reply.status, reply.body) == (500, b'{"__type":"KMSInternalException"}')
    assert reply.fault is not None
    assert fault in reply.fault


@pytest.mark.parametrize("operation", ["CreateKey", "ListKeys", "GetCallerIdentity"])
@pytest.mark.parametrize("is_session", [False, True], ids=["a user", "a role's session"])
def test_who_is_taken_away_after_being_let_in_is_not_known(operation: str, *, is_session: bool) -> None:
    def described(*names: str) -> Entities:
        keys = [{"id": f"AKIA{name}", "secret": name} for name in names]
        users = [{"name": key["secret"], "access_keys": [key]} for key in keys]
        roles = [{"name": name} for name in names]
        return Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "users": users, "roles": roles}]})

    services = Services.open(described("ann", "bob"))
    issue = services.sts.session_of(f"arn:aws:iam::{A}:role/ann", "s1")
    found = services.sts.find(issue.access_key_id, issue.token) if is_session else services.sts.find("AKIAann", None)
    assert found is not None
    of_sts = operation in sts_model().operations
    let_in = _run(StsSpeaker(services.sts) if of_sts else KmsSpeaker(services.kms), Asked(operation, {}), found)
    services.describe(described("bob"))
    reply = let_in.run()
    assert (reply.code, reply.fault) == ("InvalidClientTokenId" if of_sts else "UnrecognizedClientException", None)
    assert reply.message == "The security token included in the request is invalid."


class Broken:
    """Who cannot tell whose an access key is."""

    def find(self, *_: object) -> Identity | None:
        raise PolicyEvalError([Diagnostic("the file is gone")])


def test_a_fault_at_the_door_is_one_too(speakers: tuple[Services, dict[str, Any]], endpoint: LocalEndpoint) -> None:
    services, spoken = speakers
    broken = Endpoint(
        kms=spoken["kms"], sts=spoken["sts"], credentials=Broken(), ids=lambda: "r", clock=services.kms._core.clock
    )
    headers = [("Host", "h"), *sign(endpoint.credentials(ADMIN), "http://h/", b"{}", asks("ListKeys"))]
    sent = tuple((name.lower().encode(), value.encode()) for name, value in dict(headers).items())
    reply = broken.begin(WireRequest("POST", b"/", b"", sent, b"{}"), PEER).run()
    assert (reply.status, reply.code, reply.fault) == (500, "KMSInternalException", "the file is gone")


def test_what_could_not_be_kept_at_the_end_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def close(_: KeyManagementService) -> None:
        raise PolicyEvalError([Diagnostic("the disk is full")])

    monkeypatch.setattr(KeyManagementService, "close", close)
    said: list[str] = []
    journal = Journal(said.append, "json", system.now)
    services = Services.open(Entities.from_text(starter(A, system.entropy)))
    upkeep = Upkeep(services, file=None, pool=ThreadPoolExecutor(1), journal=journal, metrics=Metrics("1", 0))

    async def live() -> None:
        async with upkeep.running():
            pass

    asyncio.run(live())
    (line,) = map(json.loads, said)
    assert (line["level"], line["event"], line["fault"]) == (
        "error",
        "not everything could be kept",
        "the disk is full",
    )


def test_the_trail_is_flushed_as_often_however_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the time that it takes between two of them, requests would come that have to flush, and all wait for it."""
    naps, sleep, flushed, here = [], asyncio.sleep, Semaphore(0), get_ident()
    passed = 0.0

    async def nap(seconds: float) -> None:
        ours = get_ident() == here  # and not a server of other tests, in its own thread
        if ours:
            naps.append(seconds)
        await sleep(0 if ours and seconds < 60 else seconds)

    def flush() -> None:
        nonlocal passed
        passed += 0.5
        flushed.release()

    services = Services.open(Entities.from_text(starter(A, system.entropy)))
    monkeypatch.setattr(services.kms, "flush", flush)
    monkeypatch.setattr(asyncio, "sleep", nap)
    journal = Journal(lambda _: None, "json", system.now)
    upkeep = Upkeep(services, file=None, pool=ThreadPoolExecutor(1), journal=journal, metrics=Metrics("1", 0))

    async def live() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: passed)
        async with upkeep.running():
            for _ in range(3):
                await asyncio.to_thread(flushed.acquire)

    asyncio.run(live())
    first, *others = [seconds for seconds in naps if seconds < 60]
    assert [first, *others[:2]] == pytest.approx([0.8, 0.3, 0.3])


def test_what_waits_for_its_turn_when_the_server_has_stopped_is_let_go() -> None:
    pool, under_way = ThreadPoolExecutor(1), Event()
    pool.submit(under_way.wait)
    waiting = pool.submit(list)
    services = Services.open(Entities.from_text(starter(A, system.entropy)))
    journal = Journal(lambda _: None, "json", system.now)
    upkeep = Upkeep(services, file=None, pool=pool, journal=journal, metrics=Metrics("1", 0))

    async def live() -> asyncio.Future[Any]:
        async with upkeep.running():
            asked = asyncio.wrap_future(waiting)
        await asyncio.sleep(0)
        return asked

    try:
        assert asyncio.run(live()).cancelled()
    finally:
        under_way.set()
