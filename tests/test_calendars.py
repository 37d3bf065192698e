"""The rota from an iCalendar: who is meant by its events, and what is made of odd and hostile ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.events import Reading, shifts_of
from bot.calendars.people import Attendee, Names
from bot.errors import CalendarUnusable
from bot.rota import Roster
from bot.team import Team

SAMPLES = Path(__file__).parent / "calendars"
START = datetime(2026, 9, 1, tzinfo=UTC)
END = START + timedelta(days=240)


def team(zone: str = "America/Sao_Paulo", **people: dict[str, str]) -> Team:
    parts: dict[str, Any] = {
        "alice": {"slack": "U0000000001", "email": "alice@example.com"},
        "bob": {"slack": "U0000000002", "email": "bob@example.com", "calendar": "Roberto Souza"},
        "carol": {"slack": "U0000000003"},
        **people,
    }
    return Team.model_validate({"people": parts, "rota": {"timezone": zone, "ics": "oncall.ics"}})


def event(title: str, start: str, end: str = "", *more: str) -> str:
    """A property's parameters go before its value: `;VALUE=DATE:20261116`."""
    lines = [f"DTSTART{start}", *([f"DTEND{end}"] if end else []), f"SUMMARY:{title}", *more]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*events: str, zone: str = "") -> str:
    head = f"X-WR-TIMEZONE:{zone}\r\n" if zone else ""
    each = "".join(one if "UID:" in one else one.replace("SUMMARY", f"UID:{at}\r\nSUMMARY", 1)
                   for at, one in enumerate(events))  # fmt: skip
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{each}END:VCALENDAR\r\n"


def read(text: str, ours: Team | None = None) -> Reading:
    return shifts_of(text, ours or team(), START, END)


def told(reading: Reading) -> list[tuple[str, str, str]]:
    return [(each.who, f"{each.start:%m-%d %H:%M}", f"{each.end:%m-%d %H:%M}") for each in reading.shifts]


# -- what tools export ---


def test_pagerduty_names_people_by_an_attendee_and_in_the_title() -> None:
    """A schedule's name may hold somebody else's, and an address that nobody knows leaves the title."""
    reading = read((SAMPLES / "pagerduty.ics").read_text())
    assert told(reading) == [("alice", "11-16 12:00", "11-23 12:00"), ("bob", "11-23 12:00", "11-30 12:00")]
    assert reading.problems == ('"On Call - Dora Dias - Primary" names nobody of the team file',)


def test_opsgenie_names_people_by_their_address() -> None:
    """And a stranger's address that begins like somebody's name is a stranger's."""
    reading = read((SAMPLES / "opsgenie.ics").read_text())
    assert told(reading) == [("alice", "11-16 12:00", "11-17 00:00"), ("bob", "11-17 00:00", "11-17 12:00")]
    assert reading.problems == ('"shop_schedule: alice@elsewhere.example" names nobody of the team file',)


def test_grafana_oncall_names_people_by_their_user_name() -> None:
    assert told(read((SAMPLES / "grafana-oncall.ics").read_text())) == [
        ("alice", "11-16 00:00", "11-16 12:00"),
        ("bob", "11-16 12:00", "11-17 00:00"),
        ("alice", "11-17 00:00", "11-17 12:00"),
        ("bob", "11-17 12:00", "11-18 00:00"),
        ("alice", "11-18 00:00", "11-18 12:00"),
    ]


def test_google_calendar_with_all_that_people_do_in_it() -> None:
    """Weeks that keep to 09:00 in New York across the change of its clock, one taken out, one begun late, a day that
    somebody covers in the rota's zone, one that was cancelled, and an invitation that was declined."""
    reading = read((SAMPLES / "google.ics").read_text())
    assert told(reading)[:6] == [
        ("alice", "10-26 13:00", "11-02 14:00"),
        ("bob", "11-02 14:00", "11-07 03:00"),
        ("carol", "11-07 03:00", "11-08 03:00"),
        ("bob", "11-08 03:00", "11-09 14:00"),
        ("alice", "11-09 14:00", "11-16 14:00"),
        ("bob", "11-17 14:00", "11-23 14:00"),
    ]
    assert reading.problems == (
        "bob and carol are both on call from 2026-11-07 00:00 to 2026-11-08 00:00; "
        "carol counts, whose event began later",
    )


