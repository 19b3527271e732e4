"""Requests signed by botocore, as a server gets them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from policyeval.kms.sts.identity import Identity
from policyeval.server.signature import Signed, SigningKeys, verify
from policyeval.server.wire import WireRequest

NOW = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)
HOST = "kms.us-east-1.amazonaws.com"
REGIONS = frozenset({"us-east-1", "eu-central-1"})
USER = Identity("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCY", "arn:aws:iam::111122223333:user/alice")
SESSION = Identity(
    "ASIAIOSFODNN7EXAMPLE",
    "xJalrXUtnFEMI/K7MDENG+bPxRfiCY",
    "arn:aws:sts::111122223333:assumed-role/app/s1",
    token="FwoGZXIvYXdzEXAMPLE/token+==",  # noqa: S106 - of nobody
    expires=datetime(2026, 5, 17, 10, 0, tzinfo=UTC),
)


class Known:
    """Knows some identities."""

    def __init__(self, *identities: Identity) -> None:
        self._identities = {identity.access_key_id: identity for identity in identities}

    def find(self, access_key_id: str, token: str | None) -> Identity | None:
        identity = self._identities.get(access_key_id)
        return identity if identity is not None and identity.token == token else None


KNOWN = Known(USER, SESSION)


class Unsigned(NamedTuple):
    """A request as a client has it before it signs."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Sequence[tuple[str, str]] = (
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "TrentService.Encrypt"),
    )
    body: bytes = b'{"KeyId":"alias/app","Plaintext":"eA=="}'


def signed(  # noqa: PLR0913 - all by name
    asked: Unsigned = Unsigned(),  # noqa: B008 - a frozen value
    identity: Identity = USER,
    *,
    service: str = "kms",
    region: str = "us-east-1",
    at: datetime = NOW,
    presign: bool = False,
) -> WireRequest:
    """Have botocore sign a request, and send it: give it as it arrives."""
    url = f"https://{HOST}{asked.path}" + (f"?{asked.query}" if asked.query else "")
    request = AWSRequest(asked.method, url, data=asked.body)
    for name, value in asked.headers:
        request.headers.add_header(name, value)
    credentials = BotoCredentials(identity.access_key_id, identity.secret, identity.token)
    signer = SigV4QueryAuth if presign else SigV4Auth
    with patch("botocore.auth.get_current_datetime", lambda: at):
        signer(credentials, service, region).add_auth(request)
    parts = urlsplit(request.url)
    headers = [(b"host", HOST.encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    body = b"" if presign else asked.body
    return WireRequest(asked.method, parts.path.encode(), parts.query.encode(), tuple(headers), body)


def check(  # noqa: PLR0913 - all by name
    request: WireRequest,
    *,
    service: str = "kms",
    regions: Container[str] = REGIONS,
    now: datetime = NOW,
    known: Known = KNOWN,
    keys: SigningKeys | None = None,
) -> Signed:
    return verify(
        request,
        service=service,
        regions=regions,
        credentials=known,
        now=now,
        keys=SigningKeys() if keys is None else keys,
    )
