"""The weekly report as a message: the most important first, short, and against the weeks before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from slack_sdk.models.blocks import Block

from bot.mrkdwn import Mrkdwn, clean, moment
from bot.runbooks.described import columns
from bot.slack.blocks import Content, code, content, context, header, section
from bot.slack.drawing import Drawing
from bot.spans import short_span
from bot.store.proposals import Decided
from bot.team import Team
from bot.words import Words
from handoff.report import Hours, Report
from handoff.report_picture import MEASURES, Labels

LATE = timedelta(minutes=5)  # from here on it is said
_MOST = 5  # of each list
_NAME, _REASON = 80, 200  # characters


def draw_report_card(report: Report, draw: Drawing, *, late: bool = False, picture: str) -> Content:
    """`late`: it was due before. `picture`: where it is: thread, message, busy (another one is being drawn)."""
    words = draw.words
    start, end = _days(report, words)
    title = words.plain("report_title", start=start, end=end, count=report.week.count)
    blocks: list[Block] = [header(words.plain("report_heading", start=start, end=end))]
    if late:
        blocks.append(context(words("report_late", due=moment(report.week.end))))
    if report.is_quiet:
        return content(title, [*blocks, section(words("report_quiet"))])
    blocks.append(section(_incidents(report, words)))
    if any(each.count for each in report.weeks):
        blocks.append(code(words.plain("report_weeks"), weeks_table(report, words), words.plain("cut")))
    parts = (_noise(report, words), _runbooks(report, words), _decisions(report, draw), _calls(report, draw))
    blocks += [section(Mrkdwn("\n".join(lines))) for lines in parts if lines]
    blocks.append(context(words("report_notes", zone=report.zone.key, picture=picture)))
    return content(title, blocks)


def weeks_table(report: Report, words: Words) -> list[str]:
    """A column for each week, named by its first day, this one first; medians."""
    head = [_day(week.start.astimezone(report.zone).date(), words) for week in report.weeks]
    counts = [str(week.count) for week in report.weeks]
    rows = [["", *head], [words.plain("report_count"), *counts]]
    for what in MEASURES:
        medians = [week.times[what].median for week in report.weeks]
        rows.append([words.plain(f"target_{what}"), *("–" if each is None else short_span(each) for each in medians)])
    return columns(rows)


def called_as(team: Team, slack_id: str) -> str:
    """A person's name in the team file, or the role of a user group: nobody is called because of a report."""
    roles = sorted(team.roles_of(slack_id)) if slack_id.startswith("S") else []
    return team.name_of(slack_id) or ", ".join(roles) or slack_id


def labels(report: Report, words: Words, team: Team) -> Labels:
    """What stands on the picture."""
    start, end = _days(report, words)
    weekdays = words.plain("report_weekdays").split()
    return Labels(
        title=words.plain("report_heading", start=start, end=end),
        days=words.plain("chart_counts_day"),
        times=words.plain("report_times"),
        hours=words.plain("report_hours"),
        people=words.plain("report_people"),
        measures={what: words.plain(f"target_{what}") for what in MEASURES},
        when={when: words.plain(f"report_{when}") for when in Hours},
        day=lambda day: _day(day, words),
        weekday=lambda day: weekdays[day.weekday()],
        person=lambda slack_id: called_as(team, slack_id),
        no_incident=words.plain("no_incident_then"),
        no_call=words.plain("report_nobody_called"),
        more=lambda count: words.plain("report_more_people", count=count),
    )


def _incidents(report: Report, words: Words) -> Mrkdwn:
    left = [f"{each.name} {each.severity}" for each in report.unresolved]
    return words(
        "report_incidents",
        count=report.week.count,
        by_severity=", ".join(f"{severity} {count}" for severity, count in report.week.by_severity.items() if count),
        unresolved=", ".join(left[:_MOST]),
        more=len(left[_MOST:]),
    )


def _noise(report: Report, words: Words) -> list[Mrkdwn]:
    lines = [
        words(
            "report_alert",
            name=clean(each.name, _NAME),
            messages=each.times,
            episodes=each.episodes,
            places=each.places,
            firing=each.firing,
        )
        for each in report.noise
    ]
    return _listed(words("report_noise"), lines, words)


def _runbooks(report: Report, words: Words) -> list[Mrkdwn]:
    lines = [
        words(
            "report_runbook",
            name=use.runbook,
            runs=use.runs,
            results=", ".join(f"{count} {words.plain(f'report_run_{what}')}" for what, count in use.results.items()),
        )
        for use in report.uses
    ]
    return _listed(words("report_runbooks", count=sum(use.runs for use in report.uses)), lines, words)


def _decisions(report: Report, draw: Drawing) -> list[Mrkdwn]:
    """How many, and the reasons that people gave: of those who decided alone first, and never cut for the others."""
    if not report.decided:
        return []
    said = [*_reasons("report_alone", report.emergencies, draw), *_reasons("report_rejected", report.rejections, draw)]
    counts = {"approvals": report.approvals, "rejections": len(report.rejections), "alone": len(report.emergencies)}
    heading = draw.words("report_decisions", **counts)
    return _listed(heading, said, draw.words) or [heading]


def _reasons(sentence: str, decided: Iterable[Decided], draw: Drawing) -> list[Mrkdwn]:
    return [
        draw.words(
            sentence,
            who=draw.who(each.decision.person),
            runbook=each.runbook,
            reason=clean(" ".join(each.decision.reason.split()), _REASON),
        )
        for each in decided
    ]


def _calls(report: Report, draw: Drawing) -> list[Mrkdwn]:
    """Who was called how often, and when it hurts most."""
    lines = [
        draw.words(
            "report_called",
            who=called_as(draw.team(), person),
            count=sum(counts.values()),
            night=sum(count for when, count in counts.items() if when.at_night),
            weekend=sum(count for when, count in counts.items() if when.at_the_weekend),
        )
        for person, counts in report.called().items()
    ]
    return _listed(draw.words("report_calls", count=len(report.calls)), lines, draw.words)


def _listed(heading: Mrkdwn, lines: Sequence[Mrkdwn], words: Words) -> list[Mrkdwn]:
    """The first of the lines; none at all where there is nothing to list."""
    if not lines:
        return []
    left = len(lines[_MOST:])
    return [heading, *lines[:_MOST], *([words("report_more", count=left)] if left else [])]


def _days(report: Report, words: Words) -> tuple[str, str]:
    """The first day and the last one of the week."""
    start, end = (at.astimezone(report.zone).date() for at in (report.week.start, report.week.end))
    return _day(start, words), _day(end, words)


def _day(day: date, words: Words) -> str:
    return words.plain("chart_day", month=f"{day:%m}", day=f"{day:%d}")
