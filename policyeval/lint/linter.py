"""One walk over a policy feeds all rules."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from policyeval.lint.build import view_policy
from policyeval.lint.finding import Finding
from policyeval.lint.fixes import replace_value
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import MARKS, Flaw, Level, TextFlaw
from policyeval.lint.sound import Sound
from policyeval.syntax.faults import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policyeval.lint.grant_view import GrantView
    from policyeval.lint.key_facts import KeyFacts
    from policyeval.lint.rule import Rule
    from policyeval.lint.view import Condition, Element, PolicyView, Statement, Value
    from policyeval.model.policy import PolicyType
    from policyeval.model.source import Diagnostic
    from policyeval.syntax.tree import Node

# How many different strings a linter remembers the answers for, at each level; then it starts anew.
_REMEMBERED: Final = 65_536
# How long the number of a statement may be: no file has that many.
_DIGITS: Final = 9

_Answers = tuple[tuple["Rule", TextFlaw], ...]


class _Sorted:
    """The rules for one type of policy by what they look at, and what those of texts answered so far."""

    __slots__ = ("_about", "_asked", "_elements", "actions", "at", "conditions", "resources")

    def __init__(self, rules: Iterable[Rule], policy_type: PolicyType | None) -> None:
        # Of a policy that may be of any type a rule for some is silent.
        able = [rule for rule in rules if rule.types is None or policy_type in rule.types]
        self.at = {level: tuple(rule for rule in able if rule.level is level) for level in Level}
        self.actions: dict[str, _Answers] = {}
        self.resources: dict[str, _Answers] = {}
        # Of conditions, only who had to say something, or looked at what is around.
        self.conditions: dict[tuple[object, ...], tuple[Rule, ...]] = {}
        self._about = frozenset(service for rule in able for service in rule.services or ())
        self._elements = frozenset(name for rule in able for name in rule.elements or ())
        self._asked: dict[tuple[Level, frozenset[str] | None, frozenset[str]], tuple[Rule, ...]] = {}

    def about(self, level: Level, services: frozenset[str] | None, elements: Iterable[str] = ()) -> tuple[Rule, ...]:
        """Give the rules of a level that may find something where there are actions of these services only.

        `services` is None where there may be actions of any; `elements` are those that a statement has.
        """
        key = level, services and services & self._about, self._elements.intersection(elements)
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = tuple(
                rule for rule in self.at[level] if _meets(rule.services, key[1]) and _meets(rule.elements, key[2])
            )
        return asked


class Linter:
    """Rules, sorted by what they look at. It remembers what they said of a string, and nothing else.

    Not thread-safe.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Take the rules to apply."""
        self.rules: Final = tuple(rules)
        self._sorted: dict[PolicyType | None, _Sorted] = {}
        self._sound = Sound()

    def lint(
        self,
        node: Node,
        policy_type: PolicyType | None = None,
        *,
        pointer: str = "",
        faults: Iterable[Diagnostic] = (),
        key: KeyFacts | None = None,
    ) -> list[Finding]:
        """Give what the rules find in a policy, by place.

        `pointer` is where the policy stands in its document, `faults` what its reader had to say, `key` what is
        known of the KMS key that it belongs to.
        """
        policy = view_policy(node, policy_type, pointer)
        if key is not None:
            policy.key = key
        found = [*faults, *self._sound.faults(policy)]
        findings = sorted([*self.faults(found, policy), *self.view(policy)], key=by_place)
        policy.take_apart()
        return findings

    def faults(self, faults: Iterable[Diagnostic], policy: PolicyView | None = None) -> list[Finding]:
        """Give what the parser found, under the codes of the rules for it."""
        out: list[Finding] = []
        rules = self._for(policy.type if policy is not None else None).at[Level.FAULT]
        for fault in faults:
            # What a template leaves open is nobody's fault.
            if fault.kind != Kind.UNRESOLVED:
                _ask(rules, fault, policy, out)
        return out

    def view(self, policy: PolicyView) -> list[Finding]:
        """Give what the rules find in a policy's view, in no order."""
        out: list[Finding] = []
        rules = self._for(policy.type)
        services: frozenset[str] | None = frozenset()
        for statement in policy.statements:
            found = _services(statement)
            services = services | found if services is not None and found is not None else None
            elements = (*statement.entries, MARKS) if _has_marks(statement) else statement.entries
            _ask(rules.about(Level.STATEMENT, found, elements), statement, policy, out)
            _statement(statement, rules, out)
        _ask(rules.about(Level.POLICY, services if policy.complete else None), policy, policy, out)
        return out

    def grants(self, grants: Sequence[GrantView]) -> list[Finding]:
        """Give what the rules find in the grants of one key, by place."""
        out: list[Finding] = []
        at = self._for(None).at
        _ask(at[Level.GRANTS], tuple(grants), None, out)
        for grant in grants:
            _ask(at[Level.GRANT], grant, None, out)
        return sorted(out, key=by_place)

    def _for(self, policy_type: PolicyType | None) -> _Sorted:
        found = self._sorted.get(policy_type)
        if found is None:
            found = self._sorted[policy_type] = _Sorted(self.rules, policy_type)
        return found


