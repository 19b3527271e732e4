"""A scenario file is read or refused with its faults; every case in it gets an answer and an explanation."""

from __future__ import annotations

from policyeval import Authorizer, EntitiesError
from policyeval.model.request import Request
from policyeval.scenarios import run as run_cases
from policyeval.scenarios import scenarios_from_text
from tests.fuzz.checks import expect_answers, expect_faults, text_of
from tests.fuzz.targets.entities import WORDS as ENTITY_WORDS

FINE = ()
WORDS = (
    *ENTITY_WORDS,
    b"tests:\n",
    b"- name: a\n",
    b"  principal: anonymous\n",
    b"  action: kms:Decrypt\n",
    b"  resource: '*'\n",
    b"  expect: deny\n",
    b"  reason: implicit_deny\n",
    b"  determined_by: []\n",
    b"  session: {name: me, policy: {}}\n",
    b"  context: {'aws:SourceIp': 10.0.0.1}\n",
    b"  encryption_context: {a: b}\n",
    b"  via_service: s3.us-east-1.amazonaws.com\n",
    b"  at: 2026-01-31T12:00:00Z\n",
)


def run(data: bytes) -> None:
    try:
        read = scenarios_from_text(text_of(data), name="fuzz.scenario.yaml", read_file=_no_file)
    except EntitiesError as error:
        expect_faults(error.diagnostics, of_text=False)
        return
    authorizer = Authorizer(read.entities)
    for case in read.cases[:10]:
        expect_answers(authorizer, [lambda asked, it=case.request: _answer(asked, it)])  # type: ignore[misc]
    for result in run_cases(read):
        assert result.case in read.cases


def _answer(authorizer: Authorizer, request: Request) -> None:
    decision = authorizer.authorize(request)
    assert decision.message
    assert decision.explain()
    assert decision.to_json()["decision"] == decision.decision


def _no_file(_path: str) -> str:
    raise FileNotFoundError(2, "No such file or directory")
