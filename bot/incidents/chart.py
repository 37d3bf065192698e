"""A picture of many incidents: how many there were in each week by severity, and how long they took.

matplotlib is imported when the first picture is drawn: it costs half a second and 40 MB, which a bot that nobody asks
for a picture should not pay. The colours are those of Okabe and Ito, which colour-blind people tell apart; the lines
differ in their marks as well.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from bot.incidents.statistics import MEASURES, Past, lasted, spread
from bot.model import Severity
from bot.spans import span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE, _DPI = (9.0, 6.2), 130  # inches
_COLOURS = {Severity.P0: "#D55E00", Severity.P1: "#E69F00", Severity.P2: "#56B4E9", Severity.P3: "#BBBBBB"}
_LINES = {"acknowledge": ("#0072B2", "o"), "mitigate": ("#009E73", "s"), "resolve": ("#000000", "^")}
_INK, _PALE = "#333333", "#DDDDDD"
_SHORT, _LONG = timedelta(days=14), timedelta(days=400)  # up to here a bar is a day, a week, else a month
_WIDTH = 0.78  # of a bar, in its place
_MANY = 30  # bars, from which on marks are small
_DATES = 10  # at most along the axis
_MARKS = (60, 300, 900, 3600, 4 * 3600, 86400, 3 * 86400, 7 * 86400, 30 * 86400)  # seconds, on the axis of times
_LEAST = 30.0  # seconds: what took less is drawn there, since the axis is logarithmic


@dataclass(frozen=True)
class Labels:
    """What stands on it, in the team's language. `counts` by how long a bar is: day, week, month."""

    title: str
    counts: Mapping[str, str]
    times: str
    measures: Mapping[str, str]
    none: str
    day: Callable[[date], str]  # of a day or of a week's first one; a month is 2026-11 everywhere


@dataclass(frozen=True)
class Bucket:
    """What one bar stands for. The first and the last are as short as the time that was asked for makes them."""

    start: datetime
    end: datetime
    pasts: Sequence[Past]


def buckets(pasts: Sequence[Past], start: datetime, end: datetime, zone: tzinfo) -> tuple[str, list[Bucket]]:
    """Days, weeks from Monday, or months of the team's calendar; and which of these."""
    unit = "day" if end - start <= _SHORT else "week" if end - start <= _LONG else "month"
    edges = [start]
    while (edge := _next(edges[-1], unit, zone)) < end:
        edges.append(edge)
    pairs = zip(edges, [*edges[1:], end], strict=True)
    return unit, [Bucket(a, b, [each for each in pasts if a <= each.incident.opened < b]) for a, b in pairs]


def _next(after: datetime, unit: str, zone: tzinfo) -> datetime:
    """When the next day, week or month begins, at midnight of the team's clock."""
    day = after.astimezone(zone).date()
    if unit == "month":
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        following = day + timedelta(days=1 if unit == "day" else 7 - day.weekday())
    return datetime(following.year, following.month, following.day, tzinfo=zone)


def draw_chart(pasts: Sequence[Past], start: datetime, end: datetime, zone: tzinfo, labels: Labels) -> bytes:
    """A PNG of the incidents that were opened from `start` until before `end`. Not to be called by two threads."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    unit, bars = buckets(pasts, start, end, zone)
    # What people write is no formula.
    with matplotlib.rc_context({"text.parse_math": False, "font.size": 10, "text.color": _INK}):
        figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        figure.suptitle(labels.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        above, below = figure.subplots(2, 1, sharex=True)
        _counts(above, bars, labels.counts[unit])
        _times(below, bars, labels)
        _dates(below, bars, (lambda each: f"{each:%Y-%m}") if unit == "month" else labels.day, zone)
        if not any(bar.pasts for bar in bars):
            above.text(
                0.5, 0.5, labels.none, transform=above.transAxes, ha="center", va="center", backgroundcolor="white"
            )
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
    return picture.getvalue()


def _counts(axes: Axes, bars: Sequence[Bucket], title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    below = [0] * len(bars)
    for severity in Severity:
        heights = [sum(each.incident.severity is severity for each in bar.pasts) for bar in bars]
        axes.bar(
            range(len(bars)), heights, _WIDTH, below, label=severity.value, color=_COLOURS[severity],
            edgecolor="white", linewidth=1.0,
        )  # fmt: skip
        below = [sum(both) for both in zip(below, heights, strict=True)]
    axes.set_ylim(0, max(4, *below) * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    _dress(axes, title)


def _times(axes: Axes, bars: Sequence[Bucket], labels: Labels) -> None:
    """The median of each bar, where something was reached."""
    shown = []
    for what in MEASURES:
        medians = [
            spread([took for each in bar.pasts if (took := lasted(each, what)) is not None]).median for bar in bars
        ]
        points = [float("nan") if each is None else max(_LEAST, each.total_seconds()) for each in medians]
        shown += [each for each in points if each == each]
        colour, mark = _LINES[what]
        axes.plot(
            range(len(bars)), points, color=colour, marker=mark, label=labels.measures[what],
            linewidth=1.6, markersize=6 if len(bars) <= _MANY else 3.5, markeredgecolor="white",
        )  # fmt: skip
    axes.set_yscale("log")
    least, most = min(shown, default=60.0), max(shown, default=3600.0)
    axes.set_ylim(least / 1.6, most * 1.6)
    marks = [each for each in _MARKS if least / 1.6 <= each <= most * 1.6]
    axes.set_yticks(marks, [span(timedelta(seconds=each)) for each in marks])
    axes.yaxis.set_minor_locator(_no_marks())
    _dress(axes, labels.times)


def _dates(axes: Axes, bars: Sequence[Bucket], name: Callable[[date], str], zone: tzinfo) -> None:
    """The first day of each bar, or of every so many."""
    every = -(-len(bars) // _DATES)
    named = range(len(bars))[::-1][::every]  # the latest always
    axes.set_xticks(named, [name(bars[at].start.astimezone(zone).date()) for at in named])
    axes.set_xlim(-0.6, len(bars) - 0.4)


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10.5)
    handles = axes.get_legend_handles_labels()[0]
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(handles), frameon=False, borderaxespad=0.2,
        handlelength=1.4, columnspacing=1.2,
    )  # fmt: skip
    axes.grid(axis="y", color=_PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_INK)
    axes.tick_params(colors=_INK, length=0, labelbottom=True)


def _no_marks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
