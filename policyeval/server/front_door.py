"""What is looked at before an operation is reached, and in which order (KMS 28, KMS 29)."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from policyeval.kms.sts.identity import Credentials
from policyeval.server.refusals import DIALECTS
from policyeval.server.signature import Signed, SigningKeys, verify
from policyeval.server.wire import WireError, WireRequest

__all__ = ["MOST_BODY", "Asked", "FrontDoor", "Reading", "too_large"]

MOST_BODY: Final = 1024 * 1024
"""How many bytes a body may have; the longest good ones, an import of an RSA key or 50 tags, have a tenth of it."""

# To read a body of all that it may have takes up to a quarter of a second, in which nobody else is answered.
_MOST_OF_STRANGERS: Final = 64 * 1024
_SCOPE: Final = re.compile(r"[^\s,]*/([a-z0-9-]{1,64})/aws4_request")
_SERVICES: Final = frozenset(DIALECTS)


class Asked(NamedTuple):
    """What a request asks for; the parameters may be of any types yet."""

    operation: str
    params: Mapping[str, Any]


class Reading(NamedTuple):
    """A protocol's own part.

    Attributes:
        service: what signatures must be for, `kms` or `sts`.
        check_media_type: raises where the Content-Type is none of the protocol's.
        read: gives what is asked. It raises first where the body is not encoded as it should be, then where the
            operation is not known.

    """

    service: str
    check_media_type: Callable[[WireRequest], None]
    read: Callable[[WireRequest], Asked]


class FrontDoor:
    """Lets in requests whose signature is good.

    Args:
        credentials: who knows access keys.
        regions: the Regions that this endpoint answers for.
        most_body: how many bytes a body may have.

    """

    def __init__(self, credentials: Credentials, regions: Container[str], *, most_body: int = MOST_BODY) -> None:
        self._credentials = credentials
        self._regions = regions
        self._most_body = most_body
        self._keys = SigningKeys()

    def admit(self, request: WireRequest, reading: Reading, now: datetime) -> tuple[Asked, Signed]:
        """Give what a request asks for, and who asks.

        Anybody is told what cannot be read, as AWS tells anybody: that gives away nothing but the protocol. Only what
        takes long to read is read for those alone who can sign.

        Raises:
            WireError: refused; and whatever `reading` raises.

        """
        if len(request.body) > self._most_body:
            raise too_large()
        try:
            reading.check_media_type(request)
            signed = self._verify(request, reading, now) if len(request.body) > _MOST_OF_STRANGERS else None
            asked = reading.read(request)
        except WireError as error:
            error.hint = error.hint or _hint(request)
            raise
        return asked, signed or self._verify(request, reading, now)

    def _verify(self, request: WireRequest, reading: Reading, now: datetime) -> Signed:
        return verify(
            request,
            service=reading.service,
            regions=self._regions,
            credentials=self._credentials,
            now=now,
            keys=self._keys,
        )


def _hint(request: WireRequest) -> str | None:
    """Say that a request is for another service: clients send all of them where AWS_ENDPOINT_URL says."""
    # Matched in one place only: trying every place would take quadratic time in what a stranger sends.
    _, _, credential = (request.header(b"authorization") or "").partition("Credential=")
    found = _SCOPE.match(credential)
    if found is None or found[1] in _SERVICES:
        return None
    return (
        f"it was sent for `{found[1]}`, and only KMS and STS are here: to send nothing else here, set "
        "AWS_ENDPOINT_URL_KMS and AWS_ENDPOINT_URL_STS in place of AWS_ENDPOINT_URL"
    )


def too_large() -> WireError:
    """Make the error for a body that has more bytes than it may."""
    return WireError("RequestEntityTooLargeException", status=413)
