"""What a figure is: the only place that times work and lays results out as a table."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One measured stretch of work; `latencies` in seconds, where single requests were timed."""

    count: int
    seconds: float
    latencies: Sequence[float] = ()

    @property
    def rate(self) -> float:
        """How much was done in a second."""
        return self.count / self.seconds


@dataclass(frozen=True, slots=True)
class Result:
    """A figure and its floor, measured in turns so that a busy machine slows both."""

    name: str
    unit: str
    figures: Sequence[Run]
    floors: Sequence[Run]


def timed(count: int, work: Callable[[], object]) -> Run:
    """Do the work, which deals with `count` things."""
    start = time.perf_counter()
    work()
    return Run(count, time.perf_counter() - start)


def compare(name: str, unit: str, *, figure: Callable[[], Run], floor: Callable[[], Run]) -> Result:
    """Measure both in turns."""
    rounds = [(figure(), floor()) for _ in range(ROUNDS)]
    return Result(name, unit, [figure for figure, _ in rounds], [floor for _, floor in rounds])


def table(results: Iterable[Result]) -> str:
    """The results in columns: medians of the rounds; percentiles over all requests of a side."""
    lines = [f"{'':<34}{'figure':>16}{'floor':>16}{'ratio':>7}   p50 / p99 (floor)"]
    for result in results:
        figure, floor = _median(result.figures), _median(result.floors)
        lines.append(
            f"{result.name:<34}{_rate(figure, result.unit):>16}{_rate(floor, result.unit):>16}{figure / floor:>7.2f}"
            f"   {_percentiles(result)}".rstrip()
        )
    return "\n".join(lines)


def _median(runs: Sequence[Run]) -> float:
    return statistics.median(run.rate for run in runs)


def _rate(rate: float, unit: str) -> str:
    return f"{rate:,.0f} {unit}/s"


def _percentiles(result: Result) -> str:
    figure, floor = ([latency for run in runs for latency in run.latencies] for runs in (result.figures, result.floors))
    return f"{_p50_p99(figure)} ({_p50_p99(floor)})" if figure and floor else ""


def _p50_p99(latencies: Sequence[float]) -> str:
    hundredths = statistics.quantiles(latencies, n=100)
    return f"{hundredths[49] * 1000:.0f} / {hundredths[98] * 1000:.0f} ms"
