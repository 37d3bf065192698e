"""What pictures are drawn with: a canvas, bars that stand on each other, lines of how long something took, their axes.

matplotlib is imported when the first picture is drawn: it costs half a second and 40 MB, which a bot that nobody asks
for a picture should not pay. The colours are those of Okabe and Ito, which colour-blind people tell apart; lines differ
in their marks as well. A picture brings its own white ground and its margins along, so that it can be read on a light
and on a dark screen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from bot.model import Severity
from bot.spans import span

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SEVERITIES", "Axes", "Figure", "Legend", "Line", "bars", "lines", "picture", "room", "say"]

SEVERITIES = {Severity.P0: "#D55E00", Severity.P1: "#E69F00", Severity.P2: "#56B4E9", Severity.P3: "#BBBBBB"}
_STYLES = {"acknowledge": ("#0072B2", "o"), "mitigate": ("#009E73", "s"), "resolve": ("#000000", "^")}
_INK, _PALE = "#333333", "#DDDDDD"
_DPI = 130
_MARGIN = 0.12  # inches around each panel, and so around them all
_WIDTH = 0.78  # of a bar, in its place
_MANY = 30  # points, from which on marks are small
_MARKS = (60, 300, 900, 3600, 4 * 3600, 86400, 3 * 86400, 7 * 86400, 30 * 86400)  # seconds, on the axis of times
_LEAST = 30.0  # seconds: what took less is drawn there, since the axis is logarithmic
_FEWEST = 4  # where counts are smaller, the axis is no shorter


class Legend(Enum):
    """Where it says what the colours are."""

    BESIDE = "beside the title"
    BELOW = "below the title"


def picture(size: tuple[float, float], title: str, fill: Callable[[Figure], None]) -> bytes:
    """A PNG, `size` in inches. Not to be called by two threads."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # What people write is no formula.
    with matplotlib.rc_context({"text.parse_math": False, "font.size": 10, "text.color": _INK}):
        layout = ConstrainedLayoutEngine(w_pad=_MARGIN, h_pad=_MARGIN)
        figure = Figure(figsize=size, dpi=_DPI, layout=layout, facecolor="white")
        FigureCanvasAgg(figure)
        figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
        fill(figure)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
    return drawn.getvalue()


def bars(
    axes: Axes,
    parts: Sequence[tuple[str, str, Sequence[int]]],
    title: str,
    *,
    lying: bool = False,
    legend: Legend | None = Legend.BESIDE,
) -> None:
    """`parts`: label, colour, and how high each bar's part is. They stand on each other, or lie in a row."""
    places = range(len(parts[0][2]))
    below = [0] * len(places)
    for label, colour, heights in parts:
        if lying:
            axes.barh(places, heights, _WIDTH, below, label=label, color=colour, edgecolor="white", linewidth=1.0)
        else:
            axes.bar(places, heights, _WIDTH, below, label=label, color=colour, edgecolor="white", linewidth=1.0)
        below = [sum(both) for both in zip(below, heights, strict=True)]
    limit, axis = (axes.set_xlim, axes.xaxis) if lying else (axes.set_ylim, axes.yaxis)
    limit(0, max([_FEWEST, *below]) * 1.05)
    axis.set_major_locator(_whole_numbers())
    _dress(axes, title, legend, lying=lying)


@dataclass(frozen=True)
class Line:
    """How long something took, at each place; None: nothing was measured there."""

    what: str  # acknowledge, mitigate, resolve
    label: str
    took: Sequence[timedelta | None]


def lines(axes: Axes, shown: Sequence[Line], title: str, *, legend: Legend = Legend.BESIDE) -> None:
    """On a logarithmic axis, whose marks are named as people say them."""
    points = {
        each.what: [float("nan") if took is None else max(_LEAST, took.total_seconds()) for took in each.took]
        for each in shown
    }
    for line in shown:
        colour, mark = _STYLES[line.what]
        axes.plot(
            range(len(line.took)), points[line.what], color=colour, marker=mark, label=line.label, linewidth=1.6,
            markersize=6 if len(line.took) <= _MANY else 3.5, markeredgecolor="white",
        )  # fmt: skip
    axes.set_yscale("log")
    there = [point for each in points.values() for point in each if point == point]
    least, most = min(there, default=60.0), max(there, default=3600.0)
    axes.set_ylim(least / 1.6, most * 1.6)
    marks = [each for each in _MARKS if least / 1.6 <= each <= most * 1.6]
    axes.set_yticks(marks, [span(timedelta(seconds=each)) for each in marks])
    axes.yaxis.set_minor_locator(_no_marks())
    _dress(axes, title, legend)


def _dress(axes: Axes, title: str, legend: Legend | None, *, lying: bool = False) -> None:
    """What every panel looks like, given what stands on it already."""
    beside = legend is Legend.BESIDE
    axes.set_title(title, loc="left", fontsize=10.5, pad=None if beside else 24)
    if legend is not None:
        drawn = axes.legend(
            loc="lower right" if beside else "lower left", bbox_to_anchor=(1.0 if beside else 0.0, 1.0),
            ncols=len(axes.get_legend_handles_labels()[0]), frameon=False, borderaxespad=0.2,
            borderpad=0.4 if beside else 0.0, handlelength=1.4, columnspacing=1.2, fontsize=None if beside else 9,
        )  # fmt: skip
        drawn.set_in_layout(beside)  # a long one reaches into the gap between panels, and takes no room from its own
    axes.grid(axis="x" if lying else "y", color=_PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "bottom" if lying else "left"]].set_visible(False)
    axes.spines["left" if lying else "bottom"].set_color(_INK)
    axes.tick_params(colors=_INK, length=0, labelbottom=True)


def room(axes: Axes, names: Mapping[int, str], count: int) -> None:
    """Names below some of `count` places, and room on both sides of them."""
    axes.set_xticks(list(names), list(names.values()))
    axes.set_xlim(-0.6, count - 0.4)


def say(axes: Axes, text: str) -> None:
    """In the middle of a panel that shows nothing else."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", backgroundcolor="white")


def _whole_numbers() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True, nbins=5)


def _no_marks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
