"""What may be written, how it is judged, and the sums over ratings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TITLE_LIMIT, REVIEW_LIMIT, QUESTION_LIMIT, ANSWER_LIMIT, AUTHOR_LIMIT, NOTE_LIMIT = 120, 4000, 600, 2000, 60, 240
SHORTEST_TEXT = 2
PHOTOS_LIMIT = 4
WAITING_LIMIT = 20  # of one member; more of it is somebody's machine
STARS = (1, 2, 3, 4, 5)


class State(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Kind(StrEnum):
    REVIEW = "review"
    QUESTION = "question"
    ANSWER = "answer"


class Reason(StrEnum):
    """Why something is not published, or why somebody thinks it should not be."""

    OFF_TOPIC = "off_topic"
    INSULT = "insult"
    PERSONAL = "personal"
    ADVERTISING = "advertising"
    UNREADABLE = "unreadable"
    OTHER = "other"


class Sort(StrEnum):
    HELPFUL = "helpful"
    NEWEST = "newest"
    HIGHEST = "highest"
    LOWEST = "lowest"


class NotAllowed(ValueError):
    """This member may not do that here; the message says why."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How many published reviews gave one, two … five stars."""

    counts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """The mean number of stars; 0 where nobody gave any."""
        return (
            sum(stars * count for stars, count in zip(STARS, self.counts, strict=True)) / self.total
            if self.total
            else 0.0
        )

    @property
    def rounded(self) -> float:
        """The mean to one digit, halves up, as it is shown."""
        return int(self.mean * 10 + 0.5) / 10

    def share(self, stars: int) -> int:
        """How many of a hundred gave that many stars."""
        return round(100 * self.counts[stars - 1] / self.total) if self.total else 0


def tidy(text: str, *, lines: bool = False) -> str:
    """The text without control characters and needless white space; line breaks stay where `lines` says so."""
    kept = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text.replace("\r\n", "\n"))
    if not lines:
        return " ".join(kept.split())
    paragraphs: list[str] = []
    for line in (" ".join(line.split()) for line in kept.split("\n")):
        if line or (paragraphs and paragraphs[-1]):
            paragraphs.append(line)
    return "\n".join(paragraphs).strip()


def words_of(text: str, limit: int = 8) -> Sequence[str]:
    """The words of a search, at most so many."""
    return tidy(text.replace("\0", " "))[:100].split()[:limit]
