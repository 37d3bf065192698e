"""A moment as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moments import moment_of, span_of
from tests.samples import NOW

ZONE = ZoneInfo("America/Sao_Paulo")  # NOW is Monday 16 November 2026, 11:02 there


def understood(text: str, **how: bool) -> str | None:
    found = moment_of(text, NOW, ZONE, **how)
    return f"{found.astimezone(ZONE):%a %d %b %Y %H:%M}" if found else None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "Mon 16 Nov 2026 11:02"),
        ("tomorrow 03:00", "Tue 17 Nov 2026 03:00"),
        ("amanhã 03:00", "Tue 17 Nov 2026 03:00"),
        ("amanha 3h", "Tue 17 Nov 2026 03:00"),
        ("“Tomorrow  at 9”", "Tue 17 Nov 2026 09:00"),
        ("amanhã às 9", "Tue 17 Nov 2026 09:00"),
        ("tomorrow", "Tue 17 Nov 2026 00:00"),
        ("depois de amanhã 09:00", "Wed 18 Nov 2026 09:00"),
        ("fri 18:00", "Fri 20 Nov 2026 18:00"),
        ("sexta-feira que vem às 18h", "Fri 20 Nov 2026 18:00"),
        ("próxima sexta 18:00", "Fri 20 Nov 2026 18:00"),
        ("next friday 09:00", "Fri 20 Nov 2026 09:00"),
        ("friday 6pm", "Fri 20 Nov 2026 18:00"),
        ("friday 12am", "Fri 20 Nov 2026 00:00"),
        ("monday", "Mon 23 Nov 2026 00:00"),
        ("monday 9", "Mon 23 Nov 2026 09:00"),
        ("dec 24 9am", "Thu 24 Dec 2026 09:00"),
        ("24 de dezembro 09:00", "Thu 24 Dec 2026 09:00"),
        ("2026-12-24 09:00", "Thu 24 Dec 2026 09:00"),
        ("2026-12-24T09:00-03:00", "Thu 24 Dec 2026 09:00"),
        ("2026-12-24 09:00 UTC", "Thu 24 Dec 2026 06:00"),
        ("24/12 09:00", "Thu 24 Dec 2026 09:00"),
        ("12/24 9am", "Thu 24 Dec 2026 09:00"),
        ("1 jan 09:00", "Fri 01 Jan 2027 09:00"),
        ("25/1 09:00", "Mon 25 Jan 2027 09:00"),
        ("hoje às 22h", "Mon 16 Nov 2026 22:00"),
        ("hoje 22h30", "Mon 16 Nov 2026 22:30"),
        ("meio-dia", "Mon 16 Nov 2026 12:00"),
        ("10:00", "Tue 17 Nov 2026 10:00"),
        ("in 90 minutes", "Mon 16 Nov 2026 12:32"),
        ("em 2 horas", "Mon 16 Nov 2026 13:02"),
        ("daqui a 2h", "Mon 16 Nov 2026 13:02"),
        ("2 hours ago", "Mon 16 Nov 2026 09:02"),
        ("in 1h30", "Mon 16 Nov 2026 12:32"),
        ("daqui a 1h30", "Mon 16 Nov 2026 12:32"),
        ("2h from now", "Mon 16 Nov 2026 13:02"),
        ("+2h", "Mon 16 Nov 2026 13:02"),
        ("segunda que vem 9h", "Mon 23 Nov 2026 09:00"),
        ("ontem 9h", "Sun 15 Nov 2026 09:00"),
        ("mon 18:00", "Mon 16 Nov 2026 18:00"),
        ("segunda às 22h", "Mon 16 Nov 2026 22:00"),
        ("next monday 18:00", "Mon 23 Nov 2026 18:00"),
        ("próxima segunda 18h", "Mon 23 Nov 2026 18:00"),
        ("mon 9:00", "Mon 23 Nov 2026 09:00"),
        ("nov 16", "Mon 16 Nov 2026 00:00"),
        ("thu dec 24 9:00", "Thu 24 Dec 2026 09:00"),
    ],
)
def test_people_say_it_in_english_and_in_portuguese(text: str, moment: str) -> None:
    """What could be past or to come is to come; a day alone is its beginning."""
    assert understood(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "1700000000",
        "soon",
        "tomorrow 25:00",
        "31/02 09:00",
        "thursday 1 at 9:00",  # no such Thursday
        "24 dec 9",
        "12/11 09:00",  # November or December
        "9999-12-31 23:59",
        "0001-01-01",
        "in 99999 years",
        "tomorrow 03:00" + " " * 80,
        "<!channel>",
        "fri dec 24 9:00",  # a Thursday
        "friday 2026-12-24",
        "semana que vem 9h",  # on which day
        "mar 9h",  # on which day of March
        "today at midnight",  # at which end of it
        "hoje à meia-noite",
        "after tomorrow",
        "before friday",
    ],
)
def test_what_is_not_sure_is_not_guessed(text: str) -> None:
    """A wrong moment would call the wrong person."""
    assert understood(text) is None


def test_where_days_come_first_a_date_is_one_day() -> None:
    assert understood("12/11 09:00", day_first=True) == "Fri 12 Nov 2027 09:00"
    assert understood("5/12/26 9h", day_first=True) == "Sat 05 Dec 2026 09:00"


def test_it_is_meant_where_the_persons_clock_hangs() -> None:
    """The day too: it is Monday in São Paulo when it is Tuesday in Tokyo."""
    late = datetime(2026, 11, 16, 20, tzinfo=UTC)
    tokyo = ZoneInfo("Asia/Tokyo")
    assert moment_of("tomorrow 03:00", late, ZONE) == datetime(2026, 11, 17, 6, tzinfo=UTC)
    assert moment_of("tomorrow 03:00", late, tokyo) == datetime(2026, 11, 17, 18, tzinfo=UTC)


@pytest.mark.parametrize(("said", "minutes"), [("now", 0), ("in 90 minutes", 90), ("in 2 hours", 120), ("+2h", 120)])
def test_so_long_is_so_long_also_where_the_clock_is_changed(said: str, minutes: int) -> None:
    """In the hour that is left out in spring, and in the second of two in autumn."""
    new_york = ZoneInfo("America/New_York")
    for before in (datetime(2026, 3, 8, 1, 30, tzinfo=new_york), datetime(2026, 11, 1, 1, 10, fold=1, tzinfo=new_york)):
        at = before.astimezone(UTC)
        assert moment_of(said, at, new_york) == at + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "end", "from_", "to"),
    [
        ("fri 18:00", "mon 09:00", "Fri 20 18:00", "Mon 23 09:00"),
        ("fri 18:00", "22:00", "Fri 20 18:00", "Fri 20 22:00"),
        ("tomorrow 20:00", "08:00", "Tue 17 20:00", "Wed 18 08:00"),
        ("tomorrow 09:00", "tomorrow 18:00", "Tue 17 09:00", "Tue 17 18:00"),
        ("now", "in 2 hours", "Mon 16 11:02", "Mon 16 13:02"),
        ("2026-11-18", "2026-11-17", "Wed 18 00:00", "Tue 17 00:00"),  # and that is refused elsewhere
    ],
)
def test_an_end_is_meant_after_its_start(start: str, end: str, from_: str, to: str) -> None:
    found = span_of(start, end, NOW, ZONE)
    assert [f"{each.astimezone(ZONE):%a %d %H:%M}" for each in found if each] == [from_, to]


PIECES = """tomorrow amanhã fri sexta 18:00 22h 22h30 em 2 horas in às 3 31/02 2026-12-24 next que vem ago 99999999
-feira T Z +03:00 am pm 0 :: // depois de atrás há 1º mil anos century 24:61 ' century"""


@given(
    st.one_of(st.text(max_size=90), st.lists(st.sampled_from(PIECES.split()), max_size=8).map(" ".join)), st.booleans()
)
def test_whatever_is_typed_never_raises(text: str, day_first: bool) -> None:
    """And what is understood is within two years or so."""
    found = moment_of(text, NOW, ZONE, day_first=day_first)
    assert found is None or abs((found - NOW).days) <= 733
