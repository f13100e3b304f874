"""A bar chart by day as numbers for an SVG: the only place that lays one out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar, in the units of the chart."""

    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart `WIDTH` wide and `HEIGHT` high, whose highest bar fills it; `most` is that bar's value."""

    label: str
    bars: Sequence[Bar]
    most: int
    total: int

    @property
    def first(self) -> date:
        """The day of the first bar; there is one a day, and a period has days."""
        return self.bars[0].day

    @property
    def last(self) -> date:
        """The day of the last bar."""
        return self.bars[-1].day

    @classmethod
    def of(cls, label: str, values: Sequence[tuple[date, int]]) -> "Chart":
        """The chart of one value a day, days in order."""
        most = max((value for _, value in values), default=0)
        step = WIDTH / max(1, len(values))
        bars = [
            Bar(
                day,
                value,
                round(at * step + step * 0.1, 2),
                round(HEIGHT - _height(value, most), 2),
                round(step * 0.8, 2),
                round(_height(value, most), 2),
            )
            for at, (day, value) in enumerate(values)
        ]
        return cls(label, bars, most, sum(value for _, value in values))


def _height(value: int, most: int) -> float:
    """So high that one text among thousands is still seen."""
    return max(2.0, HEIGHT * value / most) if value else 0.0
