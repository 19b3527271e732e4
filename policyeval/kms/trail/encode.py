"""A record as text, fast: what calls of one kind share is written once, and what varies put in between.

The text means what `json.dumps(record(event))` means; records.py says what that is. One caller's calls
of one operation on one key with one outcome differ by their time, their ids and their parameters
alone: what stands around these is such calls' *form*. Forms are kept in a dict that does not grow
without bound. Every string goes through the standard library's own quoting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring_ascii as quote
from typing import Final, NamedTuple, TypeAlias

from policyeval.kms.trail.event import INTERNAL, LARGEST_PARAMETERS, LONGEST_AGENT, Event, Members
from policyeval.kms.trail.members import MAP, VALUE, Shape, camel, shown_value
from policyeval.kms.trail.records import event_time, record
from policyeval.kms.trail.shown import NOTHING, SHOWN, Shown
from policyeval.model.keeping import keep

__all__ = ["Encoder"]

_dumps = json.JSONEncoder(separators=(",", ":")).encode
_VARYING: Final = frozenset({"eventTime", "requestParameters", "requestID", "eventID"})
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_A_SECOND: Final = timedelta(seconds=1)
# A form takes two kilobytes.
_FORMS: Final = 16_384

# What tells one form from another, some of it by identity.
_Kind: TypeAlias = tuple[object, ...]
# What stands before, between and after the four members that vary, in the order of a record.
_Form: TypeAlias = tuple[str, str, str, str, str]


class _Operation(NamedTuple):
    """How calls of one operation are written.

    Attributes:
        members: the request's that are shown, each with its label and shape.
        extra: members of the response that are shown beside the decisions.
        answers: whether responses are shown, so that hardly two of its records are alike.

    """

    members: Mapping[str, tuple[str, Shape]]
    extra: tuple[str, ...]
    answers: bool


class _Second(NamedTuple):
    """One second, and its text."""

    start: datetime
    end: datetime
    text: str


class Encoder:
    """Writes records. Safe to use from several threads: what it keeps is complete before it is kept."""

    def __init__(self) -> None:
        self._forms: dict[_Kind, _Form] = {}
        self._second = _Second(_NEVER, _NEVER, "")

    def encode(self, event: Event) -> str:
        """Write a record, but for its closing brace: the chain's members follow."""
        time, event_id, request_id, operation, region, who, parameters, response, keys, decisions, error, words = event
        members, extra, answers = _OPERATIONS.get(operation, _UNKNOWN)
        if answers or who.principal == INTERNAL:
            return _dumps(record(event))[:-1]
        told = _texts_of(response, extra) if extra and response else ()
        kind: _Kind
        if len(keys) == 1 and len(decisions) == 1:
            key = keys[0]
            kind = (who, operation, region, error, words, told, key.arn, key.material_id, decisions[0])
        else:
            named = tuple([(key.arn, key.material_id) for key in keys])
            kind = (who, operation, region, error, words, told, named, tuple(decisions))
        opening, to_parameters, to_request, to_event, closing = self._forms.get(kind) or self._form(kind, event)
        start, end, at = self._second
        if not start <= time < end:
            at = self._at(time)
        shown = _parameters(members, parameters)
        if error is not None and len(shown) > LARGEST_PARAMETERS:
            shown = "null"
        return (
            f'{opening}"{at}"{to_parameters}{shown}{to_request}{quote(request_id)}{to_event}{quote(event_id)}{closing}'
        )

    def _at(self, time: datetime) -> str:
        start = time.replace(microsecond=0)
        second = _Second(start, start + _A_SECOND, event_time(time))
        self._second = second
        return second.text

    def _form(self, kind: _Kind, event: Event) -> _Form:
        pieces, text = [], "{"
        for name, value in record(event).items():
            text += f"{quote(name)}:"
            if name in _VARYING:
                pieces.append(text)
                text = ","
            else:
                text += f"{_dumps(value)},"
        opening, to_parameters, to_request, to_event = pieces
        form = (opening, to_parameters, to_request, to_event, text[:-1])
        if _recurs(event):
            keep(self._forms, kind, form, _FORMS)
        return form


def _recurs(event: Event) -> bool:
    """Tell whether calls like it are likely: what fails before anybody is asked mostly quotes what was sent."""
    return len(event.who.user_agent or "") <= LONGEST_AGENT and bool(event.decisions or not event.error)


def _texts_of(response: Members, names: tuple[str, ...]) -> tuple[str | None, ...]:
    values = [response.get(name) for name in names]
    return tuple([value if isinstance(value, str) else None for value in values])


def _parameters(members: Mapping[str, tuple[str, Shape]], parameters: Members) -> str:
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


def _written(row: Shown) -> _Operation:
    members = {name: (f"{quote(camel(name))}:", shape) for name, shape in row.request.items()}
    return _Operation(members, row.extra, bool(row.response) or row.names_key)


_OPERATIONS: Final = {name: _written(row) for name, row in SHOWN.items()}
_UNKNOWN: Final = _written(NOTHING)
