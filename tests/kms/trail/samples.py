"""Events to record: a fixed one to vary, and any at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from policyeval.kms.records import Key
from policyeval.kms.trail.chain import Chain, Head, Link
from policyeval.kms.trail.encode import Encoder
from policyeval.kms.trail.event import INTERNAL, Decided, Event, Who
from policyeval.kms.trail.shown import ACTS, SHOWN
from policyeval.model.decision import Layer, StatementRef

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:111122223333:key/{KEY_ID}"
MATERIAL = "0123456789abcdef" * 4
SECRET = b"a trail key of 32 bytes, no more"

KEY = Key(ARN, "111122223333", "us-east-1", KEY_ID, NOON, "{}", material_id=MATERIAL)
APP = Who(
    "arn:aws:sts::444455556666:assumed-role/app/s1",
    "444455556666",
    unique_id="AROAEXAMPLE",
    issuer="arn:aws:iam::444455556666:role/svc/app",
    source_ip="192.0.2.7",
    user_agent="aws-cli/2.30",
)
STATEMENT = StatementRef(Layer.RESOURCE, "key policy", "AccountB", 1)
ALLOWED = Decided("kms:Encrypt", ARN, "allow", "allowed", Layer.RESOURCE, None, (STATEMENT,))
DENIED = Decided("kms:Encrypt", ARN, "deny", "implicit_deny", None, "K3")


def event(operation: str = "Encrypt", number: int = 1, **facts: Any) -> Event:
    """Make an event: an Encrypt that was allowed, but for what is said."""
    usual = Event(
        NOON + timedelta(seconds=number),
        f"00000000-0000-0000-0000-{number:012}",
        f"11111111-0000-0000-0000-{number:012}",
        operation,
        "us-east-1",
        APP,
        {"KeyId": ARN, "EncryptionContext": {"tenant": "blue"}},
        None,
        (KEY,),
        (ALLOWED,),
    )
    return usual._replace(**facts)


def written(event: Event) -> dict[str, Any]:
    """Write a record and read it back."""
    record: dict[str, Any] = json.loads(Encoder().encode(event) + "}")
    return record


def lines_of(events: list[Event], key: bytes | None = SECRET) -> tuple[list[bytes], Head]:
    """Write a chain; give its lines and its head."""
    chain, encoder, lines = Chain(Link.keyed_by(key)), Encoder(), []
    for each in events:
        line, digest = chain.line(encoder.encode(each))
        chain.advance(digest)
        lines.append(line)
    return lines, chain.head


def _key(number: int, spec: str, material: str | None) -> Key:
    # What never changes of a key follows from its number.
    arn = f"arn:aws:kms:us-east-1:111122223333:key/{number}-{spec}"
    return Key(arn, "111122223333", "us-east-1", str(number), NOON, "{}", spec=spec, material_id=material)


TEXTS = st.text(max_size=12)
_NAMES = st.sampled_from(
    ["EncryptionContextSubset", "EncryptionContextEquals", "TagKey", "TagValue", "KeyId", "Arn", "MultiRegion"]
)
_SCALARS = TEXTS | st.booleans() | st.integers(-(10**9), 10**9) | st.binary(max_size=6) | st.floats() | st.none()
_TIMES = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC) | st.timezones())  # noqa: DTZ001
_VALUES = st.recursive(
    _SCALARS | _TIMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | _NAMES, inner, max_size=3),
    max_leaves=6,
)
_KEYS = st.builds(
    _key,
    st.integers(1, 3),
    st.sampled_from(["SYMMETRIC_DEFAULT", "RSA_2048", "HMAC_256"]),
    st.none() | st.just(MATERIAL) | TEXTS,
)
_PRINCIPALS = st.sampled_from(
    [
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::444455556666:user/path/alice",
        "arn:aws:iam::444455556666:role/svc/app",
        "arn:aws:sts::444455556666:assumed-role/app/s1",
        "arn:aws:sts::444455556666:federated-user/bob",
        "arn:aws:iam::444455556666:saml-provider/p",
        "s3.amazonaws.com",
        "anonymous",
        INTERNAL,
    ]
)
_MAYBE = st.none() | TEXTS


def _who(principal: str, *rest: str | None) -> Who:
    account = "444455556666" if principal.startswith("arn:") else ""
    names = ("unique_id", "issuer", "access_key", "source_ip", "user_agent", "via_service", "vpc_endpoint")
    return Who(principal, account, **dict(zip(names, rest, strict=True)))  # type: ignore[arg-type]


_WHO = st.builds(_who, _PRINCIPALS, *[_MAYBE] * 7) | st.just(APP)
_DECIDED = st.sampled_from([ALLOWED, DENIED]) | st.builds(
    Decided, TEXTS, TEXTS, st.just("deny"), st.just("explicit_deny"), st.just(Layer.SCP), _MAYBE, st.just((STATEMENT,))
)


def _members(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    row = SHOWN.get(operation)
    known = [*row.request, *row.response, *row.extra] if row is not None else [*ACTS.get(operation, ())]
    names = st.sampled_from(known) | TEXTS if known else TEXTS
    return st.dictionaries(names, _VALUES | st.dictionaries(TEXTS, TEXTS, max_size=3), max_size=5)


@st.composite
def events(draw: Callable[..., Any]) -> Event:
    """Any event, even one whose parameters the API would refuse."""
    operation = draw(st.sampled_from([*SHOWN, *ACTS]) | TEXTS)
    return Event(
        draw(_TIMES),
        draw(TEXTS),
        draw(TEXTS),
        operation,
        draw(TEXTS),
        draw(_WHO),
        draw(_members(operation)),
        draw(st.none() | _members(operation)),
        tuple(draw(st.lists(_KEYS, max_size=2))),
        tuple(draw(st.lists(_DECIDED, max_size=2))),
        draw(_MAYBE),
        draw(TEXTS),
    )
