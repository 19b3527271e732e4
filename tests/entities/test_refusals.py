"""What a wrong file gets to hear: every fault at once, each with its place."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from policyeval.entities import Entities
from policyeval.errors import EntitiesError

REFUSALS = {
    "a resource with a wildcard is none, and its policy would never be asked": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            resources:
              - arn: arn:aws:sqs:us-east-1:111122223333:*
              - arn: arn:aws:s3:::bucket/*
              - arn: arn:aws:s3:::bucket/what?
              - arn: arn:aws:logs:us-east-1:111122223333:log-group:a:*
        """,
        """\
        accounts.yaml:5:14: `arn:aws:sqs:us-east-1:111122223333:*` is no one resource: it has a wildcard in it
            5 |       - arn: arn:aws:sqs:us-east-1:111122223333:*
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: describe each by its own ARN; the policy of a bucket, a table or a domain governs what lies in it
        accounts.yaml:6:14: `arn:aws:s3:::bucket/*` is no one resource: it has a wildcard in it
            6 |       - arn: arn:aws:s3:::bucket/*
                             ^^^^^^^^^^^^^^^^^^^^^
          hint: describe each by its own ARN; the policy of a bucket, a table or a domain governs what lies in it
        """,
    ),
    "a resource that is another account's, that has a section of its own or that is there twice": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            resources:
              - arn: arn:aws:sqs:us-east-1:444455556666:q
              - arn: arn:aws:kms:us-east-1:111122223333:key/k
              - arn: arn:aws:iam::111122223333:role/r
              - arn: arn:aws:iam::111122223333:user/u
              - arn: arn:aws:sns:us-east-1:111122223333:t
              - arn: arn:aws:sns:us-east-1:111122223333:t
        """,
        """\
        accounts.yaml:5:14: `arn:aws:sqs:us-east-1:444455556666:q` belongs to account `444455556666`, not `111122223333`
            5 |       - arn: arn:aws:sqs:us-east-1:444455556666:q
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        accounts.yaml:6:14: `arn:aws:kms:us-east-1:111122223333:key/k` has a section of its own
            6 |       - arn: arn:aws:kms:us-east-1:111122223333:key/k
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: describe it under `keys`
        accounts.yaml:7:14: `arn:aws:iam::111122223333:role/r` has a section of its own
            7 |       - arn: arn:aws:iam::111122223333:role/r
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: describe it under `roles`
        accounts.yaml:8:14: `arn:aws:iam::111122223333:user/u` has a section of its own
            8 |       - arn: arn:aws:iam::111122223333:user/u
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: describe it under `users`
        accounts.yaml:10:14: resource `arn:aws:sns:us-east-1:111122223333:t` is described twice
           10 |       - arn: arn:aws:sns:us-east-1:111122223333:t
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: first at accounts.yaml:9:14
        """,
    ),
    "keys and aliases that AWS manages go together": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys:
              - {id: a, region: us-east-1, manager: AWS}
              - {id: b, region: us-east-1, aliases: [alias/aws/s3]}
              - {id: c, region: us-east-1, manager: AWS, aliases: [alias/app, alias/aws/ebs]}
        """,
        """\
        accounts.yaml:5:9: an AWS managed key needs the alias that tells its service
            5 |       - {id: a, region: us-east-1, manager: AWS}
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: such as `aliases: [alias/aws/s3]`
        accounts.yaml:6:46: alias `alias/aws/s3` does not fit a key that CUSTOMER manages
            6 |       - {id: b, region: us-east-1, aliases: [alias/aws/s3]}
                                                             ^^^^^^^^^^^^
          hint: `alias/aws/` is reserved for AWS managed keys: say `manager: AWS`
        accounts.yaml:7:60: alias `alias/app` does not fit a key that AWS manages
            7 |       - {id: c, region: us-east-1, manager: AWS, aliases: [alias/app, alias/aws/ebs]}
                                                                           ^^^^^^^^^
        """,
    ),
    "a key that is and is not of a multi-Region set": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys:
              - {id: k, region: us-east-1, multi_region_type: PRIMARY}
        """,
        """\
        accounts.yaml:5:9: `multi_region_type` is given, but the key is no multi-Region key
            5 |       - {id: k, region: us-east-1, multi_region_type: PRIMARY}
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: say `multi_region: true`
        """,
    ),
    "how long sessions last is a number of seconds within AWS's bounds": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            roles:
              - {name: a, max_session_duration: 3599}
              - {name: b, max_session_duration: "43201"}
              - {name: c, max_session_duration: true}
              - {name: d, max_session_duration: an hour}
              - {name: e, max_session_duration: [3600]}
              - {name: f, max_session_duration: "43200"}
        """,
        """\
        accounts.yaml:5:41: `3599` is not how long a role's sessions can last
            5 |       - {name: a, max_session_duration: 3599}
                                                        ^^^^
          hint: seconds, from 3600 to 43200
        accounts.yaml:6:41: `43201` is not how long a role's sessions can last
            6 |       - {name: b, max_session_duration: "43201"}
                                                        ^^^^^^^
          hint: seconds, from 3600 to 43200
        accounts.yaml:7:41: `true` is not how long a role's sessions can last
            7 |       - {name: c, max_session_duration: true}
                                                        ^^^^
          hint: seconds, from 3600 to 43200
        accounts.yaml:8:41: `an hour` is not how long a role's sessions can last
            8 |       - {name: d, max_session_duration: an hour}
                                                        ^^^^^^^
          hint: seconds, from 3600 to 43200
        accounts.yaml:9:41: this is not how long a role's sessions can last
            9 |       - {name: e, max_session_duration: [3600]}
                                                        ^^^^^^
          hint: seconds, from 3600 to 43200
        """,
    ),
    "a date is none, or beyond the years that there are": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys:
              - id: k
                region: us-east-1
                grants:
                  - {GranteePrincipal: "arn:aws:iam::111122223333:root", Operations: [Decrypt], CreationDate: 1e99}
                  - {GranteePrincipal: "arn:aws:iam::111122223333:root", Operations: [Decrypt], CreationDate: [1]}
                  - {GranteePrincipal: "arn:aws:iam::111122223333:root", Operations: [Decrypt], CreationDate: "1700000000.5"}
                  - {GranteePrincipal: "arn:aws:iam::111122223333:root", Operations: []}
        """,
        """\
        accounts.yaml:8:103: `1e99` is not a date
            8 | 23333:root", Operations: [Decrypt], CreationDate: 1e99}
                                                                  ^^^^
          hint: ISO 8601, such as 2026-01-31T12:00:00Z, or seconds since 1970
        accounts.yaml:9:103: not a date
            9 | 23333:root", Operations: [Decrypt], CreationDate: [1]}
                                                                  ^^^
          hint: ISO 8601, such as 2026-01-31T12:00:00Z, or seconds since 1970
        accounts.yaml:11:78: `Operations` is empty
           11 |           - {GranteePrincipal: "arn:aws:iam::111122223333:root", Operations: []}
                                                                                             ^^
        """,
    ),
    "a policy with a document and a file, with another key, or with a name that is no text": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            users:
              - name: a
                identity_policies:
                  - {name: x, document: {}, file: y}
                  - {name: [x], document: arn:aws:iam::aws:policy/AdministratorAccess}
                  - {nam: x, document: arn:aws:iam::aws:policy/AdministratorAccess}
                  - hello
        """,
        """\
        accounts.yaml:7:13: a policy has either a `document` or a `file`
            7 |           - {name: x, document: {}, file: y}
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        accounts.yaml:8:20: `name` must be a string, not an array
            8 |           - {name: [x], document: arn:aws:iam::aws:policy/AdministratorAccess}
                                   ^^^
        accounts.yaml:8:35: `arn:aws:iam::aws:policy/AdministratorAccess` is no policy document
            8 |           - {name: [x], document: arn:aws:iam::aws:policy/AdministratorAccess}
                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: a file is `{file: path}`
        accounts.yaml:9:14: unknown key `nam` beside a policy document
            9 |           - {nam: x, document: arn:aws:iam::aws:policy/AdministratorAccess}
                             ^^^
          hint: did you mean `name`?
        accounts.yaml:9:32: `arn:aws:iam::aws:policy/AdministratorAccess` is no policy document
            9 |           - {nam: x, document: arn:aws:iam::aws:policy/AdministratorAccess}
                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: a file is `{file: path}`
        accounts.yaml:10:13: `hello` is neither a policy nor the ARN of one
           10 |           - hello
                            ^^^^^
          hint: a file is `{file: path}`
        """,
    ),
    "an unknown key suggests the one that was meant": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            rolez: []
        """,
        """\
        accounts.yaml:4:5: unknown key `rolez` in this account
            4 |     rolez: []
                    ^^^^^
          hint: did you mean `roles`?
        """,
    ),
    "an unknown key that resembles nothing lists what is known": (
        """\
        policyeval: 1
        organization: {id: o-1, root: {id: r-1}, zzz: 1}
        """,
        """\
        accounts.yaml:2:42: unknown key `zzz` in this organization
            2 | organization: {id: o-1, root: {id: r-1}, zzz: 1}
                                                         ^^^
          hint: known keys: id, management_account, root
        """,
    ),
    "faults of the form and of a policy are told in one run, in order": (
        """\
        policyeval: 1
        accounts:
          - id: 4444
            roles:
              - path: /svc/
                trust_policy:
                  Version: 2012-10-17
                  Statement: {Effect: Alow, Principal: "*", Action: "sts:AssumeRole"}
            keys: {}
        """,
        """\
        accounts.yaml:3:9: `4444` is not an account id: 12 digits
            3 |   - id: 4444
                        ^^^^
        accounts.yaml:5:9: `name` is missing from this role
            5 |       - path: /svc/
                        ^^^^^^^^^^^
        accounts.yaml:8:31: the effect `Alow` is neither `Allow` nor `Deny`
            8 |           Statement: {Effect: Alow, Principal: "*", Action: "sts:AssumeRole"}
                                              ^^^^
        accounts.yaml:9:11: `keys` must be an array, not an object
            9 |     keys: {}
                          ^^
        """,
    ),
    "a file that does not say its version is told how to": (
        "accounts: []\n",
        """\
        accounts.yaml:1:1: `policyeval` is missing from this entities file
            1 | accounts: []
                ^^^^^^^^^^^^
          hint: it is the version of the file's format: `policyeval: 1`
        """,
    ),
    "a policy is told where it belongs": (
        "Statement: []\n",
        """\
        accounts.yaml:1:1: `policyeval` is missing from this entities file
            1 | Statement: []
                ^^^^^^^^^^^^^
          hint: it is a policy: `policyeval lint` reads those; in an entities file it stands where it is attached
        accounts.yaml:1:1: unknown key `Statement` in this entities file
            1 | Statement: []
                ^^^^^^^^^
          hint: known keys: policyeval, title, entities, organization, accounts, changes, tests
        """,
    ),
    "a key with no value is not an absent key": (
        "policyeval: 1\naccounts:\n",
        """\
        accounts.yaml:2:10: `accounts` has no value
            2 | accounts:
                         ^
          hint: write an array, or leave it out
        """,
    ),
    "a key that is needed is not to be left out": (
        "policyeval: 1\naccounts:\n  - id:\n",
        """\
        accounts.yaml:3:8: `id` has no value
            3 |   - id:
                       ^
          hint: write a string
        """,
    ),
    "a file of nothing is not to be left out": (
        "null\n",
        """\
        accounts.yaml:1:1: the file has no value
            1 | null
                ^^^^
          hint: write an object
        """,
    ),
    "a key given twice is not last-wins": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            roles: [{name: app, tags: {team: a, team: b}}]
        """,
        """\
        accounts.yaml:4:41: `team` is given twice
            4 |     roles: [{name: app, tags: {team: a, team: b}}]
                                                        ^^^^
        """,
    ),
    "names that lead nowhere are told together": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            groups: [{name: admins}]
            users:
              - name: alice
                groups: [admin]
                identity_policies: ["arn:aws:iam::aws:policy/AdministratorAcces"]
        """,
        """\
        accounts.yaml:7:18: no group `admin` in account `111122223333`
            7 |         groups: [admin]
                                 ^^^^^
          hint: did you mean `admins`?
        accounts.yaml:8:29: no policy `arn:aws:iam::aws:policy/AdministratorAcces` is described
            8 |         identity_policies: ["arn:aws:iam::aws:policy/AdministratorAcces"]
                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: did you mean `arn:aws:iam::aws:policy/AdministratorAccess`?
        """,
    ),
    "a policy of AWS's that does not ship is to be described, and one of another account to be named": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            policies: [{name: Decrypt, document: {Statement: {Effect: Allow, Action: "*", Resource: "*"}}}]
            users:
              - name: alice
                identity_policies:
                  - arn:aws:iam::aws:policy/ReadOnlyAccess
                  - arn:aws:iam::111122223334:policy/Decrypt
                  - arn:aws:iam::111122223333:policy/Other
        """,
        """\
        accounts.yaml:8:13: no policy `arn:aws:iam::aws:policy/ReadOnlyAccess` is described
            8 |           - arn:aws:iam::aws:policy/ReadOnlyAccess
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: few of AWS's policies ship: describe it under `policies`, as `{arn: ..., document: {...}}`
        accounts.yaml:9:13: no policy `arn:aws:iam::111122223334:policy/Decrypt` is described
            9 |           - arn:aws:iam::111122223334:policy/Decrypt
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: did you mean `arn:aws:iam::111122223333:policy/Decrypt`?
        accounts.yaml:10:13: no policy `arn:aws:iam::111122223333:policy/Other` is described
           10 |           - arn:aws:iam::111122223333:policy/Other
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: describe it under `policies`
        """,
    ),
    "IAM names differ by more than case, and a role's path does not tell two apart": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            roles: [{name: app}, {name: App, path: /svc/}]
        """,
        """\
        accounts.yaml:4:33: role `App` of account `111122223333` is described twice
            4 |     roles: [{name: app}, {name: App, path: /svc/}]
                                                ^^^
          hint: first at accounts.yaml:4:20
        """,
    ),
    "a grant operation that does not exist suggests one that does": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys:
              - id: 1234abcd-12ab-34cd-56ef-1234567890ab
                region: us-east-1
                grants:
                  - {GranteePrincipal: "111122223333", Operations: [Decript]}
        """,
        """\
        accounts.yaml:8:61: `Decript` is not a grant operation
            8 |           - {GranteePrincipal: "111122223333", Operations: [Decript]}
                                                                            ^^^^^^^
          hint: did you mean `Decrypt`?
        """,
    ),
    "a grant is made to nobody like *, a group, or a role of an account whose id has dashes": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys:
              - id: 1234abcd-12ab-34cd-56ef-1234567890ab
                region: us-east-1
                grants:
                  - {GranteePrincipal: "*", Operations: [Decrypt]}
                  - {GranteePrincipal: "arn:aws:iam::111122223333:group/ops", Operations: [Decrypt]}
                  - {GranteePrincipal: "arn:aws:iam::1111-2222-3333:role/app", Operations: [Decrypt]}
        """,
        """\
        accounts.yaml:8:32: `*` cannot be named by a grant
            8 |           - {GranteePrincipal: "*", Operations: [Decrypt]}
                                               ^^^
          hint: an account, a user, a role, a session or a service can
        accounts.yaml:9:32: `arn:aws:iam::111122223333:group/ops` cannot be named by a grant
            9 |           - {GranteePrincipal: "arn:aws:iam::111122223333:group/ops", Operations: [Decrypt]}
                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: an account, a user, a role, a session or a service can
        accounts.yaml:10:32: `arn:aws:iam::1111-2222-3333:role/app` cannot be named by a grant
           10 |           - {GranteePrincipal: "arn:aws:iam::1111-2222-3333:role/app", Operations: [Decrypt]}
                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: an account, a user, a role, a session or a service can
        """,
    ),
    "a fact of a key is one of the API's own values": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys:
              - {id: k-1, region: us-east-1, spec: RSA_2084, manager: AMAZON, multi_region: maybe}
              - {id: k-2, region: us-east-1, spec: HMAC_256, usage: SIGN_VERIFY}
        """,
        """\
        accounts.yaml:5:44: `RSA_2084` is not a key spec
            5 |       - {id: k-1, region: us-east-1, spec: RSA_2084, manager: AMAZON, multi_region: maybe}
                                                           ^^^^^^^^
          hint: did you mean `RSA_2048`?
        accounts.yaml:5:63: `AMAZON` is not valid for `manager`
            5 |       - {id: k-1, region: us-east-1, spec: RSA_2084, manager: AMAZON, multi_region: maybe}
                                                                              ^^^^^^
          hint: one of CUSTOMER, AWS
        accounts.yaml:5:85: `maybe` is neither `true` nor `false`
            5 |       - {id: k-1, region: us-east-1, spec: RSA_2084, manager: AMAZON, multi_region: maybe}
                                                                                                    ^^^^^
        accounts.yaml:6:9: usage `SIGN_VERIFY` does not go with spec `HMAC_256`
            6 |       - {id: k-2, region: us-east-1, spec: HMAC_256, usage: SIGN_VERIFY}
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: a HMAC_256 key takes GENERATE_VERIFY_MAC
        """,
    ),
    "an account stands in the organization's tree once": (
        """\
        policyeval: 1
        organization:
          id: o-1
          root:
            id: r-1
            accounts: ["111122223333"]
            units: [{id: ou-1, accounts: ["111122223333"]}]
        """,
        """\
        accounts.yaml:7:35: account `111122223333` in the organization is described twice
            7 |     units: [{id: ou-1, accounts: ["111122223333"]}]
                                                  ^^^^^^^^^^^^^^
          hint: first at accounts.yaml:6:16
        """,
    ),
    "a file of another version is not guessed at": (
        "policyeval: 2\n",
        """\
        accounts.yaml:1:13: version `2` of the file format is unknown
            1 | policyeval: 2
                            ^
          hint: this policyeval reads version 1: write `policyeval: 1`
        """,
    ),
    "a policy file that is not there is a fault where it is named": (
        """\
        policyeval: 1
        accounts:
          - {id: "111122223333", roles: [{name: app, identity_policies: [{file: policies/app.json}]}]}
        """,
        """\
        accounts.yaml:3:73: cannot read `policies/app.json`: no such file or directory
            3 |   - {id: "111122223333", roles: [{name: app, identity_policies: [{file: policies/app.json}]}]}
                                                                                        ^^^^^^^^^^^^^^^^^
        """,
    ),
    "an AWS managed key without its alias has no policy to take": (
        """\
        policyeval: 1
        accounts: [{id: "111122223333", keys: [{id: k-1, region: us-east-1, manager: AWS}]}]
        """,
        """\
        accounts.yaml:2:40: an AWS managed key needs the alias that tells its service
            2 | accounts: [{id: "111122223333", keys: [{id: k-1, region: us-east-1, manager: AWS}]}]
                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: such as `aliases: [alias/aws/s3]`
        """,
    ),
    "an account lives in one partition": (
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            keys: [{id: k-1, region: cn-north-1}, {id: k-2, region: us-east-1}]
        """,
        """\
        accounts.yaml:4:61: partition `aws` does not go with the account, which is in `aws-cn`
            4 |     keys: [{id: k-1, region: cn-north-1}, {id: k-2, region: us-east-1}]
                                                                            ^^^^^^^^^
        """,
    ),
}


@pytest.mark.parametrize(("text", "said"), REFUSALS.values(), ids=REFUSALS)
def test_refusal(refused: Callable[..., str], text: str, said: str) -> None:
    assert refused(text) == textwrap.dedent(said)


def test_json_wants_text_in_quotes(refused: Callable[..., str]) -> None:
    said = refused('{"policyeval": 1, "accounts": [{"id": 111122223333}]}', "accounts.json")
    assert said == textwrap.dedent("""\
        accounts.json:1:39: `id` must be a string, not a number
            1 | {"policyeval": 1, "accounts": [{"id": 111122223333}]}
                                                      ^^^^^^^^^^^^
          hint: put it in quotes
        """)


def test_a_fault_in_a_policy_file_stands_in_that_file(refused: Callable[..., str]) -> None:
    said = refused(
        """\
        policyeval: 1
        accounts: [{id: "111122223333", roles: [{name: app, identity_policies: [{file: app.json}]}]}]
        """,
        **{"app.json": '{"Statement":\n {"Effect": "Allow", "Acton": "s3:*", "Resource": "*"}}'},
    )
    assert said.startswith("app.json:2:")
    assert "Acton" in said


def test_a_chain_of_base_files_that_closes_is_refused(refused: Callable[..., str]) -> None:
    said = refused(
        "policyeval: 1\nentities: base/a.yaml\n",
        **{"base/a.yaml": "policyeval: 1\nentities: ../accounts.yaml\n"},
    )
    assert said.splitlines()[0] == (
        "base/a.yaml:2:11: `accounts.yaml` starts from itself: accounts.yaml -> base/a.yaml -> accounts.yaml"
    )


def test_a_chain_of_base_files_without_an_end_is_refused(refused: Callable[..., str]) -> None:
    said = refused(
        "policyeval: 1\nentities: base/0.yaml\n",
        **{f"base/{number}.yaml": f"policyeval: 1\nentities: {number + 1}.yaml\n" for number in range(20)},
    )
    assert said.splitlines()[0] == "base/15.yaml:2:11: more than 16 files start from one another"


@pytest.mark.parametrize("beside", ["", 'Version: "2012-10-17", Statement: []', "fiel: x.json"])
def test_a_policy_under_a_name_alone_is_told_where_its_text_goes(refused: Callable[..., str], beside: str) -> None:
    said = refused(
        f"""\
        policyeval: 1
        accounts:
          - id: "111122223333"
            users: [{{name: alice, permissions_boundary: {{name: limit, {beside}}}}}]
        """
    )
    assert said.splitlines()[0] == (
        "accounts.yaml:4:49: a policy that has a `name` has its text under `document`, or in a `file`"
    )
    assert said.splitlines()[3:] == ["  hint: write `{name: ..., document: {...}}`"]


def test_a_fault_in_a_base_file_is_told_alone(refused: Callable[..., str]) -> None:
    said = refused(
        """\
        policyeval: 1
        entities: base.yaml
        accounts: [{id: "111122223333", users: [{name: a, groups: [ops]}]}]
        """,
        **{"base.yaml": 'policyeval: 1\naccounts: [{id: "111122223333", groups: [{nam: ops}]}]\n'},
    )
    assert {line.split(":")[0] for line in said.splitlines() if ".yaml:" in line} == {"base.yaml"}


def test_what_a_base_file_describes_is_not_described_again(refused: Callable[..., str]) -> None:
    account = 'policyeval: 1\n{}accounts: [{{id: "111122223333", roles: [{{name: app}}]}}]\n'
    said = refused(account.format("entities: base.yaml\n"), **{"base.yaml": account.format("")})
    assert "accounts.yaml:3:" in said
    assert "first at base.yaml:2:" in said


def test_a_mapping_has_pointers_for_places() -> None:
    with pytest.raises(EntitiesError) as caught:
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": "111122223333", "users": [{"name": 7}]}]})
    assert (
        str(caught.value) == "/accounts/0/users/0/name: `name` must be a string, not a number\n  hint: put it in quotes"
    )


def test_a_text_without_read_file_may_not_name_files() -> None:
    with pytest.raises(EntitiesError) as caught:
        Entities.from_text("policyeval: 1\nentities: base.yaml\n")
    assert caught.value.diagnostics[0].message == "cannot read `base.yaml`: this text may not name files"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\xff\xfe", "it is not UTF-8"), (None, "no such file or directory")],
    ids=["a file that is not UTF-8", "a file that is not there"],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "accounts.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EntitiesError, match=reason):
        Entities.load(path)


@pytest.mark.parametrize(
    "text",
    [
        'policyeval: 1\nentities: "base\\0.yaml"\n',
        'policyeval: 1\naccounts: [{id: "111122223333", roles: [{name: app, trust_policy: {file: "p\\0.json"}}]}]\n',
    ],
    ids=["a file to start from", "a policy"],
)
def test_a_file_whose_name_no_file_can_have_is_a_fault_in_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(text)
    with pytest.raises(EntitiesError, match="no file has a null character in its name") as caught:
        Entities.load(path)
    assert caught.value.diagnostics[0].place is not None


def test_what_has_no_end_is_not_read_to_it() -> None:
    with pytest.raises(EntitiesError, match="cannot read `/dev/zero`: it has more than 100,000,000 bytes"):
        Entities.load("/dev/zero")


@pytest.mark.parametrize(
    "text", ["", "[]", "policyeval", "\0", "a: [", "policyeval: 1\n---\npolicyeval: 1\n", "&a [*a]"]
)
def test_what_is_no_file_at_all_is_bad_input_and_nothing_else(text: str) -> None:
    with pytest.raises(EntitiesError):
        Entities.from_text(text)
