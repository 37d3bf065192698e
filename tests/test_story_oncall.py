"""Being on call as people see it: who is, now and then, and somebody who covers, by command and button."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.clock import utc_now
from tests.at_work import AtWork, Card
from tests.samples import ALICE, BOB, CAROL
from tests.test_story_incidents import Room

# The story is told now, whenever that is: alice has turns of a week, and this one began yesterday.
ROTA = "start: 2026-11-16T09:00 # the first shift begins here, local time"
COVER = """  cover:
    - {who: carol, from: 2026-12-24T09:00, to: 2026-12-26T09:00}
"""


class Desk(Room):
    """People who type `/oncall …`, and what the bot writes to each of them alone."""

    def begin(self) -> None:
        began = utc_now() - timedelta(days=1)
        self.work.write_team((ROTA, f"start: {began:%Y-%m-%d}T09:00"), (COVER, ""))
        self.work.start()

    def ask(self, person: str, line: str = "") -> str:
        answer = self.box.command(person, "general", f"/oncall {line}".strip()) or {}
        assert answer["response_type"] == "ephemeral"
        return str(answer["text"]).replace("\u2060", "")

    def direct(self, person: str, text: str) -> Card:
        """The newest message to this person (a Slack id) alone, once it says `text`."""

        def found() -> list[Card]:
            return [
                card for each in self.direct_messages(person) if text in f"{(card := Card(each)).title} {card.words}"
            ]

        return self.box.wait(found, what=f"{text!r} for {person}")[-1]

    def click(self, name: str, person: str, text: str, action: str) -> None:
        self.box.click(name, self.between(person), self.direct(person, text).ts, action)

    def in_the_channel(self, text: str) -> str:
        def found() -> list[str]:
            return [card.words for each in self.box.messages("incidents") if text in (card := Card(each)).words]

        return self.box.wait(found, what=text)[-1]


@pytest.fixture
def desk(work: AtWork) -> Desk:
    return Desk(work)


def shown(text: str) -> str:
    """As people see it: a date of Slack's as its day and time."""
    return re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", text)


def timeless(text: str) -> str:
    return re.sub(r"<!date[^>]*>", "…", text)


def test_somebody_covers_by_a_click_and_gives_it_back(desk: Desk) -> None:
    """Asked for by command, accepted by the first, refused to the second; on call changes at once, and back."""
    desk.begin()
    assert desk.ask("carol").startswith("*On call now:* alice, until ")
    said = desk.ask("alice", "cover me from now to “in 5 hours”")
    assert said.startswith("*C-1*: bob, carol are asked to cover for you from ")
    assert "America/Sao_Paulo" in said
    assert desk.direct(ALICE, "You ask for cover").buttons == ["cover_end"]
    card = desk.direct(CAROL, "alice asks you to cover")
    assert card.title == "C-1 · alice asks you to cover"
    assert "Asked: bob, carol. The first who accepts has it; alice is on call until then." in card.words
    assert card.buttons == ["cover_accept", "cover_decline"]
    desk.click("bob", BOB, "alice asks", "cover_decline")
    assert desk.direct(BOB, "Declined: bob").buttons == ["cover_accept"]
    desk.click("carol", CAROL, "alice asks", "cover_accept")
    assert "*carol covers*" in (card := desk.direct(ALICE, "carol covers")).words
    assert card.title == "C-1 · carol covers for you"
    assert desk.direct(BOB, "carol covers").buttons == []
    assert f"<@{CAROL}> covers for <@{ALICE}> from " in desk.in_the_channel("covers for")
    assert desk.ask("bob").startswith("*On call now:* carol (for alice), until ")
    assert desk.ask("alice", "cover accept C-1").startswith("Nothing has changed. Only who was asked")
    assert desk.ask("bob", "cover accept c1") == "Nothing has changed. carol was first and covers."
    assert desk.ask("carol", "cover accept C-1") == "You cover already."
    lines = shown(desk.ask("bob", "schedule 2w")).splitlines()
    assert re.fullmatch(r"\*Now\* → .* UTC · \*carol\* covers for alice", lines[1])
    assert [re.findall(r"\*(\w+)\*", line)[-1] for line in lines[1:]] == ["carol", "alice", "bob", "carol"]
    assert re.match(r"\*C-1\* · .* · carol covers for alice", desk.ask("bob", "covers"))
    desk.click("carol", CAROL, "You cover for alice", "cover_end")
    assert f"<@{CAROL}> no longer covers for <@{ALICE}>" in desk.in_the_channel("no longer")
    assert desk.direct(ALICE, "Taken back by carol").buttons == []
    assert desk.ask("bob", "agora").startswith("*On call now:* alice, until ")
    assert desk.ask("bob", "covers").startswith("Nobody covers for anybody")


def test_a_click_that_comes_too_late_says_why(desk: Desk) -> None:
    """As when two people press Accept at the same moment, or it is withdrawn meanwhile."""
    desk.begin()
    bot = desk.work.bot
    assert bot is not None
    desk.ask("alice", "cover me from tomorrow 20:00 to tomorrow 22:00 by @bob")
    first = desk.direct(BOB, "C-1 · alice asks")
    button = first.value("cover_accept")
    desk.click("bob", BOB, "C-1 · alice asks", "cover_decline")
    assert (
        "*C-1: all who were asked have declined*, so you are on call" in desk.direct(ALICE, "nobody covers for").words
    )
    desk.ask("alice", "cover end C-1")
    assert "Withdrawn by alice" in desk.direct(BOB, "Withdrawn").words
    assert desk.direct_messages(CAROL) == []
    bot.flow.covering.ask(ALICE, utc_now() + timedelta(hours=1), utc_now() + timedelta(hours=2))
    card = desk.direct(BOB, "C-2 · alice asks")
    desk.direct(CAROL, "C-2 · alice asks")
    with bot.store.atomic():  # nothing is drawn meanwhile
        bot.store.covers.accept_cover(card.value("cover_accept"), CAROL, utc_now())
    desk.box.click("bob", desk.between(BOB), card.ts, "cover_accept")
    told = desk.work.told("bob", desk.between(BOB))
    assert told == "Nothing has changed. carol was first and covers."
    assert button != card.value("cover_accept")