# These append rather than yield: a walk asks tens of questions for each statement, nearly all without an answer.


def _ask(rules: tuple[Rule, ...], subject: object, policy: PolicyView | None, out: list[Finding]) -> None:
    for rule in rules:
        for flaw in rule.check(subject):
            # Only `…_TEXT` levels give the other kind of flaw.
            out.append(_finding(rule, flaw, policy))  # type: ignore[arg-type]  # noqa: PERF401 - mostly none


def _meets(wanted: frozenset[str] | None, there: frozenset[str] | None) -> bool:
    return wanted is None or there is None or not wanted.isdisjoint(there)


def _services(statement: Statement) -> frozenset[str] | None:
    """Name the services of a statement's actions; None where it may have actions of any."""
    element = statement.action
    if element is None or element.negated or not element.complete:
        return None
    services = {value.text.partition(":")[0] for value in element.values}
    return None if has_wildcard("".join(services)) else frozenset(map(str.lower, services))


def _has_marks(statement: Statement) -> bool:
    """Tell whether a text of a statement has a character of which a variable is made."""
    owners = (statement.action, statement.resource, *statement.principals, *statement.conditions)
    texts = [value.text for owner in owners if owner is not None for value in owner.values]
    texts += [condition.key for condition in statement.conditions]
    joined = "".join([*texts, statement.sid or ""])
    return any(mark in joined for mark in MARKS)


def _statement(statement: Statement, rules: _Sorted, out: list[Finding]) -> None:
    at, policy = rules.at, statement.policy
    if statement.action is not None:
        _values(statement.action, at[Level.ACTION], at[Level.ACTION_TEXT], rules.actions, out)
    if statement.resource is not None:
        _values(statement.resource, at[Level.RESOURCE], at[Level.RESOURCE_TEXT], rules.resources, out)
    for principal in statement.principals:
        for value in principal.values:
            _ask(at[Level.PRINCIPAL], value, policy, out)
    for condition in statement.conditions:
        _condition(condition, at[Level.CONDITION], rules.conditions, policy, out)
        for value in condition.values:
            _ask(at[Level.CONDITION_VALUE], value, policy, out)


def _condition(
    condition: Condition,
    rules: tuple[Rule, ...],
    answering: dict[tuple[object, ...], tuple[Rule, ...]],
    policy: PolicyView,
    out: list[Finding],
) -> None:
    """Ask rules about a condition. Who is silent without a look around is silent about every such condition."""
    own = condition.own
    known = rules if own is None else answering.get(own)
    if own is None or known is not None:
        _ask(known or (), condition, policy, out)
        return
    answered = []
    for rule in rules:
        condition.looked_around = False
        before = len(out)
        _ask((rule,), condition, policy, out)
        if condition.looked_around or len(out) > before:
            answered.append(rule)
    if len(answering) >= _REMEMBERED:
        answering.clear()
    answering[own] = tuple(answered)


def _values(
    element: Element,
    rules: tuple[Rule, ...],
    text_rules: tuple[Rule, ...],
    answers: dict[str, _Answers],
    out: list[Finding],
) -> None:
    policy = element.statement.policy
    for value in element.values:
        text = value.text
        known = answers.get(text)
        if known is None:
            known = tuple((rule, flaw) for rule in text_rules for flaw in rule.check(text))  # type: ignore[misc]
            if len(answers) >= _REMEMBERED:
                answers.clear()
            answers[text] = known
        for rule, flaw in known:
            out.append(_finding(rule, _at(value, flaw), policy))
        if rules:
            _ask(rules, value, policy, out)


def _at(value: Value, flaw: TextFlaw) -> Flaw:
    fix = replace_value(value, flaw.replacement) if flaw.replacement is not None else None
    return Flaw(value.place(flaw.start, flaw.end), flaw.message, flaw.hint, fix=fix, meant=flaw.meant)


def _finding(rule: Rule, flaw: Flaw, policy: PolicyView | None) -> Finding:
    return Finding(
        rule.code,
        rule.severity,
        rule.access_analyzer,
        flaw.message,
        flaw.hint,
        flaw.place,
        flaw.also,
        flaw.fix,
        _sid(flaw.place.pointer, policy),
        flaw.meant,
    )


def _sid(pointer: str, policy: PolicyView | None) -> str | None:
    if policy is None:
        return None
    statements = policy.statements
    if len(statements) > 1:
        number = pointer[len(policy.pointer) + len("/Statement/") :].partition("/")[0]
        # Other elements have names of any length there.
        index = int(number) if number.isdecimal() and len(number) <= _DIGITS else 0
        at = bisect_left(statements, index, key=attrgetter("index"))
        statements = statements[at : at + 1]
    for statement in statements:
        if pointer == statement.pointer or pointer.startswith(statement.pointer + "/"):
            return statement.sid
    return None


def by_place(finding: Finding) -> tuple[int, int, str, str]:
    """Order findings by their places; at one place by code, then by what is said."""
    return finding.place.start, finding.place.end, finding.code, finding.message
