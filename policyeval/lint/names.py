"""The actions of an element, sorted so that those which cover one name are found without asking each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from policyeval.lint.patterns import has_wildcard, matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policyeval.evaluator.globs import Matcher


class Action(Protocol):
    """A value of Action or NotAction, as far as it counts here."""

    text: str
    index: int | None


_Action = TypeVar("_Action", bound=Action)


class NameIndex(Generic[_Action]):
    """Values by what they can cover: names by themselves, patterns by their service."""

    __slots__ = ("_answers", "_names", "_patterns", "_services")

    def __init__(self, values: Iterable[_Action]) -> None:
        """Sort the values of an Action or NotAction."""
        # Many rules ask for the same few.
        self._answers: dict[str, Sequence[_Action]] = {}
        self._names: dict[str, list[_Action]] = {}
        self._services: dict[str, list[tuple[_Action, str]]] = {}
        # Patterns of services, such as `*`, are under "".
        self._patterns: dict[str, list[tuple[Matcher, _Action]]] = {}
        for value in values:
            folded = value.text.lower()
            if "*" not in folded and "?" not in folded:
                self._names.setdefault(folded, []).append(value)
                continue
            service = folded.partition(":")[0]
            key = "" if has_wildcard(service) else service
            self._patterns.setdefault(key, []).append((matcher(folded), value))

    def covering(self, name: str) -> Sequence[_Action]:
        """Give the values that cover an action, in their order; it is given in lower case, without wildcards."""
        if not self._patterns:
            return self._names.get(name, ())
        answer = self._answers.get(name)
        if answer is None:
            answer = self._answers[name] = self._covering(name)
        return answer

    def of_service(self, service: str) -> Sequence[tuple[_Action, str]]:
        """Give the actions of a service that are named in full, each with its text in lower case."""
        found = self._services.get(service)
        if found is None:
            found = self._services[service] = [
                (value, name)
                for name, values in self._names.items()
                if name.startswith(service) and name.partition(":")[0] == service
                for value in values
            ]
        return found

    def _covering(self, name: str) -> Sequence[_Action]:
        found = self._names.get(name, ())
        service = name.partition(":")[0]
        matching = [value for key in ("", service) for matches, value in self._patterns.get(key, ()) if matches(name)]
        return sorted([*found, *matching], key=_order) if matching else found


def _order(value: Action) -> int:
    return value.index or 0
