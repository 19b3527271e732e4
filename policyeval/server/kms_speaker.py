"""KMS as AWS JSON 1.1 speaks it (KMS 25, KMS 26, KMS 28)."""

from __future__ import annotations

from typing import Final

from policyeval.kms.caller import Caller
from policyeval.kms.operations.table import OPERATIONS
from policyeval.kms.service import KeyManagementService
from policyeval.kms.sts.identity import Identity
from policyeval.server.endpoint import Reply
from policyeval.server.front_door import Asked, Reading
from policyeval.server.json_protocol import CONTENT_TYPE, TARGET, codec, encode_error, parse, status_of
from policyeval.server.wire import WireError, WireRequest

__all__ = ["KmsSpeaker"]

_NOT_FOUND: Final = 404
_UNKNOWN: Final = "UnknownOperationException"
_MALFORMED: Final = "SerializationException"
# Where a request names an algorithm, or what to make a key of. RSA takes milliseconds, and making a key of it seconds.
_ALGORITHMS: Final = frozenset({"SigningAlgorithm", "EncryptionAlgorithm", "SourceEncryptionAlgorithm"})
_SPECS: Final = frozenset({"KeySpec", "CustomerMasterKeySpec", "KeyPairSpec", "WrappingKeySpec"})


class KmsSpeaker:
    """Reads requests for KMS, has them done, and writes what comes of it."""

    internal: Final = "KMSInternalException"

    def __init__(self, kms: KeyManagementService) -> None:
        self._kms = kms
        self.reading = Reading("kms", _check_media_type, _read)

    def suited(self, request: WireRequest) -> KmsSpeaker:  # noqa: ARG002 - there is one format
        """Give this one."""
        return self

    def is_slow(self, asked: Asked) -> bool:
        """Tell whether it writes, which others write at the same time and a disk may make durable, or uses RSA."""
        if OPERATIONS[asked.operation].writes:
            return True
        return _names_rsa(asked, _ALGORITHMS) or self.makes_rsa(asked)

    def makes_rsa(self, asked: Asked) -> bool:
        """Tell whether it makes a key of RSA."""
        return _names_rsa(asked, _SPECS)

    def do(self, caller: Caller, identity: Identity, asked: Asked, request_id: str) -> Reply:
        """Do an operation."""
        del identity  # a caller says enough
        found = codec(asked.operation)
        response = self._kms.call(caller, asked.operation, asked.params, request_id=request_id)
        return Reply(200, CONTENT_TYPE, found.encode(response) if found is not None else b"")

    def refuse(self, code: str, message: str, status: int | None, request_id: str) -> Reply:
        """Write an error."""
        del request_id  # a header tells it
        if status == _NOT_FOUND:  # what speaks another protocol is told in XML
            return Reply(_NOT_FOUND, "text/xml", f"<{code}/>".encode(), code, message)
        return Reply(status or status_of(code), CONTENT_TYPE, encode_error(code, message), code, message)


def _names_rsa(asked: Asked, members: frozenset[str]) -> bool:
    params = asked.params
    if members.isdisjoint(params):
        return False
    return any(isinstance(name := params.get(member), str) and name.startswith("RSA") for member in members)


def _check_media_type(request: WireRequest) -> None:
    media_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if media_type != CONTENT_TYPE or request.method != "POST":
        raise WireError(_UNKNOWN, status=_NOT_FOUND)


def _read(request: WireRequest) -> Asked:
    value = parse(request.body)
    target = request.header(b"x-amz-target") or ""
    found = codec(target.removeprefix(TARGET)) if target.startswith(TARGET) else None
    if found is None:
        raise WireError(_UNKNOWN)
    if not isinstance(value, dict):
        words = "Start of list found where not expected" if isinstance(value, list) else "Expected null"
        raise WireError(_MALFORMED, words)
    return Asked(target.removeprefix(TARGET), found.decode(value))
