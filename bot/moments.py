"""A moment as people say it, in English or Portuguese: `tomorrow 03:00`, `sexta às 22h`, `2026-12-24 09:00`.

Read with dateparser, which guesses where it does not know. A wrong moment is worse than none here, since it decides who
is called at night: what is read has to hold each number that the person wrote, or else it is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rota import as_moment

LONGEST = 80  # characters; whoever writes more says something else
_FARTHEST = timedelta(days=732)  # from now, either way

# What dateparser misreads or does not know → what it reads. In this order.
_SAID_OTHERWISE = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"\s+", " "),
        (r"\bmeia[- ]noite\b", "00:00"),
        (r"\bmeio[- ]dia\b", "12:00"),
        (r"\b(\d{1,3}) ?h(?:rs?|ours?)? from now\b", r"in \1 hours"),
        (r"(?<!\S)\+ ?(?=\d{1,3} ?[a-z])", "in "),
        (r"\b(?:in|em|daqui a) (\d{1,2}) ?h ?(\d{2})\b", r"in \1 hours \2 minutes"),
        (r"\b(\d{1,2}) ?h ?(\d{2})\b", r"\1:\2"),
        (r"(?<!\bem )(?<!\bin )(?<!\bdaqui a )\b(\d{1,2}) ?h(?:rs?|oras?)?\b", r"\1:00"),
        (r"\bdaqui a\b", "em"),
        (r"\bdepois de amanh[ãa]\b", "day after tomorrow"),
        (r"\bamanha\b", "amanhã"),
        (r"-feira\b", ""),
        (r"\bpr[óo]xim[ao] (?=seg|ter|qua|qui|sex|s[áa]b|dom)", ""),
        (r"(?<=\w) que vem\b", ""),
        # Words before a time of day; only the time counts.
        (r"(?:^| )(?:at|@|às|as|à|a|pelas) ?(?=\d)", " "),
    )
)
_MONTH = r"(?:jan|feb|fev|mar|apr|abr|may|mai|jun|jul|aug|ago|sep|set|oct|out|nov|dec|dez)[a-zç]*\.?"
_HOUR_AT_THE_END = re.compile(r"(?<!\w)(?P<before>[^\W\d]+\.?) (?P<hour>\d{1,2})$")
_A_MONTH = re.compile(_MONTH)
_SOME_MONTH = re.compile(rf"\b{_MONTH}(?!\w)")
_DAY_ALONE = re.compile(r"today|tomorrow|day after tomorrow|hoje|amanhã")
_TIME = re.compile(r"\b(\d{1,2})(?::(\d{2}))?(?::(\d{2}))? ?([ap])\.?m\b|\b(\d{1,2}):(\d{2})(?::(\d{2}))?\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_DATED = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d))?")
_OFFSET = re.compile(r"(?<=\d) ?[+-]\d{2}:?\d{2}$|\b(?:utc|gmt)[+-]\d{1,2}(?::\d{2})?$")
_AMOUNT = re.compile(
    r"\b\d+ ?(?:(?:s|secs?|segs?|m|mins?|h|hrs?|d|w)(?!\w)"
    r"|(?:second|segundo|minute|minuto|hour|hora|day|dia|week|semana))"
)
_WEEKDAYS = tuple(
    re.compile(rf"\b(?:{names})\b")
    for names in (
        "mon(?:day)?|seg(?:unda)?",
        "tue(?:s(?:day)?)?|ter(?:[çc]a)?",
        "wed(?:nesday)?|qua(?:rta)?",
        "thu(?:r(?:s(?:day)?)?)?|qui(?:nta)?",
        "fri(?:day)?|sex(?:ta)?",
        "sat(?:urday)?|s[áa]b(?:ado)?",
        "sun(?:day)?|dom(?:ingo)?",
    )
)
_NOT_THE_FIRST = re.compile(r"\bnext\b|\bpr[óo]xim|\bque vem\b")
# Either end of that day; before or after that moment, whenever that is.
_EITHER = re.compile(
    r"\b(?:today|hoje)\b.*\b(?:midnight|meia[- ]noite)\b|\b(?:midnight|meia[- ]noite)\b.*\b(?:today|hoje)\b"
    r"|(?<!\bday )\bafter\b|\bbefore\b|\bantes\b|\bdepois\b(?! de amanh)"
)
_PASSING = re.compile(
    r"now|agora|(?:(?:in|em|h[áa]) )?"
    r"(?:\d+ ?(?:s|secs?|seconds?|seg|segundos?|m|mins?|minutes?|minutos?|h|hrs?|hours?|horas?)(?:,? (?:and |e )?|$))+"
    r"(?:ago|atr[áa]s)?"
)
_AMOUNT_OF_MONTHS = re.compile(r"\b\d+ ?(?:month|m[êe]s|year|ano)")


def moment_of(text: str, now: datetime, zone: ZoneInfo, *, day_first: bool = False) -> datetime | None:
    """The moment in UTC; None for what cannot be understood for sure. Never raises.

    `zone`: where the clock hangs that the person has in mind. What could be past or to come is to come. A day alone is
    its beginning. `day_first`: 3/12 is in December; else such a date is refused, as it could be either.
    """
    said = _simplified(text)
    if said is None:
        return None
    dated = _with_plain_dates(said, now.astimezone(zone), day_first=day_first)
    if dated is None:
        return None
    local = now.astimezone(zone).replace(tzinfo=None)
    if _PASSING.fullmatch(dated):  # so long by any clock, also in a night in which this one is changed
        found = _guess(dated, now.astimezone(UTC).replace(tzinfo=None))
        found = found.replace(tzinfo=UTC) if found is not None else None
    else:
        found = _guess(dated, local)
    if found is None or not _holds(dated, found):
        return None
    if not _NOT_THE_FIRST.search(text.casefold()):
        found = _first(dated, found, local)
    if _DAY_ALONE.fullmatch(dated):
        found = found.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        moment = found.astimezone(UTC) if found.tzinfo else as_moment(found, zone)
        return moment if abs(moment - now) <= _FARTHEST else None
    except OverflowError:  # at either end of all years
        return None


def span_of(
    start: str, end: str, now: datetime, zone: ZoneInfo, *, day_first: bool = False
) -> tuple[datetime | None, datetime | None]:
    """From when to when. An end that would lie before the start is one after it: `from friday 18:00 to 22:00`."""
    begins = moment_of(start, now, zone, day_first=day_first)
    ends = moment_of(end, now, zone, day_first=day_first)
    if begins is not None and ends is not None and ends <= begins:
        later = moment_of(end, begins, zone, day_first=day_first)
        ends = later if later is not None and later > begins else ends
    return begins, ends


def _simplified(text: str) -> str | None:
    """In lower case, as dateparser reads it best; None for what is no moment at sight."""
    if len(text) > LONGEST or _EITHER.search(text.casefold()):
        return None
    said = text.casefold().strip(" \t\n\"'“”„‘’«».,;?")
    for pattern, other in _SAID_OTHERWISE:
        said = pattern.sub(other, said)
    said = said.strip()
    if len(said) > LONGEST or not re.search(r"[^\W\d_]|:|/|-", said):  # a number alone could be a day, an hour, a month
        return None
    last = _HOUR_AT_THE_END.search(said)
    if last is not None and not _A_MONTH.fullmatch(last["before"]):
        said += ":00"
    return said


def _with_plain_dates(said: str, now: datetime, *, day_first: bool) -> str | None:
    """24/12 as 2026-12-24; None when it could be two days, or is none."""
    found = _SLASHED.search(said)
    if found is None:
        return said
    first, second = int(found[1]), int(found[2])
    if first > 12 or day_first or first == second:
        day, month = first, second
    elif second > 12:
        day, month = second, first
    else:
        return None
    years = (int(found[3]) % 100 + 2000,) if found[3] else (now.year, now.year + 1)
    for year in years:
        try:
            there = datetime(year, month, day, tzinfo=now.tzinfo)
        except ValueError:  # no such day in this year
            continue
        if found[3] or there.date() >= now.date():
            return f"{said[: found.start()]}{there:%Y-%m-%d}{said[found.end() :]}"
    return None


def _guess(said: str, base: datetime) -> datetime | None:
    import dateparser  # its tables take a tenth of a second, and nobody needs them at a start

    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": base}
    found: datetime | None = dateparser.parse(said, languages=["en", "pt"], settings=settings)
    return found


def _first(said: str, found: datetime, now: datetime) -> datetime:
    """The first of its kind that is to come: dateparser takes no weekday and no date for one of today."""
    if found.tzinfo is None and any(each.search(said) for each in _WEEKDAYS):
        week_before = found - timedelta(days=7)
        if week_before > now and _holds(said, week_before):
            return week_before
    is_today = (found.month, found.day) == (now.month, now.day) and found.year == now.year + 1
    return (
        now.replace(hour=0, minute=0, second=0, microsecond=0)
        if is_today and not re.search(r":|\d{4}", said)
        else found
    )


def _holds(said: str, found: datetime) -> bool:
    """Whether each number and weekday that was written stands in what was read: dateparser leaves out what it does not
    know."""
    rest = _OFFSET.sub("", said)
    for date in _DATED.finditer(rest):
        if (int(date[1]), int(date[2]), int(date[3])) != (found.year, found.month, found.day):
            return False
    rest = _DATED.sub(" ", rest)
    for time in _TIME.finditer(rest):
        if _time_of(time) != (found.hour, found.minute):
            return False
    rest = _AMOUNT_OF_MONTHS.sub(" ", _AMOUNT.sub(" ", _TIME.sub(" ", rest)))
    if any(names.search(rest) and found.weekday() != day for day, names in enumerate(_WEEKDAYS)):
        return False
    if (
        _SOME_MONTH.search(rest) and not _PASSING.fullmatch(said) and not re.search(r"\d", rest)
    ):  # a day of it would be made up
        return False
    return all(int(number) in {found.day, found.year} for number in re.findall(r"\d+", rest))


def _time_of(found: re.Match[str]) -> tuple[int, int]:
    """The hour of 24 and the minute."""
    if found[4]:
        return int(found[1]) % 12 + (12 if found[4] == "p" else 0), int(found[2] or 0)
    return int(found[5]), int(found[6])
