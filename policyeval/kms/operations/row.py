"""What a row of the table of operations says."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, TypeAlias

from policyeval.kms.call import Call, Conditions, Params, Response
from policyeval.kms.records import KeyState
from policyeval.kms.states import ALL, USABLE

Run: TypeAlias = Callable[[Call], Response]
ConditionsOf: TypeAlias = Callable[[Params], Conditions]


class Asked(Enum):
    """On what an operation's permission is asked before it runs.

    KEY: on the key that `KeyId` names, which is then found and in a state that works. NOTHING: on `*`.
    ITSELF: the operation asks by itself, because it names several resources or none of these.
    """

    KEY = "key"
    NOTHING = "nothing"
    ITSELF = "itself"


class Operation(NamedTuple):
    """One operation of the API.

    Attributes:
        name: the API's name; the action asked is `kms:` and it.
        run: does it. It gets a call whose `key` is found, allowed and in order where KEY is asked.
        asked: on what the permission is asked before.
        works_in: the key states in which it works.
        aliases: whether `KeyId` may name an alias.
        writes: whether it changes what is stored: then all of it is one transaction.
        prepare: what is done before that begins, because it takes long and nothing stored has a say in it.
        conditions: gives the condition keys that its parameters set (K9).
        cryptographic: whether GetKeyLastUsage counts it as a use of the key.

    """

    name: str
    run: Run
    asked: Asked = Asked.KEY
    works_in: frozenset[KeyState] = ALL
    aliases: bool = False
    writes: bool = False
    prepare: Callable[[Call], None] | None = None
    conditions: ConditionsOf | None = None
    cryptographic: bool = False


def cryptographic(name: str, run: Run, conditions: ConditionsOf | None = None) -> Operation:
    """Give the row of an operation that uses a key's material."""
    return Operation(name, run, works_in=USABLE, aliases=True, conditions=conditions, cryptographic=True)


def given(*names: str, **keys: str) -> ConditionsOf:
    """Give a function that sets condition keys from parameters: `kms:` and the name, or another name by parameter.

    A parameter that is left out sets nothing here; the authorizer knows which defaults count (K9).
    """
    pairs = (*((name, name) for name in names), *keys.items())

    def conditions(params: Params) -> Conditions:
        return {f"kms:{key}": params[name] for name, key in pairs if name in params}

    return conditions
