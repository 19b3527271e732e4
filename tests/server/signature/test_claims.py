"""What is read of a claim: a header is read by the rule alone, and nothing is kept of what strangers send."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.server.claims import Claim, read_claim
from policyeval.server.refusals import DIALECTS
from policyeval.server.wire import WireError, WireRequest
from tests.server.signature.signing import check

ALGORITHM = "AWS4-HMAC-SHA256"
CREDENTIAL = "AKIAIOSFODNN7EXAMPLE/20260517/us-east-1/kms/aws4_request"
USUAL = f"{ALGORITHM} Credential={CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=0123abcd"
NAMES = ("Credential", "SignedHeaders", "Signature")
# What parts it, and what looks as if it did.
PIECES = (
    *(f"{name}=" for name in NAMES), ", ", ",", "=", " ", "\t", ";", "/", "a", "X", ALGORITHM,
    "\x0b", "\x1c", "\x85", "\xa0", "\xaa", "\xb2", "\xe9",
)  # fmt: skip


def asked(authorization: str, date: str = "20260517T093000Z") -> WireRequest:
    headers = ((b"host", b"h"), (b"x-amz-date", date.encode()), (b"authorization", authorization.encode("latin-1")))
    return WireRequest("POST", b"/", b"", headers, b"{}")


def read(authorization: str) -> Claim | None:
    request = asked(authorization)
    try:
        return read_claim(request, request.folded, DIALECTS["kms"])
    except WireError:
        return None


def plainly_read(authorization: str) -> Claim | None:
    """Read a header by the rule alone: pairs, each name once, between commas and spaces in whatever order."""
    algorithm, _, rest = authorization.encode("latin-1").strip().decode("latin-1").partition(" ")
    pairs = [pair.partition("=") for pair in rest.replace(",", " ").split()]
    parts = {name: value for name, _, value in pairs}
    if not algorithm.startswith("AWS4-") or len(parts) < len(pairs) or not all(equal for _, equal, _ in pairs):
        return None
    if not parts.keys() >= set(NAMES):
        return None
    return Claim(
        algorithm, parts["Credential"], parts["SignedHeaders"], parts["Signature"], "20260517T093000Z", token=None
    )


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The usual header, with pieces of it and others put in, taken out, and put elsewhere."""
    text = USUAL
    for _ in range(draw(st.integers(0, 4))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        piece = draw(st.sampled_from((*PIECES, text[start:end])))
        place = draw(st.integers(0, len(text)))
        if draw(st.booleans()):
            text = text[:start] + text[min(end, start + 15) :]
        else:
            text = text[:place] + piece + text[place:]
    return text


@settings(max_examples=1_000)
@given(mutated())
def test_a_header_is_read_by_the_rule_alone(authorization: str) -> None:
    assert read(authorization) == plainly_read(authorization)


def _with_names(number: int) -> WireRequest:
    names = ";".join(f"{number:x}{name:x}" for name in range(10_000))
    return asked(USUAL.replace("host;", f"host;{names};"))


def _with_a_credential(number: int) -> WireRequest:
    return asked(USUAL.replace("AKIA", f"AKIA{number}" + "A" * 60_000))


def _with_a_time(number: int) -> WireRequest:
    return asked(USUAL, f"{number}" + "0" * 60_000)


STRANGERS: dict[str, Callable[[int], WireRequest]] = {
    "who lists thousands of signed headers": _with_names,
    "whose access key never ends": _with_a_credential,
    "whose time never ends": _with_a_time,
}


@pytest.mark.parametrize("sent", STRANGERS.values(), ids=STRANGERS)
def test_nothing_is_kept_of(sent: Callable[[int], WireRequest]) -> None:
    tracemalloc.start()
    try:
        for number in range(10):
            with suppress(WireError):
                check(sent(number))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000
