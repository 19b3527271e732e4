"""A scenario that every test here can vary."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from policyeval.errors import EntitiesError
from policyeval.scenarios import run, scenarios_from_text

# A pytest inside pytest forgets the modules it was the first to import. What this project imports
# late (Lark above all, whose exceptions a kept parser must agree on) is therefore imported here.
for _text in ("policyeval: 1", '{"policyeval": 1}', '{"policyeval": 1'):
    with contextlib.suppress(EntitiesError):
        run(scenarios_from_text(_text, form="json" if _text.startswith("{") else "yaml"))

TEXT = """\
policyeval: 1
title: Account B decrypts with a key that account A shares
accounts:
  - id: 111122223333
    keys:
      - id: 1234abcd-12ab-34cd-56ef-1234567890ab
        region: us-east-1
        policy:
          Version: 2012-10-17
          Statement:
            - Sid: B may decrypt
              Effect: Allow
              Principal: {AWS: "arn:aws:iam::444455556666:root"}
              Action: kms:Decrypt
              Resource: "*"
        grants:
          - {GrantId: g-1, GranteePrincipal: "arn:aws:iam::444455556666:role/granted", Operations: [Encrypt]}
  - id: 444455556666
    roles:
      - name: app
        identity_policies:
          - Version: 2012-10-17
            Statement: {Effect: Allow, Action: "kms:*", Resource: "*"}
      - name: granted
      - name: poor
tests:
  - name: the application role in B decrypts
    principal: arn:aws:iam::444455556666:role/app
    action: kms:Decrypt
    resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
    expect: allow
    reason: allowed
    determined_by: [B may decrypt]
"""


@pytest.fixture
def text() -> str:
    return TEXT


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the scenario into a folder and stand in it."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "share.scenario.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path
