"""A client that sends what botocore never would: bytes on a socket, signed or not."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import parse_timestamp

from policyeval.server.testing import AccessKeyPair

Headers = Sequence[tuple[str, str]]
JSON = "application/x-amz-json-1.1"


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str, str]:
        return self.status, self.json["__type"], self.json.get("message", "")


def sign(  # noqa: PLR0913 - what goes into a signature
    key: AccessKeyPair,
    url: str,
    body: bytes,
    headers: Headers,
    *,
    method: str = "POST",
    at: datetime | None = None,
    service: str = "kms",
    region: str = "us-east-1",
) -> list[tuple[str, str]]:
    """Give the headers with those that sign them."""
    request = AWSRequest(method, url, data=body)
    for name, value in headers:
        request.headers.add_header(name, value)
    request.headers["Host"] = urlsplit(url).netloc
    with patch("botocore.auth.get_current_datetime", lambda: at or datetime.now(UTC)):
        SigV4Auth(Credentials(*key), service, region).add_auth(request)
    return list(request.headers.items())


def asks(operation: str) -> list[tuple[str, str]]:
    """Give the headers that name an operation."""
    return [("Content-Type", JSON), ("X-Amz-Target", f"TrentService.{operation}")]


def in_utc(told: Any) -> datetime:
    """Read a time as botocore does, which tells the local one: in an hour that clocks pass twice that equals no other."""
    return parse_timestamp(told).astimezone(UTC)


class Connection:
    """A connection that stays open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = f"{url}/"
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=300)
        self._rest = b""

    def send(self, headers: Headers, body: bytes = b"", *, line: str = "POST / HTTP/1.1", length: bool = True) -> None:
        """Send a request."""
        given = [*headers, ("Content-Length", str(len(body)))] if length else list(headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in given)
        self.socket.sendall(f"{line}\r\n{head}\r\n".encode("latin-1") + body)

    def receive(self) -> Answer:
        """Receive a response."""
        head, _, rest = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            rest += self._more()
        self._rest = rest[length:]
        return Answer(int(lines[0].split()[1]), headers, rest[:length])

    def ask(self, headers: Headers, body: bytes = b"", **more: Any) -> Answer:
        """Send and receive."""
        self.send(headers, body, **more)
        return self.receive()

    def is_closed(self) -> bool:
        """Tell whether the server has closed it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def call(self, key: AccessKeyPair, operation: str, params: object, **more: Any) -> Answer:
        """Ask for an operation as it should be asked for."""
        body = params if isinstance(params, bytes) else json.dumps(params).encode()
        return self.ask(sign(key, self.url, body, asks(operation), **more), body)

    def _until(self, end: bytes) -> bytes:
        found = self._rest
        while end not in found:
            found += self._more()
        return found

    def _more(self) -> bytes:
        more = self.socket.recv(65536)
        if not more:
            raise EOFError
        return more


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Connect for the length of the block."""
    connection = Connection(url)
    with connection.socket:
        yield connection