# -- who is meant ---


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("alice", ["alice"]),
        ("On Call - ALICE - Primary", ["alice"]),
        ("[L1] Álice", ["alice"]),
        ("malice", []),
        ("alice's week", ["alice"]),
        ("Plantão: ROBERTO  SOUZA", ["bob"]),
        ("Roberto", []),
        ("roberto.souza", ["bob"]),
        ("bob covers for alice", ["bob", "alice"]),
        ("alice@example.com", ["alice"]),
        ("primary: <BOB@EXAMPLE.COM>", ["bob"]),
        ("alice@elsewhere.example", []),
        ("ann", ["ann"]),
        ("Ann Lee", ["lee"]),
        ("ann and Ann Lee", ["ann", "lee"]),
        ("", []),
    ],
)
def test_who_is_meant_by_a_title(title: str, meant: list[str]) -> None:
    """As a whole word; of two names in one place the longer one."""
    names = Names(team(ann={"slack": "U0000000004"}, lee={"slack": "U0000000005", "calendar": "Ann Lee"}))
    assert list(names.meant(title, [])) == meant


def test_attendees_go_before_the_title_and_the_title_chooses_among_them() -> None:
    names = Names(team())
    alice, bob = Attendee("ALICE@example.com", ""), Attendee("", "Roberto Souza")
    stranger = Attendee("who@else.example", "Who Else")
    assert list(names.meant("carol's services", [stranger, alice])) == ["alice"]
    assert list(names.meant("bob this week", [alice, bob])) == ["bob", "alice"]
    assert list(names.meant("carol", [stranger])) == ["carol"]


def test_an_event_that_names_several_people_is_said() -> None:
    reading = read(calendar(event("bob covers for alice", ":20261116T090000Z", ":20261117T090000Z")))
    assert told(reading) == [("bob", "11-16 09:00", "11-17 09:00")]
    assert reading.problems == ('"bob covers for alice" names bob, alice; bob counts',)


@pytest.mark.parametrize(
    ("title", "invited", "shifts", "problems"),
    [
        ("On call: alice", "PARTSTAT=DECLINED:mailto:alice@example.com", [], ()),
        ("On call", "PARTSTAT=DECLINED:mailto:alice@example.com", [], ()),
        ("On call: alice", "PARTSTAT=DECLINED;CN=Roberto Souza:mailto:r@else.example", ["alice"], ()),
        ("alice and bob", "PARTSTAT=DECLINED:mailto:alice@example.com", ["bob"], ()),
        ("On call", "PARTSTAT=DECLINED:mailto:who@else.example", [], ('"On call" names nobody of the team file',)),
    ],
)
def test_who_declined_is_not_on_call_whatever_the_title_says(
    title: str, invited: str, shifts: list[str], problems: tuple[str, ...]
) -> None:
    reading = read(calendar(event(title, ":20261116T090000Z", ":20261117T090000Z", f"ATTENDEE;{invited}")))
    assert ([each.who for each in reading.shifts], reading.problems) == (shifts, problems)


# -- times ---


def test_a_day_is_one_of_the_rotas_zone_also_when_it_has_25_hours() -> None:
    text = calendar(event("alice", ";VALUE=DATE:20261101"), event("bob", ";VALUE=DATE:20261102"), zone="UTC")
    assert told(read(text, team("America/New_York"))) == [
        ("alice", "11-01 04:00", "11-02 05:00"),
        ("bob", "11-02 05:00", "11-03 05:00"),
    ]


def test_a_time_without_a_zone_is_one_of_the_calendars_or_else_of_the_rotas() -> None:
    floating = event("alice", ":20261116T090000", ":20261117T090000")
    assert told(read(calendar(floating))) == [("alice", "11-16 12:00", "11-17 12:00")]
    assert told(read(calendar(floating, zone="Asia/Tokyo"))) == [("alice", "11-16 00:00", "11-17 00:00")]
    assert told(read(calendar(floating, zone="Mars/Olympus"))) == [("alice", "11-16 12:00", "11-17 12:00")]


def test_zones_by_windows_names_are_known_and_unknown_ones_said() -> None:
    of_windows = ";TZID=W. Europe Standard Time"
    text = calendar(event("alice", f"{of_windows}:20261116T090000", f"{of_windows}:20261117T090000"))
    assert told(read(text)) == [("alice", "11-16 08:00", "11-17 08:00")]
    unknown = read(text.replace("W. Europe Standard Time", "Mars/Olympus"))
    assert told(unknown) == [("alice", "11-16 12:00", "11-17 12:00")]
    assert unknown.problems == ('"alice" is in a zone that nobody knows, Mars/Olympus; the team\'s is taken',)


