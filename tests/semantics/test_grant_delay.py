"""A new grant spreads with a delay, which is a setting; its token spares its grantee the wait (G6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from policyeval import Authorizer, Entities, Request

A = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
ESTATE = f"""
policyeval: 1
accounts:
  - id: "{A}"
    users: [{{name: alice}}, {{name: bob}}]
    keys:
      - id: 1234abcd-12ab-34cd-56ef-1234567890ab
        region: us-east-1
        grants:
          - GrantId: abcd
            GrantToken: AQpAM2RhZTk1MGMyNTk2ZmZmMzEyYWVh
            GranteePrincipal: arn:aws:iam::{A}:user/alice
            Operations: [Decrypt]
            CreationDate: "{MADE.isoformat()}"
"""


@dataclass(frozen=True)
class Moment:
    """When somebody decrypts, with what in hand, and whether that works."""

    name: str
    delay: timedelta
    after: timedelta
    allowed: bool
    tokens: tuple[str, ...] = ()
    user: str = "alice"
    facts: tuple[str, ...] = ("G6",)

    def __str__(self) -> str:
        return self.name


SECOND = timedelta(seconds=1)
TOKEN = "AQpAM2RhZTk1MGMyNTk2ZmZmMzEyYWVh"  # noqa: S105 - a grant token is no secret, and this one is invented
CASES = [
    Moment("without a delay a grant works at once", timedelta(0), SECOND, allowed=True),
    Moment("with a delay a grant does not work at once", FIVE_MINUTES, SECOND, allowed=False),
    Moment("with a delay a grant works when the delay is over", FIVE_MINUTES, FIVE_MINUTES, allowed=True),
    Moment("its token makes a grant work at once", FIVE_MINUTES, SECOND, allowed=True, tokens=(TOKEN,)),
    Moment("its id does what its token does", FIVE_MINUTES, SECOND, allowed=True, tokens=("abcd",)),
    Moment("another token does not", FIVE_MINUTES, SECOND, allowed=False, tokens=("AQpAOther",)),
    Moment("its token does nothing for anyone else", FIVE_MINUTES, SECOND, allowed=False, tokens=(TOKEN,), user="bob"),
]


@pytest.mark.parametrize("moment", CASES, ids=str)
def test_a_new_grant(moment: Moment) -> None:
    authorizer = Authorizer(Entities.from_text(ESTATE, name="estate.yaml"), grant_delay=moment.delay)
    user = f"arn:aws:iam::{A}:user/{moment.user}"
    request = Request(user, "kms:Decrypt", KEY, grant_tokens=moment.tokens, at=MADE + moment.after)
    assert authorizer.authorize(request).allowed is moment.allowed
