"""STS as the query protocol speaks it (KMS 29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policyeval.catalog.sts_model import sts_model
from policyeval.kms.caller import Caller
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.service import SecurityTokenService
from policyeval.server.endpoint import Reply
from policyeval.server.front_door import Asked, Reading
from policyeval.server.query_protocol import AS_XML, FORM, VERSION, Written, members, read_form, written
from policyeval.server.wire import WireError, WireRequest

__all__ = ["StsSpeaker"]

# What every AWS service that speaks this protocol answers.
_STATUS: Final[Mapping[str, int]] = {
    "AccessDenied": 403,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "ServiceUnavailable": 503,
}
_SERVERS: Final = 500


class StsSpeaker:
    """Reads requests for STS, has them done, and writes what comes of it."""

    internal: Final = "InternalFailure"

    def __init__(self, sts: SecurityTokenService, format_: Written = AS_XML) -> None:
        self._sts = sts
        self._written = format_
        self.reading = Reading("sts", _check_media_type, _read)

    def suited(self, request: WireRequest) -> StsSpeaker:
        """Give the one that answers in the format that a request wants."""
        wanted = written(request.header(b"accept"))
        return self if wanted is self._written else StsSpeaker(self._sts, wanted)

    def is_slow(self, asked: Asked) -> bool:  # noqa: ARG002 - as all speakers have it
        """Tell that nothing here is."""
        return False

    def makes_rsa(self, asked: Asked) -> bool:  # noqa: ARG002 - likewise
        """Tell that nothing here does."""
        return False

    def do(self, caller: Caller, identity: Identity, asked: Asked, request_id: str) -> Reply:
        """Do an operation."""
        response = self._sts.call(caller, identity, asked.operation, asked.params, request_id=request_id)
        return Reply(200, self._written.content_type, self._written.encode(asked.operation, response, request_id))

    def refuse(self, code: str, message: str, status: int | None, request_id: str) -> Reply:
        """Write an error."""
        status = status or sts_model().errors.get(code) or _STATUS.get(code, 400)
        body = self._written.encode_error(code, message, request_id, ours=status >= _SERVERS)
        return Reply(status, self._written.content_type, body, code, message)


def _check_media_type(request: WireRequest) -> None:
    media_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if request.method not in {"GET", "POST"} or (request.body and media_type != FORM):
        raise WireError("UnknownOperationException", status=404)


def _read(request: WireRequest) -> Asked:
    form = read_form(request.query, request.body)
    action = form.get("Action")
    if action is None:
        raise WireError("MissingAction", "The request must contain the parameter Action.")
    version = form.get("Version", "NO_VERSION_SPECIFIED")
    described = sts_model().operations.get(action) if version == VERSION else None
    if described is None:
        raise WireError("InvalidAction", f"Could not find operation {action} for version {version}")
    return Asked(action, members(form, described.input))
