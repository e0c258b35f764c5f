"""Questions of a test: what is drawn for an attempt, in which order, and what is right."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from shared.kernel.errors import Conflict

QuestionKind = Literal["single", "multiple", "true_false"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
MOST_OPTIONS = 6
LETTERS = "ABCDEF"
ATTEMPTS = 2
"""A test may be sat once more, with other questions."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the bank. ``right`` are places among ``options``, which a true/false question lacks: there 0 is
    true and 1 is false."""

    number: int
    topic: str
    kind: QuestionKind
    text: str
    options: Sequence[str]
    right: Sequence[int]
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question as it stands on somebody's paper: its options in the order of that paper."""

    number: int
    topic: str
    kind: QuestionKind
    text: str
    options: Sequence[str]
    right: Sequence[int]
    explanation: str | None

    def stored(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "topic": self.topic,
            "kind": self.kind,
            "text": self.text,
            "options": list(self.options),
            "right": list(self.right),
            "explanation": self.explanation,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        return cls(**said)

    @property
    def choices(self) -> int:
        return len(self.options) if self.kind != "true_false" else 2

    def is_right(self, chosen: Collection[int]) -> bool:
        """All that is right and nothing else; no part of a point."""
        return set(chosen) == set(self.right)


def draw(
    bank: Sequence[Question], wanted: Mapping[str, int], seed: str, avoid: Collection[int] = ()
) -> list[Drawn]:
    """A paper by a seed, the same whenever it is drawn again from the same bank. Questions of ``avoid`` come only where
    there are no others.

    :raises Conflict: a topic has too few questions.
    """
    paper: list[Question] = []
    for topic, count in wanted.items():
        pool = [each for each in bank if each.topic == topic]
        if len(pool) < count:
            raise Conflict(
                "too_few_questions", field="test", topic=topic, has=len(pool), needs=count
            )
        pool.sort(key=lambda each: (each.number in avoid, _rank(seed, each.number, "drawn")))
        paper += pool[:count]
    paper.sort(key=lambda each: _rank(seed, each.number, "order"))
    return [_shuffled(each, seed) for each in paper]


def require_enough(bank: Sequence[Question], wanted: Mapping[str, int]) -> None:
    """Each topic has enough questions for both attempts to differ. :raises Conflict: one has not."""
    for topic, count in wanted.items():
        has = sum(each.topic == topic for each in bank)
        if has < count * ATTEMPTS:
            raise Conflict(
                "too_few_questions", field="test", topic=topic, has=has, needs=count * ATTEMPTS
            )


def _shuffled(question: Question, seed: str) -> Drawn:
    places = list(range(len(question.options)))
    places.sort(key=lambda place: _rank(seed, question.number, f"option {place}"))
    right = (
        list(question.right)
        if question.kind == "true_false"
        else sorted(places.index(each) for each in question.right)
    )
    return Drawn(
        question.number,
        question.topic,
        question.kind,
        question.text,
        [question.options[place] for place in places],
        right,
        question.explanation,
    )


def _rank(seed: str, number: int, what: str) -> bytes:
    """A place in an order that follows from the seed alone, on every machine and in every release."""
    return hashlib.sha256(f"{seed}/{number}/{what}".encode()).digest()
