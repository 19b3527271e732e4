"""Listings in pages, and their markers (KMS 14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from policyeval.kms.call import Call, Response
from policyeval.kms.records import Key

T = TypeVar("T")


def page(  # noqa: PLR0913 - what a listing is
    call: Call,
    *,
    member: str,
    default: int,
    fetch: Callable[[str, int], Sequence[T]],
    order: Callable[[T], str],
    show: Callable[[T], object],
    of: str = "",
) -> Response:
    """Give one page of a listing.

    Args:
        call: the call, with `Limit` and `Marker`.
        member: the response's member that holds the items.
        default: how many items there are without a Limit.
        fetch: gives up to so many items after a place.
        order: gives an item's place.
        show: gives an item as the API does.
        of: what is listed, a key's ARN for one: a marker is good for its own listing only.

    Raises:
        KmsError: `InvalidMarkerException`.

    """
    listing = f"{call.operation} {call.caller.account} {call.region} {of}"
    limit = call.params.get("Limit", default)
    after = call.core.tokens.after(listing, call.params.get("Marker"))
    items = fetch(after, limit + 1)
    shown, more = items[:limit], len(items) > limit
    response: Response = {member: [show(item) for item in shown], "Truncated": more}
    if more:
        response["NextMarker"] = call.core.tokens.marker(listing, order(shown[-1]))
    return response


def at_hand(items: Sequence[T], order: Callable[[T], str]) -> Callable[[str, int], Sequence[T]]:
    """Fetch from items that are at hand, in their order."""
    return lambda after, limit: [item for item in items if order(item) > after][:limit]


def without_ended(call: Call, fetch: Callable[[], Sequence[T]], key_of: Callable[[T], Key | None]) -> Sequence[T]:
    """Fetch a page that has nothing of keys whose end has come; they are settled first."""
    while True:
        items = fetch()
        keys = [key_of(item) for item in items]
        if all(key is None or call.settled(key) is not None for key in keys):
            return items