def test_who_is_on_call_at_a_moment_in_a_persons_own_words(desk: Desk) -> None:
    """What was understood is said back, with the zone."""
    desk.begin()
    said = desk.ask("bob", 'who at "tomorrow 03:00"').splitlines()
    assert re.fullmatch(r"\w{3} \d{4}-\d\d-\d\d 03:00 \(America/Sao_Paulo\)", said[0])
    assert said[1].startswith("*On call then:* alice, from ")
    assert desk.ask("bob", "quem às 3h").splitlines()[0].endswith("03:00 (America/Sao_Paulo)")
    assert desk.ask("bob", "who at <!channel> soon").startswith("“&lt;!channel&gt; soon” is not clear as a moment.")
    later = desk.ask("bob", "who at in 400 days").splitlines()[1]
    assert later.startswith("*On call then:* ")
    assert desk.ask("bob", "next").splitlines()[1].startswith("You are on call next from ")
    assert desk.ask("bob", "schedule forever").startswith("Say how far to look ahead")
    assert "`/oncall cover me from" in desk.ask("bob", "help")
    assert desk.ask("bob", "dance") == (
        "There is no `/oncall dance`. There are: now, next, who, schedule, cover, covers, help."
    )


def test_what_cannot_be_asked_for_says_what_was_understood(desk: Desk) -> None:
    desk.begin()
    for line, answer in (
        ("cover me", "Say from when to when"),
        ("cover me from soon to tomorrow 09:00", "“soon” is not clear as a moment."),
        ("cover me from tomorrow 09:00 to 2026-01-01", "Nothing was asked. "),
        (
            "cover me from tomorrow 09:00 to in 2 hours by @mallory",
            "Nothing was asked. @mallory is not in the team file",
        ),
        ("cover me from now to in 2 hours with @alice", "Nothing was asked. Name somebody else"),
        ("cover end C-9", "There is no such cover."),
        ("cover end", "There is no such cover."),
    ):
        assert desk.ask("alice", line).startswith(answer), line
    said = desk.ask("bob", "cobrir-me de amanhã 03:00 até amanhã 05:00")
    assert said.startswith("There is no `/oncall cobrir-me`")
    said = desk.ask("bob", "cobrir de amanhã 03:00 até amanhã 05:00").splitlines()
    assert said[0].startswith("Nothing was asked. You are not on call in that time. You are on call next from ")
    assert re.fullmatch(r"What was understood: from \S+ \S+ 03:00 to \S+ \S+ 05:00 \(America/Sao_Paulo\)\.", said[1])


def test_nobody_on_call_is_said_loudly_and_never_of_a_time_that_is_not_known(desk: Desk) -> None:
    """As where a calendar names nobody; it is read half a year ahead, whatever is asked about."""
    calendar = desk.work.folder / "rota.ics"
    calendar.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nEND:VCALENDAR\r\n")
    desk.work.write_team(
        (ROTA, f"ics: {calendar}"), ("every: 1w # 1w, 1d, 12h", ""), ("order: [alice, bob, carol]", ""), (COVER, "")
    )
    desk.work.start()
    assert timeless(desk.ask("bob")).splitlines() == [
        "🔴 *Nobody is on call now.* An incident calls nobody until somebody is. Put somebody into the rota.",
        "*Next:* nobody. The rota has no further shift until …, as far as the calendar is read.",
    ]
    only_read = "The calendar is only read from … until …. Outside that nobody can say yet who is on call."
    for ahead in ("4w", "52w"):
        lines = timeless(desk.ask("bob", f"schedule {ahead}")).splitlines()
        assert lines == ["*The shifts ahead*, until …", "*Now* → … · 🔴 *nobody*", only_read]
    assert timeless(desk.ask("bob", "who at in 400 days")).splitlines()[1:] == [only_read]
    assert desk.ask("bob", "who at in 2 days").splitlines()[1] == "🔴 *Nobody is on call then.*"
    said = timeless(desk.ask("alice", "cover me from in 200 days to in 201 days")).splitlines()
    assert said[:2] == ["Nothing was asked. Whether you are on call in that time is not known yet.", only_read]
    said = timeless(desk.ask("alice", "cover me from in 150 days to in 200 days")).splitlines()
    assert said[0].startswith("Nothing was asked. You are not on call in that time.")
    assert said[1] == only_read
    file = desk.work.folder / "team.yaml"
    file.write_text(re.sub(r"^(?:rota|escalation):.*\n(?:  .*\n|\n)*", "", file.read_text(), flags=re.MULTILINE))
    desk.box.wait(lambda: "the team file has no rota. Add `rota` to team.yaml" in desk.ask("bob"), what="the new file")
    for line in ("next", "who at tomorrow 03:00", "schedule", "cover me from now to in 2 hours"):
        assert "the team file has no rota" in desk.ask("alice", line), line
