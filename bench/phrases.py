"""`python -m bench.phrases`: how well, and how fast, phrases are read. It needs no servers, and gives no rate."""

import csv
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contacts import phrases
from contacts.phrases import Band

LABELLED = Path(__file__).resolve().parent.parent / "tests" / "contacts" / "phrases"
PARTS = ("development", "held_out")
ROUNDS = 5
# Repeated to the length of the longest text, these tempt a rule to try every way of reading them.
TEMPTING = (
    "stop ",
    "no ",
    "stop sending all the ",
    "do not text ",
    "please ",
    "the ",
    "a",
    "de ",
    "remove me from the ",
    "sent from my ",
    "# ",
    "stopanymore",
    "anymore any more ",
    ". ",
    "i ",
)
_LONGEST = 1600


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what a person took it for: request, wrong_number or ordinary."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of the requests and of the ordinary texts, from 0 to 1, and microseconds a text."""

    requests: int
    ordinary: int
    automatic: float
    review: float
    wrong_numbers: float
    false_automatic: float
    false_review: float
    microseconds: float

    @property
    def recall(self) -> float:
        """The share of the plain requests that are not missed."""
        return self.automatic + self.review


def labelled(part: str) -> list[Labelled]:
    """The texts of a part. Rules are written with a view to the development part only."""
    with (LABELLED / f"{part}.csv").open(encoding="utf-8", newline="") as rows:
        return [Labelled(row["text"], row["label"]) for row in csv.DictReader(rows)]


def measure(texts: Iterable[Labelled]) -> Figures:
    """How the texts are read."""
    by_label: dict[str, list[str]] = {"request": [], "wrong_number": [], "ordinary": []}
    for each in texts:
        by_label[each.label].append(each.text)
    request, ordinary = by_label["request"], by_label["ordinary"]
    return Figures(
        requests=len(request),
        ordinary=len(ordinary),
        automatic=_share(request, {Band.AUTOMATIC}),
        review=_share(request, {Band.REVIEW}),
        wrong_numbers=_share(by_label["wrong_number"], set(Band)),
        false_automatic=_share(ordinary, {Band.AUTOMATIC}),
        false_review=_share(ordinary, {Band.REVIEW}),
        microseconds=min(_microseconds(ordinary) for _ in range(ROUNDS)),
    )


def _share(texts: list[str], bands: set[Band]) -> float:
    readings = [phrases.read(text) for text in texts]
    return sum(reading is not None and reading.band in bands for reading in readings) / len(texts)


def _microseconds(texts: list[str]) -> float:
    started = time.perf_counter()
    for text in texts:
        phrases.read(text)
    return (time.perf_counter() - started) / len(texts) * 1e6


def worst() -> float:
    """Microseconds that the slowest of the tempting texts takes."""
    texts = [("stop " + piece * _LONGEST)[:_LONGEST] for piece in TEMPTING]
    return max(min(_microseconds([text]) for _ in range(ROUNDS)) for text in texts)


def main() -> None:
    """Print the figures of both parts."""
    for part in PARTS:
        figures = measure(labelled(part))
        print(  # noqa: T201
            f"{part:<12} {figures.requests} requests: {figures.recall:.1%} heard ({figures.automatic:.1%} automatic,"
            f" {figures.review:.1%} review), wrong numbers {figures.wrong_numbers:.1%};"
            f" {figures.ordinary} ordinary: {figures.false_automatic:.2%} automatic, {figures.false_review:.1%} review;"
            f" {figures.microseconds:.0f} µs a text"
        )
    print(f"longest      {worst() / 1000:.1f} ms for the slowest text of {_LONGEST} characters")  # noqa: T201


if __name__ == "__main__":
    main()
