"""What a server starts with when nobody says who there is: one account, whose administrator may do everything."""

from __future__ import annotations

from base64 import b32encode, b64encode
from collections.abc import Callable

__all__ = ["ADMINISTRATOR", "starter"]

ADMINISTRATOR = "administrator"

_TEXT = """\
# Who there is, as `policyeval serve` made it. It is yours to edit, also while the server runs:
# a file that is good takes effect at once, one that is not is refused and changes nothing.
policyeval: 1
title: One account and its administrator

accounts:
  - id: "{account}"
    access_keys: [{{id: {root_id}, secret: "{root_secret}"}}]
    users:
      - name: {administrator}
        unique_id: {unique_id}
        identity_policies: [arn:aws:iam::aws:policy/AdministratorAccess]
        access_keys: [{{id: {user_id}, secret: "{user_secret}"}}]
"""


def starter(account: str, entropy: Callable[[int], bytes]) -> str:
    """Write an entities file with fresh access keys.

    Args:
        account: the account's id.
        entropy: gives random bytes.

    """
    return _TEXT.format(
        account=account,
        administrator=ADMINISTRATOR,
        unique_id=f"AIDA{_letters(entropy)}",
        root_id=f"AKIA{_letters(entropy)}",
        root_secret=_secret(entropy),
        user_id=f"AKIA{_letters(entropy)}",
        user_secret=_secret(entropy),
    )


def _letters(entropy: Callable[[int], bytes]) -> str:
    """Give 16 letters and digits, as the ids of AWS have them behind their prefix."""
    return b32encode(entropy(10)).decode("ascii")


def _secret(entropy: Callable[[int], bytes]) -> str:
    """Give 40 characters."""
    return b64encode(entropy(30)).decode("ascii")
