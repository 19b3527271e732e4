"""Pages of other sites: what a browser asks before it lets them call a service, and what AWS tells every browser.

Any page may call, because no page gets anything by it: a browser has no credentials of its own to add, and what is not
signed is refused.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from policyeval.server.wire import WireRequest

__all__ = ["Headers", "is_preflight", "preflight", "shared"]

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

_SHARED: Final[Headers] = (
    (b"Access-Control-Allow-Origin", b"*"),
    (b"Access-Control-Expose-Headers", b"x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"),
)
_MAX_AGE: Final = (b"Access-Control-Max-Age", b"172800")


def is_preflight(request: WireRequest) -> bool:
    """Tell whether a browser asks if a page may send a request. It cannot sign the question."""
    return request.method == "OPTIONS" and request.folded.keys() >= {b"origin", b"access-control-request-method"}


def preflight(request: WireRequest) -> Headers:
    """Allow what a browser asks for."""
    asked = request.folded
    wanted = asked.get(b"access-control-request-headers")
    return (
        *(() if wanted is None else ((b"Access-Control-Allow-Headers", wanted),)),
        (b"Access-Control-Allow-Methods", asked[b"access-control-request-method"]),
        _MAX_AGE,
    )


def shared(request: WireRequest) -> Headers:
    """Let a page of another site read the response; nothing where no page asks."""
    return _SHARED if b"origin" in request.folded else ()
