"""`python -m bench.matching`: how fast a text finds its bot among 100,000 trigger words, and what they weigh."""

import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from bots.matching import Matcher, Rule
from shout import text

TRIGGERS = 100_000
NUMBERS = range(1, 21)
ROUNDS = 5
_SYLLABLES = ("ba", "co", "di", "fu", "ge", "ha", "ki", "lo", "mu", "ne", "pa", "ri", "so", "ta", "vi", "zu")
_TALK = ("hi", "there", "can", "you", "tell", "me", "when", "open", "today", "whether", "it", "is", "raining", "please")
_MATCHES = ("whole", "whole", "whole", "first", "contains")


@dataclass(frozen=True, slots=True)
class Figures:
    """`slowest` is of the texts of 1,600 characters."""

    compile_seconds: float
    megabytes: float
    microseconds: float
    slowest: float


def rules(count: int) -> list[Rule]:
    """Trigger words of one to three words: every third bot on all numbers, the others on two of them."""
    chance, names = Random(1), ["".join(parts) for parts in product(_SYLLABLES, repeat=3)]
    found = []
    for at in range(count):
        word = f"{names[at % len(names)]}{at // len(names) or ''}"
        word += "".join(f" {chance.choice(names)}" for _ in range(at % 3 if at % 2 else 0))
        numbers = None if at % 3 == 0 else frozenset(chance.sample(NUMBERS, 2))
        found.append(Rule(at // 4, text.normalise(word), _MATCHES[at % len(_MATCHES)], numbers))
    return found


def texts(known: Sequence[Rule]) -> list[str]:
    """What people write: a word as phones write it, a word in a sentence, and sentences about something else."""
    chance = Random(2)
    found = []
    for at in range(4000):
        word = chance.choice(known).word_key
        said = " ".join(chance.sample(_TALK, 9))
        found.append((word.capitalize(), f"“{word.upper()}” ", f"{word}, please!", f"{said} {word} 🙂", said)[at % 5])
    return found


def measure(count: int) -> Figures:
    """Compile `count` rules and let texts find theirs."""
    tracemalloc.start()
    known = rules(count)
    weighed = Matcher(known)
    weight, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del weighed
    started = time.process_time()
    matcher = Matcher(known)
    compiled = time.process_time() - started
    usual = texts(known)
    long = [" ".join(usual[at : at + 60])[:1600] for at in range(0, 600, 60)]
    return Figures(compiled, weight / 1e6, _microseconds(matcher, usual), _microseconds(matcher, long))


def _microseconds(matcher: Matcher, bodies: Sequence[str]) -> float:
    def once() -> float:
        started = time.process_time()
        for at, body in enumerate(bodies):
            matcher.find(text.normalise(body), NUMBERS[at % len(NUMBERS)])
        return (time.process_time() - started) / len(bodies) * 1e6

    return min(once() for _ in range(ROUNDS))


def main() -> None:
    """Print the figures."""
    found = measure(TRIGGERS)
    print(  # noqa: T201
        f"{TRIGGERS:,} trigger words: compiled in {found.compile_seconds:.2f} s, {found.megabytes:.0f} MB;"
        f" {found.microseconds:.1f} µs a text, {found.slowest:.0f} µs a text of 1,600 characters"
    )


if __name__ == "__main__":
    main()
