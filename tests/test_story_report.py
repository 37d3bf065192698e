"""The weekly report as people see it: a message in the channel, and its picture in the thread."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app import Bot
from bot.clock import utc_now
from bot.incidents.opening import open_anew
from bot.model import BOT, IncidentState, Severity
from tests.at_work import AtWork, Card, _key
from tests.samples import ALICE, BOB

ZONE = ZoneInfo("America/Sao_Paulo")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def wanted_now(work: AtWork) -> str:
    """The team asks for it at this minute; gives its timer's subject."""
    local = utc_now().astimezone(ZONE)
    weekly = f"{DAYS[local.weekday()]} {local:%H:%M}"
    work.write_team(("stakeholders:", f"report: {weekly}\nstakeholders:"))
    return f"{weekly} {ZONE.key}"


def happened(bot: Bot, at: datetime) -> None:
    """An incident, somebody called for it, and its end."""
    incident = open_anew(bot.store, "Checkout is down", Severity.P2, None, at, who=BOB)
    bot.store.escalations.add_escalation(incident.id, "oncall", [ALICE], BOT, "acknowledged", at)
    after = at + timedelta(minutes=42)
    assert bot.store.incidents.move_incident(incident.id, IncidentState.OPEN, IncidentState.RESOLVED, BOB, after)


def test_a_week_is_summed_up_once(work: AtWork) -> None:
    """Also when the bot starts anew; and whoever does not see the picture is told what it shows."""
    subject = wanted_now(work)
    bot = work.start()
    happened(bot, utc_now() - timedelta(days=2))
    bot.store.timers.set_timer("report", subject, utc_now())

    def reports() -> list[dict[str, object]]:
        return [each for each in work.box.messages("incidents") if _key(each).startswith("report:")]

    (message,) = work.box.wait(reports, 20, "the report")
    ts = str(message["ts"])
    words = Card(message).words
    assert "*1 incident*: P2 1\n" in words
    assert "resolve      42m" in words
    assert "alice: 1" in words

    def pictures() -> list[dict[str, str]]:
        return [file for each in work.box.messages("incidents", ts) for file in each.get("files", [])]

    (picture,) = work.box.wait(pictures, 20, "the picture")
    assert picture["mimetype"] == "image/png"
    assert "Incidents a day: " in picture["alt_txt"]
    assert "resolve 42 min" in picture["alt_txt"]

    work.stop()
    bot = work.start()
    bot.store.timers.set_timer("report", subject, utc_now())
    answer = bot.report.preview(ALICE)
    assert "1 incident" in answer["text"]
    sent = "SELECT name FROM files WHERE channel = :person AND sent IS NOT NULL"
    work.box.wait(lambda: bot.store.driver.query(sent, {"person": ALICE}), 20, "the picture for alice alone")
    assert (len(reports()), len(pictures())) == (1, 1)
