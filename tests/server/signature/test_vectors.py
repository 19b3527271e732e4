"""Every vector of fixtures/vectors/sigv4.json comes out as it says, step by step, and botocore takes the same steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from policyeval.kms.sts.identity import Identity
from policyeval.server import canonical
from policyeval.server.wire import WireError, WireRequest
from tests.kms.crypto.keys import read
from tests.server.signature import make_vectors
from tests.server.signature.signing import Known, check

Case = dict[str, Any]
VECTORS = read("sigv4")
CASES: list[Case] = VECTORS["cases"]
GOOD = [case for case in CASES if "region" in case]
BAD = [case for case in CASES if "fails" in case]
KEYS = Known(*(Identity(key, row["secret"], f"arn:aws:iam::111122223333:user/{key}", token=row["token"]) for key, row in VECTORS["keys"].items()))  # fmt: skip


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def request_of(case: Case) -> WireRequest:
    headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in case["headers"])
    path, query = case["path"].encode("latin-1"), case["query"].encode("latin-1")
    return WireRequest(case["method"], path, query, headers, bytes.fromhex(case["body"]))


def key_of(case: Case) -> str:
    return next(key for key in VECTORS["keys"] if key in case["query"] + str(case["headers"]))


def verify(case: Case) -> Any:
    now, regions = datetime.fromisoformat(VECTORS["at"]), VECTORS["regions"]
    return check(request_of(case), service=case["service"], regions=regions, now=now, known=KEYS)


@named(GOOD)
def test_what_is_good_is_accepted(case: Case) -> None:
    signed = verify(case)
    assert (signed.region, signed.identity.access_key_id) == (case["region"], key_of(case))


@named(BAD)
def test_what_is_bad_is_refused(case: Case) -> None:
    with pytest.raises(WireError) as refused:
        verify(case)
    assert refused.value.code == case["fails"]


@named(GOOD)
def test_the_steps_are_those_of_the_vector(case: Case) -> None:
    request, lines = request_of(case), case["canonical_request"].split("\n")
    signed, presigned = lines[-2].encode("latin-1").split(b";"), "X-Amz-Algorithm" in case["query"]
    made = canonical.canonical_request(request, request.folded, signed, presigned=presigned)
    assert made.decode("latin-1") == case["canonical_request"]
    _, timestamp, credential_scope, _ = case["string_to_sign"].split("\n")
    scope = canonical.Scope(*credential_scope.split("/")[:3])
    string = canonical.string_to_sign(timestamp, scope, made)
    assert string.decode() == case["string_to_sign"]
    begun = canonical.signer(VECTORS["keys"][key_of(case)]["secret"], scope)
    assert [canonical.sign(begun, string) for _ in range(2)] == [case["signature"]] * 2


@named([case for case in GOOD if (case["path"] + case["canonical_request"]).isascii()])
def test_botocore_signs_the_same(case: Case) -> None:
    """It takes queries as they are, and so gets the canonical one; of bytes it makes UTF-8."""
    lines = case["canonical_request"].split("\n")
    _, timestamp, scope, _ = case["string_to_sign"].split("\n")
    _, region, service, _ = scope.split("/")
    request = AWSRequest(case["method"], f"https://host{case['path']}?{lines[2]}", data=bytes.fromhex(case["body"]))
    for name, value in case["headers"]:
        if name in lines[-2].split(";"):
            request.headers.add_header(name, value)
    request.context["timestamp"] = timestamp
    signer = SigV4Auth(BotoCredentials("a key", VECTORS["keys"][key_of(case)]["secret"]), service, region)
    assert signer.canonical_request(request) == case["canonical_request"]
    string = signer.string_to_sign(request, case["canonical_request"])
    assert (string, signer.signature(string, request)) == (case["string_to_sign"], case["signature"])


def test_the_reference_makes_the_same_vectors_today() -> None:
    assert make_vectors.make() == VECTORS
