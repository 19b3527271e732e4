"""A record as text, fast: what repeats is written once, and the pieces are joined.

The text means what `json.dumps(record(event))` means; records.py says what that is. A caller, a key
and a decision are met many times, so their pieces are kept, each in a dict that does not grow without
bound. Every string goes through the standard library's own quoting.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring_ascii as quote
from typing import Final, NamedTuple, TypeAlias

from policyeval.evaluator.layers import keep
from policyeval.kms.records import Key
from policyeval.kms.trail.event import INTERNAL, Decided, Event, Members, Who
from policyeval.kms.trail.records import (
    call_section,
    details,
    end_section,
    event_time,
    key_facts,
    material_of,
    read_only,
    resource,
    response_elements,
    start_section,
)
from policyeval.kms.trail.shown import MAP, SHOWN, VALUE, Shape, Shown, camel, shown_value

__all__ = ["Encoder"]

_dumps = json.JSONEncoder(separators=(",", ":")).encode
_NOTHING: Final = Shown({})
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_A_SECOND: Final = timedelta(seconds=1)


# A request's members by name: label, shape.
_Labels: TypeAlias = dict[str, tuple[str, Shape]]


class _Call(NamedTuple):
    """The pieces that one caller's calls of one operation in one Region share.

    `members` are the request's, each with its label; `extra` those of the response that go into
    `additionalEventData`. `answers` tells whether something of the response may be shown.
    """

    opening: str
    call: str
    read_only: str
    closing: str | None
    members: _Labels
    extra: tuple[tuple[str, str], ...]
    material: bool
    answers: bool
    internal: bool


class _Key(NamedTuple):
    """The pieces of one key: in `resources`, in `additionalEventData.keys`, and the id of its material there."""

    resource: str
    facts: str
    material: str
    material_id: str | None


class _Second(NamedTuple):
    """One second, and its text."""

    start: datetime
    end: datetime
    text: str


class Encoder:
    """Writes records. Safe to use from several threads: what it keeps is complete before it is kept."""

    def __init__(self) -> None:
        self._calls: dict[tuple[Who, str, str], _Call] = {}
        self._keys: dict[str, _Key] = {}
        self._decided: dict[Decided, str] = {}
        self._second = _Second(_NEVER, _NEVER, "")

    def encode(self, event: Event) -> str:
        """Write a record, but for its closing brace: the chain's members follow."""
        time, event_id, request_id, operation, region, who, parameters, _, keys, decisions, error, message = event
        known = self._calls.get((who, operation, region)) or self._call(who, operation, region)
        opening, call, read_only, closing, members, extra, material, answers, internal = known
        start, end, at = self._second
        if not start <= time < end:
            at = self._at(time)
        resources = facts = additional = decided = ""
        if keys:
            resources, facts, additional, _ = first = self._key(keys[0])
            if len(keys) > 1:
                pieces = [first, *map(self._key, keys[1:])]
                resources = ",".join([key.resource for key in pieces])
                facts = ",".join([key.facts for key in pieces])
        if error is not None or not material:
            additional = _extra(extra, event.response) if extra and error is None else ""
        if decisions:
            decided = self._decided.get(decisions[0]) or self._decision(decisions[0])
            if len(decisions) > 1:
                decided = ",".join([self._decided.get(each) or self._decision(each) for each in decisions])
        failed = "" if error is None else _error(error, message)
        asked = "null" if internal else _parameters(members, parameters)
        answered = _dumps(response_elements(event)) if answers and error is None else "null"
        if closing is None:
            closing = _members(end_section(who, keys))
        acts = f',"serviceEventDetails":{_dumps(details(event))}' if internal else ""
        return (
            f'{opening}{at}{call}{failed},"requestParameters":{asked},"responseElements":{answered},'
            f'"additionalEventData":{{{additional}"keys":[{facts}],"decisions":[{decided}]}},'
            f'"requestID":{quote(request_id)},"eventID":{quote(event_id)}{read_only}[{resources}],{closing}{acts}'
        )

    def _at(self, time: datetime) -> str:
        start = time.replace(microsecond=0)
        second = _Second(start, start + _A_SECOND, event_time(time))
        self._second = second
        return second.text

    def _call(self, who: Who, operation: str, region: str) -> _Call:
        row = SHOWN.get(operation, _NOTHING)
        call = _Call(
            opening=f'{{{_members(start_section(who))},"eventTime":"',
            call=f'",{_members(call_section(who, operation, region))}',
            read_only=f',"readOnly":{_dumps(read_only(operation))},"resources":',
            closing=_members(end_section(who, ())) if who.account else None,
            members={name: (_label(name), shape) for name, shape in row.request.items()},
            extra=tuple((name, _label(name)) for name in row.extra),
            material=row.material,
            answers=bool(row.response) or row.names_key,
            internal=who.principal == INTERNAL,
        )
        keep(self._calls, (who, operation, region), call)
        return call

    def _key(self, key: Key) -> _Key:
        known = self._keys.get(key.arn)
        # A key's account, spec and manager never change; its material does.
        if known is None or known.material_id is not key.material_id:
            found = material_of((key,))
            material = f'"keyMaterialId":{quote(found)},' if found is not None else ""
            known = _Key(_dumps(resource(key)), _dumps(key_facts(key)), material, key.material_id)
            keep(self._keys, key.arn, known)
        return known

    def _decision(self, decided: Decided) -> str:
        text = _dumps(decided.to_json())
        keep(self._decided, decided, text)
        return text


def _parameters(members: _Labels, parameters: Members) -> str:
    """Write `requestParameters`; a member is left out where `shown_value` gives None."""
    parts = []
    for name, value in parameters.items():
        if name not in members or value is None:
            continue
        label, shape = members[name]
        if value.__class__ is str and shape is VALUE:
            parts.append(label + quote(value))
        elif value.__class__ is dict and shape is MAP:
            parts.append(label + _texts(value))
        elif (shown := shown_value(shape, value)) is not None:
            parts.append(label + _dumps(shown))
    return f"{{{','.join(parts)}}}" if parts else "null"


def _texts(pairs: dict[str, str]) -> str:
    try:
        return f"{{{','.join([f'{quote(name)}:{quote(text)}' for name, text in pairs.items()])}}}"
    except TypeError:  # not all of it is text
        return _dumps(shown_value(MAP, pairs))


def _extra(members: tuple[tuple[str, str], ...], response: Members | None) -> str:
    """Write what `additional` gives of a response, in front of our own members."""
    parts = []
    for name, label in members:
        value = response.get(name) if response else None
        if isinstance(value, str):
            parts.append(f"{label}{quote(value)},")
    return "".join(parts)


def _error(code: str, message: str) -> str:
    return f',"errorCode":{quote(code)}' + (f',"errorMessage":{quote(message)}' if message else "")


def _label(name: str) -> str:
    return f"{quote(camel(name))}:"


def _members(section: dict[str, object]) -> str:
    return _dumps(section)[1:-1]
