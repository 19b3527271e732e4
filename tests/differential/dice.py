"""Where a generated world's choices come from: a seeded generator for volume, hypothesis for shrinking.

Every choice is a number below a bound, and the smaller it is the plainer its outcome, so that
hypothesis shrinks a world by shrinking numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Dice(Protocol):
    """A source of choices."""

    def below(self, bound: int) -> int:
        """Give a number from 0 up to, not including, the bound."""
        ...


class SeededDice:
    """Choices from a seed: fast and repeatable."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311 - tests, not secrets

    def below(self, bound: int) -> int:
        return int(self._random() * bound)


class DrawnDice:
    """Choices that hypothesis makes, and can make smaller."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(st.integers(0, bound - 1))


def chance(dice: Dice, percent: int) -> bool:
    """Say yes so many times in a hundred; a zero says no."""
    return dice.below(100) >= 100 - percent


def pick(dice: Dice, options: Sequence[T]) -> T:
    return options[dice.below(len(options))]


def weighted(dice: Dice, options: Mapping[T, int]) -> T:
    """Pick by weight."""
    at = dice.below(sum(options.values()))
    for option, weight in options.items():
        at -= weight
        if at < 0:
            return option
    raise AssertionError


def some(dice: Dice, options: Sequence[T], most: int) -> list[T]:
    """Pick one up to `most` distinct options, in any order."""
    left = list(options)
    return [left.pop(dice.below(len(left))) for _ in range(1 + dice.below(min(most, len(left))))]


def shuffled(dice: Dice, options: Sequence[T]) -> list[T]:
    left = list(options)
    return [left.pop(dice.below(len(left))) for _ in options]
