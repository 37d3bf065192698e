"""`/incident stats`: figures over the incidents of some time, and their picture, which comes to that person alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from slack_sdk.models.blocks import Block

from bot.incidents.chart import Labels, describe_chart, draw_chart
from bot.incidents.past import past_incidents
from bot.incidents.statistics import MEASURES, Past, Spread, Statistics, statistics_of
from bot.incidents.targets import Targets
from bot.model import Severity
from bot.mrkdwn import Mrkdwn
from bot.runbooks.described import columns
from bot.runbooks.written import duration
from bot.slack.blocks import Content, code, content, context, section
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.asked import period
from bot.slack.incidents.means import Means
from bot.slack.pictures import Pictures
from bot.spans import short_span
from bot.words import Words

_USUALLY = timedelta(days=30)


class Figures:
    def __init__(self, means: Means, targets: Targets, pictures: Pictures, now: Callable[[], datetime]) -> None:
        self._means = means
        self._words = means.words
        self._targets = targets
        self._now = now
        self._pictures = pictures
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {"stats": self._stats}

    def _stats(self, typed: Typed) -> Answer:
        length = period(typed.rest) if typed.rest else _USUALLY
        if length is None:
            return say(self._words("incident_stats_how"))
        now = self._now()
        start = now - length
        pasts = past_incidents(self._means.store, start - length, now)
        found = statistics_of(pasts, start, now, self._targets, now)
        before = statistics_of(pasts, start - length, start, self._targets, now)
        draw = partial(self._draw, typed.person, pasts, start, now)
        busy = bool(found.count) and not self._pictures.soon(typed.person, draw)
        return {"response_type": "ephemeral", **draw_statistics(found, before, self._words, busy=busy)}

    def _draw(self, person: str, pasts: Sequence[Past], start: datetime, end: datetime) -> None:
        zone = self._means.draw.team().zone
        local = [at.astimezone(zone) for at in (start, end)]
        named = labels(self._words, *local)
        picture = draw_chart(pasts, start, end, zone, named)
        told = describe_chart(pasts, start, end, zone, named)
        name = f"incidents-{local[0]:%Y-%m-%d}-{local[1]:%Y-%m-%d-%H%M%S}.png"
        key = f"chart:{person}:{end.isoformat()}"
        self._means.uploads.put(key, person, person, None, name, picture, described=told)


def draw_statistics(found: Statistics, before: Statistics, words: Words, *, busy: bool) -> Content:
    """`before`: of the time of the same length before it. `busy`: another picture is being drawn. Pure."""
    length = duration((found.end - found.start).total_seconds())
    title = words.plain("stats_title", count=found.count, before=before.count, length=length)
    blocks: list[Block] = [section(words("stats_heading", count=found.count, before=before.count, length=length))]
    if not found.count:
        return content(title, blocks)
    blocks.append(code(words.plain("stats_times"), table(found, before, words), words.plain("cut")))
    if found.targets:
        kept = [
            words(
                "stats_target",
                what=words.plain(f"target_{each.what}"),
                within=duration(each.within.total_seconds()),
                met=each.met,
                missed=each.missed,
                pending=each.pending,
            )
            for each in found.targets
        ]
        blocks.append(section(Mrkdwn("\n".join([words("stats_targets"), *kept]))))
    blocks.append(code(words.plain("stats_categories"), category_table(found, words), words.plain("cut")))
    blocks.append(context(words("stats_chart", busy=busy)))
    return content(title, blocks)


def table(found: Statistics, before: Statistics, words: Words) -> list[str]:
    """A line for all, one for each severity that there was, and one for the time before; median / p90."""
    rows = [_head(words)]
    rows.append(_row(words.plain("stats_all"), found.count, found.times))
    rows += [
        _row(each, found.by_severity[each], found.times_by_severity[each])
        for each in Severity
        if found.by_severity[each]
    ]
    rows.append(_row(words.plain("stats_before"), before.count, before.times))
    return columns(rows)


def category_table(found: Statistics, words: Words) -> list[str]:
    """A line for each category that there was, the most frequent first; median / p90."""
    rows = [
        _row(each.value if each else words.plain("stats_no_alert"), count, found.times_by_category[each])
        for each, count in found.by_category.items()
    ]
    return columns([_head(words), *rows])


def _head(words: Words) -> list[str]:
    return ["", words.plain("stats_count"), *(words.plain(f"target_{what}") for what in MEASURES)]


def _row(name: str, count: int, times: Mapping[str, Spread]) -> list[str]:
    return [name, str(count), *(in_short(times[what]) for what in MEASURES)]


def in_short(spread: Spread) -> str:
    """Median / p90; of a single one, how long it took."""
    if spread.median is None or spread.p90 is None:
        return "–"
    median = short_span(spread.median)
    return median if spread.count == 1 else f"{median} / {short_span(spread.p90)}"


def labels(words: Words, start: datetime, end: datetime) -> Labels:
    """What stands on the picture; the moments are in the team's zone."""

    def day(at: date) -> str:
        return words.plain("chart_day", month=f"{at:%m}", day=f"{at:%d}")

    return Labels(
        title=words.plain("chart_title", start=f"{start:%Y-%m-%d}", end=f"{end:%Y-%m-%d}"),
        counts={unit: words.plain(f"chart_counts_{unit}") for unit in ("day", "week", "month")},
        times=words.plain("chart_times"),
        measures={what: words.plain(f"target_{what}") for what in MEASURES},
        none=words.plain("no_incident_then"),
        day=day,
    )
