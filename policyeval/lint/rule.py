"""What a rule is: a code, its documentation, what it looks at, and a function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from policyeval.lint.finding import Fix, Severity
from policyeval.model.policy import PolicyType
from policyeval.model.source import Diagnostic, Place


class Level(Enum):
    """What a rule looks at: its check is called once for each, with that as its only argument.

    The `…_TEXT` levels see the bare string: a check's answer depends on nothing else, so that it is asked
    once for each different string of a run. Prefer them where they suffice: policies repeat themselves. A check of
    a condition that finds nothing without asking for its statement is asked once for each different condition: look
    at what is around it last.
    """

    FAULT = "a fault that the parser reports"  # Diagnostic
    POLICY = "a whole policy"  # view.PolicyView
    STATEMENT = "a statement"  # view.Statement
    ACTION = "a value of Action or NotAction"  # view.Value
    ACTION_TEXT = "the text of an action"  # str
    RESOURCE = "a value of Resource or NotResource"  # view.Value
    RESOURCE_TEXT = "the text of a resource"  # str
    PRINCIPAL = "a value of Principal or NotPrincipal"  # view.Value
    CONDITION = "a condition: one key under one operator"  # view.Condition
    CONDITION_VALUE = "a value of a condition"  # view.Value
    GRANT = "a grant"  # grant_view.GrantView
    GRANTS = "the grants of one key"  # tuple[grant_view.GrantView, ...]

    # Enum's own is written in Python, and a walk looks levels up all the time.
    __hash__ = object.__hash__


MARKS = "${"
"""Stands among the elements of a statement for a text with one of these characters."""


class Flaw(NamedTuple):
    """What a check found: where, and what to say. The rule adds its code and severity; `meant` as in `Finding`."""

    place: Place
    message: str
    hint: str | None = None
    also: tuple[Place, ...] = ()
    fix: Fix | None = None
    meant: str | None = None


class TextFlaw(NamedTuple):
    """What a check of a `…_TEXT` level found. `start` and `end` are offsets in the string; None: all of it.

    `replacement` is a string that means the same without the flaw: it makes the finding fixable. `meant` is one that
    means something else, and was probably meant.
    """

    message: str
    hint: str | None = None
    start: int | None = None
    end: int | None = None
    replacement: str | None = None
    meant: str | None = None


def suggestion(meant: str | None, otherwise: str | None = None) -> str | None:
    """Write the hint that asks whether something else was meant, or the hint for when nobody knows."""
    return f"did you mean `{meant}`?" if meant is not None else otherwise


# The argument is what the level says; mypy cannot tell it from the level.
Check = Callable[[Any], Iterable[Flaw] | Iterable[TextFlaw]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A module of `policyeval.lint.rules` ends with its own, as `RULE`.

    Attributes:
        code: a letter for its family and a number; never given to another rule.
        name: the same for people, in kebab-case.
        severity: Access Analyzer's finding type where it has the check.
        level: what `check` is called with.
        check: yields a flaw for each thing that is wrong; yields nothing where a value is unknown.
        summary: one sentence that states the fault.
        why: what goes wrong otherwise, in a few sentences.
        instead: what to write instead.
        source: the page of AWS's that says so; for what is the linter's alone, a page of `docs/`.
        access_analyzer: Access Analyzer's issue code, None for a rule that only we have.
        types: the policy types that it is about; None: every one.
        services: of a rule about statements or policies, the services of which one must have an action there (or a
            pattern that may be one) for the check to find anything; None: no matter which. Only for speed.
        elements: of a rule about statements, the elements of which one must be there for the check to find anything,
            `MARKS` where a text must have what marks a variable; None: no matter which. Only for speed.

    """

    code: str
    name: str
    severity: Severity
    level: Level
    check: Check
    summary: str
    why: str
    instead: str
    source: str
    access_analyzer: str | None = None
    types: frozenset[PolicyType] | None = None
    services: frozenset[str] | None = None
    elements: frozenset[str] | None = None


def reported(*kinds: str) -> Callable[[Diagnostic], Iterable[Flaw]]:
    """Make the check of a rule for what the readers find: it passes on their faults of these kinds.

    Kinds are `syntax.faults.Kind` and `lint.kinds.FileKind`.
    """
    wanted = frozenset(kinds)

    def check(fault: Diagnostic) -> Iterable[Flaw]:
        if fault.kind in wanted and fault.place is not None:
            yield Flaw(fault.place, fault.message, fault.hint)

    return check