def test_what_lasts_no_time_and_what_lies_elsewhere_is_no_shift() -> None:
    text = calendar(
        event("alice", ":20261116T090000Z"),
        event("bob", ":20200101T090000Z", ":20200108T090000Z"),
        event("carol", ":20261116T090000Z", "", "DURATION:PT8H"),
    )
    assert told(read(text)) == [("carol", "11-16 09:00", "11-16 17:00")]
    assert read(text).problems == ()


# -- at the same time ---


def test_of_two_at_a_time_the_later_begun_wins_and_the_other_goes_on_after_it() -> None:
    """As overrides are written; of two that begin together the shorter one."""
    text = calendar(
        event("alice", ":20261116T000000Z", ":20261120T000000Z"),
        event("bob", ":20261117T000000Z", ":20261118T000000Z"),
        event("carol", ":20261116T000000Z", ":20261116T120000Z"),
        event("alice", ":20261116T000000Z", ":20261120T000000Z"),  # twice, as when two calendars are merged
    )
    reading = read(text)
    assert told(reading) == [
        ("carol", "11-16 00:00", "11-16 12:00"),
        ("alice", "11-16 12:00", "11-17 00:00"),
        ("bob", "11-17 00:00", "11-18 00:00"),
        ("alice", "11-18 00:00", "11-20 00:00"),
    ]
    assert reading.problems == (
        "carol and alice are both on call from 2026-11-15 21:00 to 2026-11-16 09:00; "
        "carol counts, whose event is shorter",
        "alice and bob are both on call from 2026-11-16 21:00 to 2026-11-17 21:00; bob counts, whose event began later",
    )


spans = st.tuples(st.sampled_from(["alice", "bob", "carol"]), st.integers(0, 40), st.integers(1, 12))


@given(st.lists(spans, max_size=12), st.integers(0, 52))
def test_whose_event_counts_is_what_an_hourly_look_at_all_of_them_says(events: list[Any], hour: int) -> None:
    """Against the obvious way: at each hour the event that began last, then the one that ends first."""
    day = datetime(2026, 11, 16, tzinfo=UTC)
    at = [(who, day + timedelta(hours=begin), day + timedelta(hours=begin + long)) for who, begin, long in events]
    text = calendar(*(event(who, f":{begin:%Y%m%dT%H%M%SZ}", f":{end:%Y%m%dT%H%M%SZ}") for who, begin, end in at))
    reading = read(text)
    moment = day + timedelta(hours=hour)
    going = [each for each in at if each[1] <= moment < each[2]]
    expected = min(going, key=lambda each: (-each[1].timestamp(), each[2], each[0]))[0] if going else None
    assert Roster(reading.calendar).on_call(moment) == expected
    assert all(one.end <= other.start for one, other in zip(reading.shifts, reading.shifts[1:], strict=False))


# -- broken and hostile ones ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        ("<!DOCTYPE html><html>Please log in</html>", "it is no iCalendar but a web page, as where one has to log in"),
        ('{"error": "no"}', "it is no iCalendar but something else"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:alice\r\n", "it is no whole iCalendar"),
        ("BEGIN:VCALENDAR\r\nCALSCALE:MAYA\r\nEND:VCALENDAR\r\n", "its events cannot be read"),
    ],
)
def test_what_is_no_calendar_is_told_apart(text: str, said: str) -> None:
    with pytest.raises(CalendarUnusable, match=f"^{re.escape(said)}"):
        read(text)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (event("alice", ":soon"), "DTSTART cannot be read"),
        (event("alice", ":20261116T090000Z", "", "RRULE:FREQ=NEVER"), "RRULE cannot be read"),
        (event("alice", ":00010101T090000Z", ":20261116T090000Z"), "it begins in the year 1"),
        (event("alice", ":20261116T090000Z", ":20261115T090000Z"), "it ends before it begins"),
        (event("alice", ":20261116T090000Z", ";VALUE=DATE:20261117"), "it begins with a day and ends with a time"),
        (event("alice", ":20261116T090000Z", "", "DTSTART:20261117T090000Z"), "DTSTART cannot be read"),
        (event("alice", ":20261116T090000Z", "", "RRULE:FREQ=SECONDLY", "DURATION:PT1S"), "it repeats too often"),
        (event("alice", ":19000101T000000Z", "", "RRULE:FREQ=HOURLY", "DURATION:PT1H"), "it repeats too often"),
        (
            event("alice", ":20261116T000000Z", "", "RRULE:FREQ=DAILY;INTERVAL=0", "DURATION:PT1H"),
            "its INTERVAL is less",
        ),
        (event("alice", ":20261116T000000Z", "", "DURATION:P9999999D"), "it lasts too long"),
        (event("alice", ":20261116T000000Z", ":99991231T000000Z"), "it lasts too long"),
        (
            event("alice", ":20261116T000000Z", "", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "DURATION:PT1H"),
            "its rule is for days that may never come",
        ),
    ],
)
def test_one_broken_event_is_left_out_and_said_and_the_others_count(broken: str, said: str) -> None:
    reading = read(calendar(broken, event("bob", ":20261116T090000Z", ":20261117T090000Z")))
    assert told(reading) == [("bob", "11-16 09:00", "11-17 09:00")]
    (problem,) = reading.problems
    assert problem.startswith(f'"alice" is left out: {said}')


