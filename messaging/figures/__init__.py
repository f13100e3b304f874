"""What bots brought about, counted, and what people texted in vain: the only place for such figures."""

from messaging.figures.chart import Chart
from messaging.figures.counting import PERIODS, Figures, Missed, figures, missed, since

__all__ = ["PERIODS", "Chart", "Figures", "Missed", "figures", "missed", "since"]
