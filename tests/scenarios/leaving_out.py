"""A role that may create grants to decrypt, and a case that does not say which it creates."""

from __future__ import annotations

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GRANTS = """\
policyeval: 1
accounts:
  - id: "111122223333"
    roles:
      - name: app
        identity_policies:
          - name: Grants
            document:
              Version: "2012-10-17"
              Statement:
                - Sid: DecryptOnly
                  Effect: Allow
                  Action: kms:CreateGrant
                  Resource: "*"
                  Condition: {"ForAllValues:StringEquals": {"kms:GrantOperations": [Decrypt]}}
    keys: [{id: 1234abcd-12ab-34cd-56ef-1234567890ab, region: us-east-1}]
tests:
"""
CREATES = {"principal": "arn:aws:iam::111122223333:role/app", "action": "kms:CreateGrant"}
