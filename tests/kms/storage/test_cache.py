"""The cache around a commit: what a reader sees who comes at the worst moment."""

from __future__ import annotations

from collections.abc import Callable

from policyeval.kms.storage.cache import Cache


class _File:
    """Values that change at one instant, as a file's do."""

    def __init__(self, **values: object) -> None:
        self.values = values
        self.cache = Cache(100)
        self.asked = 0

    def ask(self, name: str, meanwhile: Callable[[], None] = lambda: None) -> object:
        """Read through the cache; `meanwhile` happens between reading the file and keeping what was read."""

        def read() -> object:
            self.asked += 1
            found = self.values.get(name)
            meanwhile()
            return found

        return self.cache.answer(name, read)

    def commit(self, **values: object) -> None:
        self.cache.open_window(frozenset(values))
        self.values |= values
        self.cache.close_window()


def test_an_answer_is_asked_for_once() -> None:
    file = _File(a=object())
    assert file.ask("a") is file.ask("a")
    assert file.asked == 1


def test_nothing_is_no_answer_to_keep() -> None:
    file = _File()
    assert file.ask("a") is None
    file.values["a"] = "there"
    assert file.ask("a") == "there"


def test_within_a_window_what_it_touches_is_read_and_not_kept() -> None:
    file = _File(a="old", b="other")
    file.ask("a")
    file.ask("b")
    file.cache.open_window(frozenset({"a"}))
    assert (file.ask("a"), file.ask("b"), file.asked) == ("old", "other", 3)
    file.values["a"] = "new"
    assert (file.ask("a"), file.ask("b"), file.asked) == ("new", "other", 4)
    file.cache.close_window()
    assert (file.ask("a"), file.ask("a"), file.asked) == ("new", "new", 5)


def test_who_reads_before_a_commit_and_keeps_after_it_keeps_nothing() -> None:
    file = _File(a="old")
    assert file.ask("a", lambda: file.commit(a="new")) == "old"
    assert file.ask("a") == "new"


def test_who_reads_before_a_commit_and_keeps_within_it_keeps_nothing() -> None:
    file = _File(a="old")
    assert file.ask("a", lambda: file.cache.open_window(frozenset({"a"}))) == "old"
    file.values["a"] = "new"
    file.cache.close_window()
    assert file.ask("a") == "new"


def test_who_reads_within_a_commit_and_keeps_after_it_keeps_nothing() -> None:
    file = _File(a="old")
    file.cache.open_window(frozenset({"a"}))

    def end() -> None:
        file.values["a"] = "new"
        file.cache.close_window()

    assert file.ask("a", end) == "old"
    assert file.ask("a") == "new"


def test_what_a_commit_touched_that_an_interrupt_met_is_forgotten_with_the_next() -> None:
    file = _File(a="old", b="other")
    assert file.ask("a") == "old"
    file.cache.open_window(frozenset({"a"}))
    file.values["a"] = "new"  # and the window stays open
    file.commit(b="another")
    assert (file.ask("a"), file.ask("b")) == ("new", "another")


def test_of_two_that_read_at_once_both_get_the_object_of_one() -> None:
    file = _File()
    answers = []

    def read(meanwhile: Callable[[], None] = lambda: None) -> object:
        def fresh() -> object:
            found = object()
            meanwhile()
            return found

        return file.cache.answer("a", fresh)

    answers.append(read(lambda: answers.append(read())))
    assert answers[0] is answers[1]


def test_during_a_commit_no_revision_is_the_one_before_or_after() -> None:
    cache = Cache(10)
    before = cache.revision
    assert cache.revision is before
    cache.open_window(frozenset({"a"}))
    during = [cache.revision, cache.revision]
    cache.close_window()
    after = cache.revision
    assert len({id(revision) for revision in (before, *during, after)}) == 4
    assert cache.revision is after


def test_it_does_not_grow_without_end_and_keeps_what_is_in_use() -> None:
    cache = Cache(100)
    kept = cache.answer("used", object)
    for number in range(10_000):
        cache.answer(number, lambda: (1, 2, 3))
        assert cache.answer("used", object) is kept
    assert len(cache._young) + len(cache._old) <= 30


def test_what_is_forgotten_makes_room_again() -> None:
    cache = Cache(100)
    kept = cache.answer("kept", object)
    for _ in range(1000):
        cache.answer("changes", object)
        cache.open_window(frozenset({"changes"}))
        cache.close_window()
    assert "kept" in cache._young
    assert cache.answer("kept", object) is kept
