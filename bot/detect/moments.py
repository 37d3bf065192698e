"""When a line of a log was written, in the formats that are common. Pure: the present is given."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_HEAD = 250  # bytes in which a time stands at the beginning of a line
_FIELDS = 8192  # bytes in which it stands as a field in JSON
_KEPT = 4096  # times that are remembered as they were read: many lines have the same
_MONTHS = {name: at for at, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_MONTH = rb"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = rb"([0-2]\d):([0-5]\d):([0-6]\d)(?:[.,](\d{1,9}))?"
_ZONE = rb"(Z|[+-]\d\d:?\d\d)?"

# 2026-11-21T14:02:11.123Z · 2026-11-21 14:02:11,123 · 2026/11/21 14:02:11
_ISO = re.compile(rb"((?:19|20)\d\d)[-/]([01]\d)[-/]([0-3]\d)[T ]" + _TIME + rb" ?" + _ZONE)
# 21/Nov/2026:14:02:11 +0000 · 21 Nov 2026 14:02:11.123
_DAY_FIRST = re.compile(rb"([0-3]?\d)[/ -]" + _MONTH + rb"[/ -]((?:19|20)\d\d)[: ]" + _TIME + rb" ?" + _ZONE)
# [Sat Nov 21 14:02:11.123456 2026]
_YEAR_LAST = re.compile(_MONTH + rb" ([ \d]\d) " + _TIME + rb" ((?:19|20)\d\d)")
# Nov 21 14:02:11, without a year; E1121 14:02:11.123
_SYSLOG = re.compile(rb"(?:<\d{1,3}>)?" + _MONTH + rb" ([ \d]\d) " + _TIME + rb"(?! (?:19|20)\d\d)")
_KLOG = re.compile(rb"[IWEF]([01]\d)([0-3]\d) " + _TIME)
_FIELD = re.compile(
    rb'"(?:@?timestamp|time|ts|t|@t|date|datetime|asctime|eventtime|\$date)"\s*:\s*"?([^",}]{1,40})', re.I
)
_SECONDS = re.compile(rb'(?:^|\bts=|\btime=)"?(1\d{9}(?:\.\d{1,9})?|1\d{12})\b')


class Moment(NamedTuple):
    """`at`: seconds since 1970, of a log without a zone as if it were UTC. `shown`: ISO 8601, a zone only where the log
    has one."""

    at: float
    shown: str


class Moments:
    """Reads the times of one log."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[bytes, Moment | None] = {}

    def of(self, line: bytes) -> Moment | None:
        """None for a line without a time."""
        if line.startswith(b"{") and (field := _FIELD.search(line[:_FIELDS])):
            return self._once(field[1])
        return self._once(line[:_HEAD].partition(b'"')[0] if line[:1] != b"{" else line[:_HEAD])

    def _once(self, text: bytes) -> Moment | None:
        key = text[:32]
        # Only a short text is wholly its beginning; a longer one must have its time there to be remembered by it.
        if key in self._known:
            return self._known[key]
        found = self._read(text)
        moment, end = found if found else (None, 0)
        if len(text) <= len(key) or 0 < end <= len(key):
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = moment
        return moment

    def _read(self, text: bytes) -> tuple[Moment, int] | None:
        """The moment, and where in the text it ends."""
        try:
            if found := _SYSLOG.match(text):
                month, day, *clock = found.groups()
                return self._without_year(_MONTHS[month], int(day), clock), found.end()
            if found := _KLOG.match(text):
                month, day, *clock = found.groups()
                return self._without_year(int(month), int(day), clock), found.end()
            matches = [match for form in (_ISO, _DAY_FIRST, _YEAR_LAST) if (match := form.search(text))]
            if matches:
                found = min(matches, key=lambda match: match.start())
                return _with_year(found), found.end()
            if found := _SECONDS.search(text):
                return _since_1970(found[1]), found.end()
        except (ValueError, OverflowError):  # the 31st of February
            return None
        return None

    def _without_year(self, month: int, day: int, clock: list[bytes | None]) -> Moment:
        """This year's, or last year's when it would still be to come."""
        moment = _moment(self._now.year, month, day, clock, None)
        return (
            moment
            if moment.at < self._now.timestamp() + 86400 * 2
            else _moment(self._now.year - 1, month, day, clock, None)
        )


def _with_year(found: re.Match[bytes]) -> Moment:
    if found.re is _ISO:
        year, month, day, *rest = found.groups()
        return _moment(int(year), int(month), int(day), rest[:4], rest[4])
    if found.re is _DAY_FIRST:
        day, month, year, *rest = found.groups()
        return _moment(int(year), _MONTHS[month], int(day), rest[:4], rest[4])
    month, day, *rest = found.groups()
    return _moment(int(rest[4] or 0), _MONTHS[month], int(day), rest[:4], None)


def _moment(year: int, month: int, day: int, clock: list[bytes | None], zone: bytes | None) -> Moment:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    micro = int((clock[3] or b"0").ljust(6, b"0")[:6])
    read = datetime(year, month, day, hour, minute, min(second, 59), micro, _zone(zone) if zone else UTC)
    shown = read.isoformat(timespec="milliseconds" if micro else "seconds")
    return Moment(read.timestamp(), shown if zone else shown.removesuffix("+00:00"))


def _zone(zone: bytes) -> timezone:
    if zone == b"Z":
        return UTC
    digits = zone[1:].replace(b":", b"")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if zone.startswith(b"-") else offset)


def _since_1970(number: bytes) -> Moment:
    at = float(number) / (1000 if len(number) == 13 and b"." not in number else 1)
    return Moment(at, datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"))