SUNDAY = ":20261101T090000Z"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY;BYMONTHDAY=31",
        "FREQ=HOURLY;INTERVAL=48;BYDAY=MO",
        "FREQ=DAILY;INTERVAL=3;BYMONTHDAY=40;COUNT=1",
        "FREQ=HOURLY;BYMONTH=13;UNTIL=20261231T000000Z",
    ],
)
def test_a_rule_that_would_be_sought_for_long_is_left_out(rule: str) -> None:
    """Also when it begins after the window: the library would seek its first time."""
    for start in (SUNDAY, ":20280101T090000Z"):
        reading = read(calendar(event("alice", start, "", f"RRULE:{rule}", "DURATION:PT1H")))
        assert reading.shifts == ()
        assert re.search(r"^\"alice\" is left out: (its rule is for days|it repeats too often)", reading.problems[0])


def test_rules_that_may_never_come_have_a_few_seconds_in_all_after_the_others() -> None:
    """Not even an UNTIL ends the search for one."""
    vain = [event("alice", SUNDAY, "", "RRULE:FREQ=MONTHLY;BYDAY=6MO", "DURATION:PT1H") for _ in range(5)]
    sure = event("bob", ":20261116T090000Z", "", "RRULE:FREQ=DAILY;COUNT=2", "DURATION:PT1H")
    ticks = iter([0.0, 1.0, 2.0, 3.0, 3.5, 4.0])  # when it begins, and before each of the five
    reading = shifts_of(calendar(*vain, sure), team(), START, END, lambda: next(ticks))
    assert [each for each in told(reading) if each[0] == "bob"] == [
        ("bob", "11-16 09:00", "11-16 10:00"),
        ("bob", "11-17 09:00", "11-17 10:00"),
    ]
    assert reading.problems == ('"alice" is left out: there was no time left for it',) * 3


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "FREQ=HOURLY;INTERVAL=12;BYDAY=MO,TU"),
        *("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY", "FREQ=YEARLY"),
        *("FREQ=WEEKLY;BYMONTH=11,12;BYDAY=SU", "FREQ=DAILY;INTERVAL=5;BYDAY=SU", "FREQ=DAILY;BYMONTHDAY=1,15"),
    ],
)
def test_rules_that_come_soon_for_sure_need_no_time_of_those_that_may_not(rule: str) -> None:
    """As long as they are, and on a slow machine too: the clock has run out."""
    ticks = iter([0.0])
    text = calendar(event("alice", SUNDAY, "", f"RRULE:{rule}", "DURATION:PT1H"))
    reading = shifts_of(text, team(), START, END, lambda: next(ticks))
    assert (reading.problems, reading.shifts[0].who) == ((), "alice")


def test_an_event_inside_another_is_held_to_the_same() -> None:
    inner = event("alice", SUNDAY, "", "RRULE:FREQ=SECONDLY", "DURATION:PT1S", "UID:in")
    outer = event("bob", ":20261116T090000Z", ":20261117T090000Z", "UID:out", inner.strip())
    reading = read(calendar(outer))
    assert told(reading) == [("bob", "11-16 09:00", "11-17 09:00")]
    assert reading.problems == ('"alice" is left out: it repeats too often for a rota',)


