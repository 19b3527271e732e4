"""Who signed a request: Signature Version 4, verified in AWS's order and refused in AWS's words (KMS 28)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Final, NamedTuple

from policyeval.kms.crypto.prf import PrfKey
from policyeval.kms.sts.identity import Credentials, Identity
from policyeval.model.keeping import keep
from policyeval.server.canonical import (
    ALGORITHM,
    TERMINATOR,
    Scope,
    canonical_request,
    sign,
    signer,
    string_to_sign,
)
from policyeval.server.claims import TOKEN_HEADER, Claim, read_claim, read_time
from policyeval.server.refusals import DIALECTS, Dialect
from policyeval.server.wire import WireRequest

__all__ = ["Signed", "SigningKeys", "verify"]

_EXPIRED: Final = "The security token included in the request is expired"
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)
_NOT_SIGNED: Final = "'{}' must be a 'SignedHeader' in the AWS Authorization."
_NOT_FIVE: Final = (
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{}'"
)
_CREDENTIAL_PARTS: Final = 5


class Signed(NamedTuple):
    """A request's signature that is good.

    Attributes:
        identity: whose key it is.
        region: the Region that it was signed for.
        signed_at: when, by the client's clock.

    """

    identity: Identity
    region: str
    signed_at: datetime


class SigningKeys:
    """Signing keys that have verified a signature: deriving one takes nearly as long as everything else.

    Only keys are kept, never answers, and only after a good signature: nobody without a secret can fill it. Safe to
    use from several threads.

    Args:
        most: how many to keep; when there are more, it starts again.

    """

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._keys: dict[tuple[str, Scope], PrfKey] = {}

    def __repr__(self) -> str:
        """Name it; it holds secrets."""
        return f"SigningKeys(most={self._most})"

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, secret: str, scope: Scope) -> PrfKey | None:
        """Give a key that was kept."""
        return self._keys.get((secret, scope))

    def keep(self, secret: str, scope: Scope, key: PrfKey) -> None:
        """Keep a key that has verified a signature."""
        keep(self._keys, (secret, scope), key, self._most)


def verify(  # noqa: PLR0913 - the request, and what it is held against, by name
    request: WireRequest,
    *,
    service: str,
    regions: Container[str],
    credentials: Credentials,
    now: datetime,
    keys: SigningKeys,
) -> Signed:
    """Verify a request's signature: every check of AWS's, in AWS's order.

    Args:
        request: as it was sent.
        service: `kms` or `sts`: what the signature must be for, and whose error codes are used.
        regions: the Regions that this endpoint answers for.
        credentials: who knows access keys.
        now: the time, aware.
        keys: signing keys in use.

    Raises:
        WireError: refused.

    """
    dialect = DIALECTS[service]
    headers = request.folded
    claim = read_claim(request, headers, dialect)
    signed_at = _check_time(claim.date, now, dialect)
    signed_headers = _check_headers(claim.signed_headers, headers, dialect)
    access_key, scope = _check_scope(claim, service, regions, dialect)
    identity = credentials.find(access_key, claim.token)
    if identity is None:
        # That a key is not known is said, as AWS does: ids are no secrets, and so there is nothing that the time
        # of this answer could give away.
        raise dialect.not_known(_why_unknown(access_key, claim.token))
    _check_signature(request, headers, signed_headers, claim, scope, identity.secret, keys, dialect)
    if identity.expires is not None and now >= identity.expires:
        raise dialect.expired(_EXPIRED)
    return Signed(identity, scope.region, signed_at)


def _why_unknown(access_key: str, token: str | None) -> str:
    if token is not None:
        return (
            f"the session token is not that of `{access_key}`, was issued under another root key, or for who is not "
            "there any more: a user or role with another unique id is another one"
        )
    if access_key.startswith("ASIA"):
        return f"`{access_key}` is a temporary access key, and came without its session token"
    return f"nobody has the access key `{access_key}`"


def _check_time(date: str, now: datetime, dialect: Dialect) -> datetime:
    signed_at = read_time(date)
    if signed_at is None:
        message = f"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        raise dialect.incomplete(message)
    skew = dialect.skew
    if abs(now - signed_at) > skew:
        raise dialect.wrong(_in_another_time(date, now, skew, late=now > signed_at))
    return signed_at


def _in_another_time(date: str, now: datetime, skew: timedelta, *, late: bool) -> str:
    minutes = skew // timedelta(minutes=1)
    if late:
        return f"Signature expired: {date} is now earlier than {_basic(now - skew)} ({_basic(now)} - {minutes} min.)"
    latest = _basic(now + skew)
    return f"Signature not yet current: {date} is still later than {latest} ({_basic(now)} + {minutes} min.)"


def _basic(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _check_headers(listed: str, headers: Mapping[bytes, bytes], dialect: Dialect) -> Sequence[bytes]:
    """Check that what must be signed is signed; give the names of the signed headers, sorted.

    The Host header, so that a request is good for one endpoint; and every x-amz-… header that there is, because
    these say what to do. The session token may be added after signing, as AWS's guide allows some services: it
    belongs to one key, and is looked at together with that.
    """
    signed = set(listed.encode("latin-1").lower().split(b";"))
    if b"host" not in signed:
        raise dialect.wrong(_NOT_SIGNED.format("Host"))
    for name in sorted(headers.keys() - signed):
        if name.startswith(b"x-amz-") and name != TOKEN_HEADER:
            raise dialect.wrong(_NOT_SIGNED.format(name.decode("latin-1").title()))
    if not headers.keys() >= signed:
        raise dialect.wrong(_MISMATCH)
    return sorted(signed)


def _check_scope(claim: Claim, service: str, regions: Container[str], dialect: Dialect) -> tuple[str, Scope]:
    """Give the access key and the scope; every fault of the scope is told at once."""
    if claim.algorithm != ALGORITHM:
        message = f"Unsupported AWS 'algorithm': '{claim.algorithm}' (only {ALGORITHM} for now)."
        raise dialect.incomplete(message)
    parts = claim.credential.rstrip("/").split("/")
    if len(parts) != _CREDENTIAL_PARTS:
        raise dialect.incomplete(_NOT_FIVE.format(claim.credential))
    access_key, date, region, named, terminator = parts
    faults = []
    if region not in regions:
        faults.append(f"Credential should be scoped to a valid region, not '{region}'.")
    if named != service:
        faults.append(f"Credential should be scoped to correct service: '{service}'.")
    if terminator != TERMINATOR:
        faults.append(f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'.")
    if date != claim.date[:8]:
        faults.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
            f" '{date}' != '{claim.date[:8]}', from '{claim.date}'."
        )
    if faults:
        raise dialect.wrong(" ".join(faults))
    return access_key, Scope(date, region, service)


def _check_signature(  # noqa: PLR0913, PLR0917 - all that goes into it
    request: WireRequest,
    headers: Mapping[bytes, bytes],
    signed_headers: Sequence[bytes],
    claim: Claim,
    scope: Scope,
    secret: str,
    keys: SigningKeys,
    dialect: Dialect,
) -> None:
    kept = keys.find(secret, scope)
    key = signer(secret, scope) if kept is None else kept
    canonical = canonical_request(request, headers, signed_headers, presigned=claim.presigned)
    expected = sign(key, string_to_sign(claim.date, scope, canonical))
    # Bytes, because texts are compared in constant time only where they are ASCII.
    if not compare_digest(expected.encode("ascii"), claim.signature.encode("latin-1")):
        access_key = claim.credential.partition("/")[0]
        hint = f"the secret of `{access_key}` is another, or what was signed was changed on the way (Host, path, body)"
        raise dialect.wrong(_MISMATCH, hint)
    if kept is None:
        keys.keep(secret, scope, key)
