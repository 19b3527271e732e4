"""How each service says that it does not know who is calling: one thing, two dialects (KMS 28, KMS 29)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from policyeval.server.wire import WireError

__all__ = ["DIALECTS", "Dialect", "Refusal", "unavailable"]


def unavailable() -> WireError:
    """Make the error for what was not begun when the server stopped: clients try it again, and AWS has it too."""
    return WireError("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503)


class Refusal(NamedTuple):
    """An error code and its status; called with the words, it makes the error."""

    code: str
    status: int

    def __call__(self, message: str, hint: str | None = None) -> WireError:
        """Make the error, to be raised."""
        return WireError(self.code, message, self.status, hint)


class Dialect(NamedTuple):
    """What a service calls the faults of a signature, and how far a client's clock may be off.

    Attributes:
        unsigned: there is no signature.
        incomplete: it is not in the form that it should have.
        wrong: it is not good: its time, its scope, what it covers, its value.
        unknown: nobody has that access key, or the token is not the key's.
        expired: the session has ended.
        skew: how old a signature may be, and how far in the future. What a presigned request says of its own
            life (`X-Amz-Expires`) is S3's alone: STS takes such requests for 15 minutes whatever they say.

    """

    unsigned: Refusal
    incomplete: Refusal
    wrong: Refusal
    unknown: Refusal
    expired: Refusal
    skew: timedelta

    def not_known(self, hint: str) -> WireError:
        """Say that nobody has such credentials, or not any more."""
        return self.unknown("The security token included in the request is invalid.", hint)


DIALECTS: Final[Mapping[str, Dialect]] = {
    "kms": Dialect(
        unsigned=Refusal("MissingAuthenticationTokenException", 400),
        incomplete=Refusal("IncompleteSignatureException", 400),
        wrong=Refusal("InvalidSignatureException", 400),
        unknown=Refusal("UnrecognizedClientException", 400),
        expired=Refusal("ExpiredTokenException", 400),
        skew=timedelta(minutes=5),
    ),
    "sts": Dialect(
        unsigned=Refusal("MissingAuthenticationToken", 403),
        incomplete=Refusal("IncompleteSignature", 400),
        wrong=Refusal("SignatureDoesNotMatch", 403),
        unknown=Refusal("InvalidClientTokenId", 403),
        expired=Refusal("ExpiredToken", 403),
        skew=timedelta(minutes=15),
    ),
}