def test_one_event_that_the_library_cannot_read_costs_itself_alone() -> None:
    bad = event("alice", SUNDAY, "", "RRULE:FREQ=MINUTELY;BYHOUR=3;INTERVAL=1440", "DURATION:PT1H")
    good = event("bob", ":20261116T090000Z", ":20261117T090000Z")
    reading = read(calendar(bad, good))
    assert told(reading) == [("bob", "11-16 09:00", "11-17 09:00")]
    assert reading.problems[0].startswith('"alice" is left out: it cannot be read: Invalid combination')
    with pytest.raises(CalendarUnusable, match=r"^its events cannot be read: Invalid"):
        read(calendar(bad))


ALICE_MONDAY = event("alice", ":20261116T090000Z", ":20261117T090000Z", "UID:1")
BOB_MONDAY = event("bob", ":20261116T090000Z", ":20261117T090000Z", "UID:1")


@pytest.mark.parametrize(
    ("events", "who", "said"),
    [
        ([ALICE_MONDAY, ALICE_MONDAY.replace("UID:1", "UID:1\r\nDTSTAMP:20261101T090000Z")], "alice", ()),
        ([ALICE_MONDAY, BOB_MONDAY.replace("UID:1", "UID:1\r\nSEQUENCE:2")], "bob", ()),
        ([BOB_MONDAY.replace("UID:1", "UID:1\r\nSEQUENCE:2"), ALICE_MONDAY], "bob", ()),
        (
            [ALICE_MONDAY, BOB_MONDAY],
            "alice",
            (
                '"bob" of 2026-11-16 09:00 is left out: '
                'it has the UID of "alice" of 2026-11-16 09:00, which comes before it',
            ),
        ),
    ],
)
def test_of_events_with_one_uid_the_latest_version_counts_and_none_is_lost_silently(
    events: list[str], who: str, said: tuple[str, ...]
) -> None:
    """Copies are no news; a changed time of one of them is told by its RECURRENCE-ID."""
    moved = event("carol", ":20261120T090000Z", ":20261121T090000Z", "UID:1", "RECURRENCE-ID:20261123T090000Z")
    weekly = [each.replace("UID:1", "RRULE:FREQ=WEEKLY;COUNT=2\r\nUID:1") for each in events]
    reading = read(calendar(*weekly, moved))
    assert told(reading) == [(who, "11-16 09:00", "11-17 09:00"), ("carol", "11-20 09:00", "11-21 09:00")]
    assert reading.problems == said


def test_many_problems_of_a_kind_are_counted() -> None:
    strangers = [event(f"person {at % 12}", f":202611{1 + at:02}T090000Z", "", "DURATION:PT1H") for at in range(24)]
    problems = read(calendar(*strangers)).problems
    assert len(problems) == 11
    assert problems[0] == '"person 0" names nobody of the team file (2 times)'
    assert problems[-1] == "and 2 more like this"


lines = st.sampled_from(
    [
        *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTIMEZONE", "SUMMARY:alice"),
        *("DTSTART:20261116T090000Z", "DTSTART;VALUE=DATE:20261116", "DTSTART;TZID=X:20261116T090000", "DTSTART:"),
        *(
            "DTEND:20261117T090000",
            "DTEND;VALUE=DATE:20261117",
            "DTEND:99991231T235959Z",
            "DURATION:-P1D",
            "DURATION:x",
        ),
        *("RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:COUNT=x", "RDATE:20261120T090000Z", "EXDATE:no"),
        *("RECURRENCE-ID:20261123T090000Z", "UID:1", "STATUS:CANCELLED", "ATTENDEE;CN=alice:mailto:", "ATTENDEE:"),
        *("SEQUENCE:2", "SEQUENCE:x", "END:VEVENT\r\nBEGIN:VEVENT"),
        *("X-WR-TIMEZONE:nowhere", "TZID:X", ";;;", "SUMMARY;LANGUAGE=", "RRULE:FREQ=YEARLY;UNTIL=20261231"),
    ]
)


@given(st.lists(lines, max_size=14))
def test_whatever_it_says_it_is_a_reading_or_a_clear_no(said: list[str]) -> None:
    """Within moments, and never an error of a library's own."""
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *said, "END:VEVENT", "END:VCALENDAR", ""])
    try:
        reading = read(text)
    except CalendarUnusable:
        return
    assert {each.who for each in reading.shifts} <= {"alice"}
