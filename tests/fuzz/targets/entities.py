"""An entities file is read or refused with its faults, as YAML and as JSON; what was read can be asked."""

from __future__ import annotations

from typing import Literal

from policyeval import Authorizer, Entities, EntitiesError, Request
from tests.fuzz.checks import POLICY_WORDS, expect_answers, expect_faults, text_of

FINE = ()
WORDS = (
    *POLICY_WORDS,
    b"policyeval: 1\n",
    b"accounts:\n",
    b'- id: "111122223333"\n',
    b"  users:\n",
    b"  roles:\n",
    b"  groups:\n",
    b"  keys:\n",
    b"  resources:\n",
    b"  vpc_endpoints:\n",
    b"identity_policies: []\n",
    b"permissions_boundary: ",
    b"service_control_policies: []\n",
    b"organization:\n",
    b"grants: []\n",
    b"GranteePrincipal: ",
    b"aliases: [alias/a]\n",
    b"entities: ",
    b"file: ",
    b"- {name: a, document: {}}\n",
)
_TIME = "2026-01-31T12:00:00Z"


def run(data: bytes) -> None:
    text = text_of(data)
    for form in ("yaml", "json"):
        _read(text, form)


def _read(text: str, form: Literal["yaml", "json"]) -> None:
    try:
        entities = Entities.from_text(text, name=f"fuzz.{form}", format=form, read_file=_no_file)
    except EntitiesError as error:
        expect_faults(error.diagnostics, of_text=False)
        return
    principals = [record.arn for record in entities.principals()]
    described = entities.keys()
    keys = [record.arn for record in described]
    assert [entities.principal(arn).arn for arn in principals] == principals
    assert all(entities.resource(arn) is not None for arn in keys)
    authorizer = Authorizer(entities)
    for key in keys[:3]:
        expect_answers(authorizer, [lambda asked, key=key: asked.who_can("kms:Decrypt", key)])  # type: ignore[misc]
        for principal in principals[:5]:
            request = Request(principal, "kms:Decrypt", key, context={"aws:CurrentTime": _TIME})
            expect_answers(authorizer, [lambda asked, it=request: asked.authorize(it).to_json()])  # type: ignore[misc]


def _no_file(_path: str) -> str:
    raise FileNotFoundError(2, "No such file or directory")
