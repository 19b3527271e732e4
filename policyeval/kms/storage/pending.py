"""A transaction that is open on a database file: what it touched, and reading with it in mind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar, cast

from policyeval.kms.errors import StorageError
from policyeval.kms.storage import faults
from policyeval.kms.storage.cache import Question
from policyeval.kms.storage.queries import Fetch, Queries
from policyeval.kms.storage.rows import Row
from policyeval.kms.storage.view import Asker

T = TypeVar("T")
P = ParamSpec("P")


class Pending:
    """What a transaction has not touched is asked of what is committed, the rest of its own connection.

    Args:
        run: runs a statement in the transaction.
        committed: answers what is not touched; nobody else commits meanwhile.

    """

    def __init__(self, run: Fetch, committed: Asker) -> None:
        self._run = run
        self._committed = committed
        self._own = Queries(self._read)
        self._answers: dict[Question, object] = {}
        self._error: StorageError | None = None
        self.touched: set[Question] = set()
        self.destroyed = False

    @property
    def queries(self) -> Queries:
        """Who reads anew, with what the transaction wrote."""
        return self._own

    def ask(self, query: Callable[Concatenate[Queries, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Give the answer to a query: the same object until it changes."""
        self._check()
        question = (query, *args)
        if question not in self.touched:
            return self._committed.ask(query, *args, **kwargs)
        if question not in self._answers:
            self._answers[question] = query(self._own, *args, **kwargs)
        return cast("T", self._answers[question])

    def touch(self, query: Callable[..., object], *args: str) -> None:
        """Say that the answer to a query changes."""
        self.touched.add((query, *args))
        self._answers.pop((query, *args), None)

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a statement. Raises `StorageError`, and then at every later use, too.

        SQLite may have undone the whole transaction: what came after would be committed by itself.
        """
        try:
            return self._read(statement, values)
        except (UnicodeEncodeError, OverflowError) as error:
            message = f"a value cannot be stored: {error}"
            self._error = faults.fault(message)
            raise self._error from error

    def _read(self, statement: str, values: Sequence[object]) -> list[Row]:
        self._check()
        try:
            return self._run(statement, values)
        except StorageError as error:
            self._error = error
            raise

    def finish(self) -> None:
        """See to it that nothing failed. Raises `StorageError`."""
        self._check()

    def end(self) -> None:
        """Refuse every later use."""
        self._error = faults.over()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
