"""What botocore signs is accepted, and after any one change it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from string import ascii_letters, digits, printable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.server.wire import WireError, WireRequest
from tests.server.signature.signing import NOW, SESSION, USER, Unsigned, check, signed

Change = Callable[[WireRequest], WireRequest]

# botocore leaves these to itself, or out.
RESERVED = {"authorization", "date", "expect", "host", "transfer-encoding", "user-agent"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PATHS = st.text([*"/.%", *sorted(set(printable) - set("?#\t\n\r\x0b\x0c"))], max_size=20).map("/{}".format)
QUERIES = st.dictionaries(TEXT.map("q{}".format), st.lists(TEXT, min_size=1, max_size=3), max_size=4)
NAMES = st.text([*ascii_letters, *digits, *"-_"], min_size=1, max_size=12).filter(
    lambda name: name.lower() not in RESERVED and not name.lower().startswith("x-amz")
)
VALUES = st.text(sorted(set(printable) - set("\n\r\x0b\x0c")), max_size=20)


@st.composite
def unsigned(draw: st.DrawFn, *, presign: bool = False) -> Unsigned:
    query = [(name, value) for name, values in draw(QUERIES).items() for value in values[: 1 if presign else None]]
    return Unsigned(
        method=draw(st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"])),
        path=draw(PATHS),
        query="&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query),
        headers=draw(st.lists(st.tuples(NAMES, VALUES), max_size=4)),
        body=b"" if presign else draw(st.binary(max_size=64)),
    )


IDENTITIES = st.sampled_from([USER, SESSION])
SCOPES = st.fixed_dictionaries(
    {"service": st.sampled_from(["kms", "sts"]), "region": st.sampled_from(["us-east-1", "eu-central-1"])}
)


@given(asked=unsigned(), identity=IDENTITIES, scope=SCOPES, seconds=st.integers(-300, 300))
def test_every_request_is_accepted(asked: Unsigned, identity: Any, scope: Mapping[str, str], seconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    found = check(signed(asked, identity, at=at, **scope), service=scope["service"])
    assert found == (identity, scope["region"], at)


@given(asked=unsigned(presign=True), identity=IDENTITIES, scope=SCOPES)
def test_every_url_is_accepted(asked: Unsigned, identity: Any, scope: Mapping[str, str]) -> None:
    found = check(signed(asked, identity, presign=True, **scope), service=scope["service"])
    assert found == (identity, scope["region"], NOW)


def header(name: bytes, change: Callable[[bytes], bytes]) -> Change:
    def changed(request: WireRequest) -> WireRequest:
        assert request.header(name) is not None
        headers = tuple((known, change(value) if known == name else value) for known, value in request.headers)
        return request._replace(headers=headers)

    return changed


def authorization(old: bytes, new: bytes) -> Change:
    return header(b"authorization", lambda value: value.replace(old, new))


def another_digit(text: bytes) -> bytes:
    return text[:-1] + (b"0" if text[-1:] != b"0" else b"1")


CHANGES: dict[str, Change] = {
    "another byte in the body": lambda request: request._replace(body=bytes([request.body[0] ^ 1]) + request.body[1:]),
    "a byte more in the body": lambda request: request._replace(body=request.body + b" "),
    "no body": lambda request: request._replace(body=b""),
    "another method": lambda request: request._replace(method="PUT" if request.method != "PUT" else "POST"),
    "the method in small letters": lambda request: request._replace(method=request.method.lower()),
    "another path": lambda request: request._replace(path=request.path + b"x"),
    "another path at its start": lambda request: request._replace(path=b"/x" + request.path),
    "a parameter more": lambda request: request._replace(query=request.query + b"&x=1"),
    "another value of a parameter": lambda request: request._replace(query=request.query.replace(b"tail=1", b"tail=2")),
    "another name of a parameter": lambda request: request._replace(query=request.query.replace(b"tail=1", b"Tail=1")),
    "another host": header(b"host", lambda value: value + b".example.com"),
    "another value of a header": header(b"x-kept", lambda value: value + b"x"),
    "a space within a header": header(b"x-kept", lambda value: value[:1] + b" " + value[1:]),
    "a signed header once more": lambda request: request._replace(headers=(*request.headers, (b"x-kept", b"value"))),
    "a signed header less": lambda request: request._replace(headers=tuple(each for each in request.headers if each[0] != b"x-kept")),
    "a header of AWS's that is not signed": lambda request: request._replace(headers=(*request.headers, (b"x-amz-target", b"x"))),
    "a second later": header(b"x-amz-date", lambda value: value.replace(b"093000", b"093001")),
    "a day later": authorization(b"/20260517/", b"/20260518/"),
    "another Region": authorization(b"/us-east-1/", b"/eu-central-1/"),
    "another service": authorization(b"/kms/", b"/sts/"),
    "another terminator": authorization(b"/aws4_request", b"/aws4_requesu"),
    "another algorithm": authorization(b"AWS4-HMAC-SHA256", b"AWS4-HMAC-SHA512"),
    "another key": authorization(SESSION.access_key_id.encode(), USER.access_key_id.encode()),
    "another signature": header(b"authorization", another_digit),
    "the signature in capital letters": header(b"authorization", lambda value: value[:-64] + value[-64:].upper()),
    "a signature that is cut off": header(b"authorization", lambda value: value[:-1]),
    "one signed header less in the list": authorization(b";x-kept", b""),
    "one signed header more in the list": authorization(b"host;", b"host;user-agent;"),
    "one header more in the list, that is not there": authorization(b"host;", b"host;nowhere;"),
    "another token": header(b"x-amz-security-token", lambda value: value + b"A"),
    "no token": lambda request: request._replace(headers=tuple(each for each in request.headers if each[0] != b"x-amz-security-token")),
}  # fmt: skip

KEPT = ("X-Kept", "value")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@settings(max_examples=20)
@given(asked=unsigned())
def test_after_any_one_change_it_is_refused(change: Change, asked: Unsigned) -> None:
    tail = f"{asked.query}&tail=1".lstrip("&")
    request = signed(
        asked._replace(query=tail, headers=[*asked.headers, KEPT, ("User-Agent", "Boto3")], body=asked.body + b"."),
        SESSION,
    )
    changed = change(request)
    assert changed != request
    with pytest.raises(WireError):
        check(changed)


@given(asked=unsigned(presign=True), place=st.floats(0, 1, exclude_max=True))
def test_no_letter_of_a_url_can_be_another(asked: Unsigned, place: float) -> None:
    request = signed(asked, SESSION, presign=True)
    at = int(place * len(request.query))
    other = b"z" if request.query[at : at + 1] != b"z" else b"y"
    with pytest.raises(WireError):
        check(request._replace(query=request.query[:at] + other + request.query[at + 1 :]))


SAME: dict[str, Change] = {
    "headers in another order": lambda request: request._replace(headers=tuple(sorted(request.headers, key=lambda each: each[0]))),
    "parameters in another order": lambda request: request._replace(query=b"&".join(reversed(request.query.split(b"&")))),
    "more spaces around a header": header(b"x-kept", lambda value: b"  " + value + b" \t"),
    "a header that nobody signed": lambda request: request._replace(headers=(*request.headers, (b"via", b"a proxy"))),
    "an empty segment in the path": lambda request: request._replace(path=b"/" + request.path),
    "signed headers in another order": authorization(b"host;", b"x-kept;host;"),
    "signed headers in capital letters": authorization(b"host;", b"HOST;"),
    "commas and no spaces": authorization(b", ", b","),
    "a slash after the credential": authorization(b"/aws4_request", b"/aws4_request/"),
}  # fmt: skip


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
@settings(max_examples=20)
@given(asked=unsigned())
def test_what_says_the_same_is_accepted(change: Change, asked: Unsigned) -> None:
    assert check(change(signed(asked._replace(headers=[*asked.headers, KEPT]))))


def test_a_session_that_has_ended_is_told_so_and_only_to_who_can_sign() -> None:
    at = (SESSION.expires or NOW) - timedelta(seconds=1)
    request = signed(identity=SESSION, at=at)
    assert check(request, now=at)
    for now in (at + timedelta(seconds=1), at + timedelta(minutes=1)):
        with pytest.raises(
            WireError, match="ExpiredTokenException: The security token included in the request is expired"
        ):
            check(request, now=now)
    stranger = replace(SESSION, secret="another")  # noqa: S106 - of nobody
    with pytest.raises(WireError, match="InvalidSignatureException"):
        check(signed(identity=stranger, at=at), now=at + timedelta(seconds=1))
