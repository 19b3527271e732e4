"""One request from its bytes to its answer: read, believed, done and answered, whatever goes wrong on the way."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, NoReturn, Protocol

from policyeval.authorizer import Decision
from policyeval.catalog.regions import regions
from policyeval.errors import PolicyEvalError, UnknownEntityError
from policyeval.kms.caller import Caller
from policyeval.kms.errors import KmsError
from policyeval.kms.sts.identity import Credentials, Identity
from policyeval.kms.trail.event import LONGEST_AGENT
from policyeval.model.keeping import keep
from policyeval.server.cross_origin import Headers, is_preflight, preflight
from policyeval.server.front_door import MOST_BODY, Asked, FrontDoor, Reading, too_large
from policyeval.server.query_protocol import FORM
from policyeval.server.refusals import DIALECTS
from policyeval.server.signature import Signed
from policyeval.server.wire import WireError, WireRequest

__all__ = ["Endpoint", "Exchange", "Peer", "Reply", "Speaker"]

_CALLERS: Final = 10_000


class Peer(NamedTuple):
    """The other end of a connection: its address, and whether what it sends is encrypted on the way."""

    address: str | None
    secure: bool


class Reply(NamedTuple):
    """An HTTP response, but for what the server adds by itself. Without a content type it has no such header.

    `code` and `message` say why it is a refusal, and are empty when it is none. The rest is for the journal, and
    the client learns nothing of it: `fault` is what went wrong with the server itself, `decision` what the authorizer
    said that refused, `hint` what else is known of a refusal.
    """

    status: int
    content_type: str
    body: bytes
    code: str = ""
    message: str = ""
    fault: str | None = None
    decision: Decision | None = None
    hint: str | None = None
    headers: Headers = ()


class Speaker(Protocol):
    """A service as its protocol speaks it."""

    @property
    def reading(self) -> Reading:
        """The protocol's own part of the front door."""
        ...

    @property
    def internal(self) -> str:
        """The code for what is the server's own fault."""
        ...

    def suited(self, request: WireRequest) -> Speaker:
        """Give the one that answers as a request wants to be answered."""
        ...

    def is_slow(self, asked: Asked) -> bool:
        """Tell whether it takes so long that others should not wait for it."""
        ...

    def makes_rsa(self, asked: Asked) -> bool:
        """Tell whether it makes an RSA key, for which not even other slow requests should wait."""
        ...

    def do(self, caller: Caller, identity: Identity, asked: Asked, request_id: str) -> Reply:
        """Do it and write the answer. Raises `KmsError` when it was refused."""
        ...

    def refuse(self, code: str, message: str, status: int | None, request_id: str) -> Reply:
        """Write a refusal; its status follows from the code where it is None."""
        ...


class Exchange:
    """A request that was let in, or refused at the door.

    Attributes:
        request_id: what the client and the trail are told.
        service: `kms` or `sts`.
        peer: where it comes from.
        operation, caller: what is asked and by whom; "" and None as long as nobody believes it.
        is_slow: whether others should not wait for `run`.
        makes_rsa: whether not even other slow requests should wait for it.

    """

    __slots__ = ("_speaker", "_work", "caller", "is_slow", "makes_rsa", "operation", "peer", "request_id")

    def __init__(self, speaker: Speaker, request_id: str, peer: Peer) -> None:
        self._speaker = speaker
        self._work: Callable[[], Reply]
        self.request_id = request_id
        self.peer = peer
        self.operation = ""
        self.caller: Caller | None = None
        self.is_slow = self.makes_rsa = False

    @property
    def service(self) -> str:
        """Which service is asked."""
        return self._speaker.reading.service

    def admit(self, asked: Asked, identity: Identity, caller: Caller) -> None:
        """Let it in: `run` will do it."""
        self.operation, self.caller = asked.operation, caller
        self._work = partial(self._speaker.do, caller, identity, asked, self.request_id)

    def admit_to_wait(self, asked: Asked, caller: Caller, who: Callable[[], tuple[Caller, Identity]]) -> None:
        """Let it in to wait for its turn: then `run` will ask once more who sent it, and do it."""
        self.operation, self.caller, self.is_slow = asked.operation, caller, True
        self.makes_rsa = self._speaker.makes_rsa(asked)
        self._work = lambda: self._speaker.do(*who(), asked, self.request_id)

    def answer(self, reply: Reply) -> None:
        """Answer it at the door: `run` will give this."""
        self._work = lambda: reply

    def refuse(self, error: Exception) -> None:
        """Refuse it at the door: `run` will say so."""
        self._work = partial(_raise, error)

    def run(self) -> Reply:
        """Give the answer, in whatever thread; nothing is raised."""
        refuse = self._speaker.refuse
        try:
            return self._work()
        except WireError as error:
            return self._refused(error)
        except KmsError as error:
            return refuse(error.code, error.message, None, self.request_id)._replace(decision=error.decision)
        except UnknownEntityError as error:  # it was let in, and a description that came since has nobody of that name
            return self._refused(DIALECTS[self.service].not_known(error.diagnostics[0].message))
        except PolicyEvalError as error:
            fault = str(error)
        except Exception:  # noqa: BLE001 - the client gets an answer, and whoever runs the server the traceback
            fault = traceback.format_exc()
        return refuse(self._speaker.internal, "", None, self.request_id)._replace(fault=fault)

    def _refused(self, error: WireError) -> Reply:
        reply = self._speaker.refuse(error.code, error.message, error.status, self.request_id)
        return reply._replace(hint=error.hint)


class Endpoint:
    """Answers requests for KMS and for STS.

    Args:
        kms, sts: how each of them is spoken.
        credentials: who knows access keys.
        ids: gives request ids.
        clock: gives the time, aware.
        most_body: how many bytes a body may have.

    Attributes:
        most_body: the same, for who receives one in pieces.

    """

    def __init__(  # noqa: PLR0913 - all by name
        self,
        *,
        kms: Speaker,
        sts: Speaker,
        credentials: Credentials,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
        most_body: int = MOST_BODY,
    ) -> None:
        self._kms = kms
        self._sts = sts
        self._ids = ids
        self._clock = clock
        self._credentials = credentials
        self._door = FrontDoor(credentials, frozenset().union(*regions().values()), most_body=most_body)
        self.most_body = most_body
        self._callers: dict[tuple[int, Peer, str, str | None], tuple[Identity, Caller]] = {}

    def begin(self, request: WireRequest, peer: Peer) -> Exchange:
        """Read a request and see who sent it."""
        speaker = self._speaker(request).suited(request)
        exchange = Exchange(speaker, self._ids(), peer)
        if is_preflight(request):
            exchange.answer(Reply(200, "", b"", headers=preflight(request)))
            return exchange
        try:
            asked, signed = self._door.admit(request, speaker.reading, self._clock())
            caller = self._caller(signed, peer, request.header(b"user-agent"), speaker)
        except Exception as error:  # noqa: BLE001 - `run` tells which kind it is
            exchange.refuse(error)
        else:
            if speaker.is_slow(asked):
                exchange.admit_to_wait(asked, caller, partial(self._again, request, signed, peer, speaker))
            else:
                exchange.admit(asked, signed.identity, caller)
        return exchange

    def refuse_size(self, request: WireRequest, peer: Peer) -> Exchange:
        """Refuse a request of which the head alone is known, because its body is too large."""
        exchange = Exchange(self._speaker(request).suited(request), self._ids(), peer)
        exchange.refuse(too_large())
        return exchange

    def _speaker(self, request: WireRequest) -> Speaker:
        """Tell which service is meant: the protocols tell it, and where neither is spoken the signature's scope."""
        if request.header(b"x-amz-target") is not None:
            return self._kms
        if b"Action=" in request.query or (request.header(b"content-type") or "").lower().startswith(FORM):
            return self._sts
        return self._sts if "/sts/aws4_request" in (request.header(b"authorization") or "") else self._kms

    def _again(self, request: WireRequest, signed: Signed, peer: Peer, speaker: Speaker) -> tuple[Caller, Identity]:
        """Tell who sent a request that had to wait: meanwhile a role may be another one, of the same name (S12)."""
        known = signed.identity
        found = self._credentials.find(known.access_key_id, known.token)
        if found is None or (found.principal, found.secret) != (known.principal, known.secret):
            hint = f"`{known.access_key_id}` was taken away while the request waited for its turn"
            raise DIALECTS[speaker.reading.service].not_known(hint)
        return self._caller(signed._replace(identity=found), peer, request.header(b"user-agent"), speaker), found

    def _caller(self, signed: Signed, peer: Peer, user_agent: str | None, speaker: Speaker) -> Caller:
        """Give the same caller again for who calls from the same place in the same way.

        What follows from a caller is worked out once, and the trail writes it once.
        """
        identity, region = signed.identity, signed.region
        key = (id(identity), peer, region, user_agent)
        known = self._callers.get(key)
        if known is not None and known[0] is identity:
            return known[1]
        caller = identity.caller(
            region=region,
            source_ip=peer.address,
            user_agent=user_agent,
            context={"aws:SecureTransport": "true" if peer.secure else "false"},  # as it is compared
        )
        if region not in regions().get(caller.partition, ()):  # partitions know nothing of each other's keys
            hint = f"access keys of the partition `{caller.partition}` are not known in {region}"
            raise DIALECTS[speaker.reading.service].not_known(hint)
        if user_agent is None or len(user_agent) <= LONGEST_AGENT:
            keep(self._callers, key, (identity, caller), _CALLERS)
        return caller


def _raise(error: Exception) -> NoReturn:
    raise error
