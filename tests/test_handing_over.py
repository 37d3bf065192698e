"""A shift is handed over: drafted, posted, accepted. On the desk alice is on call until 23 November, then bob."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import NotOnTheTeam
from bot.model import BOT, Handoff, HandoffKind, IncidentRole, IncidentState, NoteKind, Severity
from bot.team import Cover
from bot.team_file import load
from handoff.errors import AlreadyAccepted, AlreadyPosted, DraftMoved, NothingToHandOver, NotYours
from handoff.handing_over import stamp
from handoff.summary import Summary
from tests.desk import Desk, pass_time
from tests.samples import ALICE, BOB, CAROL

STRANGER = "U0000000099"
HANDOVER = datetime(2026, 11, 23, 12, tzinfo=UTC)  # 09:00 in São Paulo


@pytest.fixture
def story(desk: Desk) -> Desk:
    """Two hours before the handover."""
    desk.now = HANDOVER - timedelta(hours=2)
    desk.flow.plan_ahead()
    return desk


def coming(desk: Desk) -> Handoff:
    found = desk.store.handoffs.upcoming()
    assert found is not None
    return found


def posted(desk: Desk) -> Handoff:
    found = desk.store.handoffs.latest_posted()
    assert found is not None
    return found


def again(desk: Desk, *, after: timedelta = timedelta(0)) -> Desk:
    """The same desk after a restart."""
    desk.store.close()
    fresh = Desk(desk.folder)
    fresh.now, fresh.team = desk.now + after, desk.team
    fresh.flow.plan_ahead()
    return fresh


def cover(desk: Desk, who: str, start: datetime, end: datetime) -> None:
    """The team file says now that this person covers; in local time."""
    rota = desk.team.rota
    assert rota is not None
    covers = (Cover.model_validate({"who": who, "from": start, "to": end}),)
    desk.team = desk.team.model_copy(update={"rota": rota.model_copy(update={"cover": covers})})


def all_posted(desk: Desk) -> list[tuple[datetime, str | None, str | None]]:
    return [(each.at, each.outgoing, each.incoming) for each in desk.store.handoffs.posted_handoffs(100)]


# -- the draft ---


def test_it_is_drafted_an_hour_before_the_shift_ends(story: Desk) -> None:
    pass_time(story, 59)
    assert coming(story).drafted is None
    pass_time(story, 1)
    draft = coming(story)
    assert (draft.drafted, draft.outgoing, draft.incoming) == (HANDOVER - timedelta(hours=1), ALICE, BOB)
    assert story.shown == [draft.id]


def test_a_shift_that_is_shorter_than_that_is_drafted_as_it_begins(story: Desk) -> None:
    cover(story, "carol", datetime(2026, 11, 23, 8, 40), datetime(2026, 11, 23, 9, 30))  # noqa: DTZ001
    story.flow.plan_ahead()
    pass_time(story, 101)
    assert all_posted(story) == [(HANDOVER - timedelta(minutes=20), ALICE, CAROL)]
    draft = coming(story)
    assert (draft.drafted, draft.outgoing, draft.at) == (
        HANDOVER - timedelta(minutes=20),
        CAROL,
        HANDOVER + timedelta(minutes=30),
    )


def test_what_somebody_adds_is_kept_when_the_facts_change(story: Desk) -> None:
    pass_time(story, 60)
    draft = coming(story)
    story.handing_over.edit(draft.id, ALICE, "Search is slow.", {}, {})
    incident = story.declared("Disk is full", Severity.P2)
    text = story.handing_over.preview().text
    assert "**From alice**\n\nSearch is slow." in text
    assert f"{incident.name} P2 Disk is full" in text


def test_of_two_who_write_at_the_same_time_both_are_read(story: Desk) -> None:
    """Who saves last did not see what the other had written, and takes nothing back. Both are named."""
    pass_time(story, 60)
    id = coming(story).id
    unseen = lambda words: words == ""  # noqa: E731 - their form was empty
    story.handing_over.edit(id, ALICE, "Do not fail over.", {}, {}, saw=unseen)
    story.handing_over.edit(id, BOB, "I will be late.", {}, {}, saw=unseen)
    assert coming(story).words == "Do not fail over.\n\nI will be late."
    assert "From alice, bob" in story.handing_over.preview().text
    story.handing_over.edit(id, BOB, "", {}, {}, saw=unseen)
    assert "Do not fail over." in coming(story).words
    story.handing_over.edit(id, BOB, "long " * 570, {}, {}, saw=unseen)
    assert coming(story).words.endswith("long ")  # what both say is longer than the form, and stands there all the same
    story.handing_over.edit(id, BOB, "Fail over.", {}, {})
    assert coming(story).words == "Fail over."


def test_next_steps_and_notes_are_written_where_they_belong(story: Desk) -> None:
    """To the incident, and among what is carried over."""
    incident = story.declared("Disk is full", Severity.P2)
    story.coordinating.give_role(incident.id, ALICE, IncidentRole.LEAD, CAROL)
    pass_time(story, 60)
    notes = {NoteKind.TASK: ["Ask for a larger disk"], NoteKind.MAINTENANCE: ["Tue 03:00 PostgreSQL upgrade"]}
    story.handing_over.edit(coming(story).id, ALICE, "", {incident.id: "move the logs"}, notes)
    text = story.handing_over.preview().text
    assert f"{incident.name} P2 Disk is full · Open · owner carol · next: move the logs" in text
    assert "**Planned maintenance**\n\n- Tue 03:00 PostgreSQL upgrade (alice, N-" in text
    assert "**Pending tasks**\n\n- Ask for a larger disk (alice, N-" in text
    assert story.incident(incident.id).next_step == "move the logs"


def test_strangers_change_nothing(story: Desk) -> None:
    pass_time(story, 60)
    draft = coming(story)
    with pytest.raises(NotOnTheTeam):
        story.handing_over.edit(draft.id, STRANGER, "mine", {}, {})
    with pytest.raises(NotOnTheTeam):
        story.handing_over.post_now(STRANGER, draft.id, stamp(draft))
    assert coming(story) == draft


# -- the post ---


def test_it_is_posted_as_the_shift_ends_whether_or_not_anybody_looked(story: Desk) -> None:
    pass_time(story, 120)
    note = posted(story)
    assert (note.posted, note.posted_by, note.at) == (HANDOVER, BOT, HANDOVER)
    assert note.note.startswith(
        "# Handoff · 2026-11-16 09:00 UTC-03 → 2026-11-23 09:00 UTC-03 · from alice to bob\n\n"
        "**General state:** ✅ stable\n"
    )
    assert "Nothing to report." in note.note
    assert [each.name for each in story.store.checklists.checklists_of(note.id)] == ["oncall-start"]
    assert (coming(story).at, coming(story).outgoing, coming(story).incoming) == (
        HANDOVER + timedelta(weeks=1),
        BOB,
        CAROL,
    )


def test_each_handover_is_posted_once(story: Desk) -> None:
    """Over eight weeks, with restarts just before, at and after a handover, and ticks that come twice."""
    desk = story
    cover(desk, "alice", datetime(2026, 12, 24, 9), datetime(2026, 12, 26, 9))  # noqa: DTZ001  # for carol
    for _ in range(8):
        for minutes in (119, 1, 0, 1):
            pass_time(desk, minutes)
            desk.flow.plan_ahead()
            desk = again(desk)
        pass_time(desk, 7 * 24 * 60 - 121)
    who = [ALICE, BOB, CAROL]
    weeks = [(HANDOVER + timedelta(weeks=week), who[week % 3], who[(week + 1) % 3]) for week in range(8)]
    christmas = HANDOVER + timedelta(days=31)
    covered = [(christmas, CAROL, ALICE), (christmas + timedelta(days=2), ALICE, CAROL)]
    assert sorted(all_posted(desk)) == sorted([*weeks, *covered])
    desk.store.close()


def test_a_bot_that_was_away_posts_late_and_says_so(story: Desk) -> None:
    fresh = again(story, after=timedelta(hours=5))
    with closing(fresh.store):
        note = posted(fresh)
        assert (note.at, note.posted) == (HANDOVER, HANDOVER + timedelta(hours=3))
        assert "*Posted late, at 2026-11-23 12:00 UTC-03: the bot was away when the shift ended.*" in note.note
        assert len(all_posted(fresh)) == 1


def test_a_change_that_is_known_later_than_it_counts_is_no_absence(story: Desk) -> None:
    """The rota comes to say that somebody covers for a while already: the bot was there all the time."""
    local = (story.now - timedelta(minutes=10)).astimezone(story.team.zone).replace(tzinfo=None)
    cover(story, "carol", local, local + timedelta(hours=1))
    story.flow.plan_ahead()
    assert all_posted(story) == [(story.now - timedelta(minutes=10), ALICE, CAROL)]
    assert "late" not in posted(story).note


def test_of_several_that_were_missed_the_last_is_posted_and_the_others_are_counted(story: Desk) -> None:
    fresh = again(story, after=timedelta(weeks=2))
    with closing(fresh.store):
        note = posted(fresh)
        assert (note.at, note.outgoing, note.incoming) == (HANDOVER + timedelta(weeks=1), BOB, CAROL)
        assert "1 handover before it went by unposted; this note tells of all that time." in note.note
        assert "2026-11-16 09:00 UTC-03 → 2026-11-30 09:00 UTC-03" in note.note
        assert len(all_posted(fresh)) == 1


def test_missed_ones_are_told_also_where_the_last_is_on_time(story: Desk) -> None:
    """The bot is back two minutes after the third."""
    fresh = again(story, after=timedelta(weeks=2, hours=2, minutes=2))
    with closing(fresh.store):
        assert "2 handovers before it went by unposted" in posted(fresh).note


def test_a_bot_that_was_not_there_in_the_shift_posts_nothing_of_it(desk: Desk) -> None:
    """It begins with the shift that goes on."""
    desk.now = HANDOVER + timedelta(minutes=1)
    desk.flow.plan_ahead()
    assert all_posted(desk) == []
    assert coming(desk).at == HANDOVER + timedelta(weeks=1)


def test_the_outgoing_person_posts_early_and_it_is_not_posted_again(story: Desk) -> None:
    pass_time(story, 90)
    draft = coming(story)
    story.handing_over.post_now(ALICE, draft.id, stamp(draft))
    with pytest.raises(AlreadyPosted):
        story.handing_over.post_now(ALICE, draft.id, stamp(draft))
    pass_time(story, 60)
    assert all_posted(story) == [(HANDOVER, ALICE, BOB)]
    assert posted(story).posted == HANDOVER - timedelta(minutes=30)
    assert "late" not in posted(story).note.lower()


def test_before_the_draft_a_note_in_between_hands_nothing_over(story: Desk) -> None:
    """The shift's own note comes all the same."""
    note = story.handing_over.post_now(BOB)
    assert (note.kind, note.incoming, note.outgoing) == (HandoffKind.BETWEEN, None, ALICE)
    assert "→ 2026-11-23 07:00 UTC-03 · alice\n" in note.note
    pass_time(story, 120)
    assert all_posted(story) == [(HANDOVER, ALICE, BOB), (HANDOVER - timedelta(hours=2), ALICE, None)]


def test_words_that_come_too_late_are_kept(story: Desk) -> None:
    """Below the note, and the person is told so."""
    pass_time(story, 120)
    assert story.handing_over.edit(posted(story).id, ALICE, "The pager was broken.", {}, {}) is False
    story.handing_over.edit(posted(story).id, CAROL, "And the siren.", {}, {})
    added = [each for each in story.store.timeline.entries(posted(story).id) if each.what == "handoff added"]
    said = [(each.who, each.data["text"]) for each in added]
    assert said == [(ALICE, "The pager was broken."), (CAROL, "And the siren.")]
    assert posted(story).words == ""


# -- the rota changes ---


def test_a_rota_that_is_changed_in_time_moves_the_handover(story: Desk) -> None:
    """What was written for it is kept, and it is drafted anew."""
    pass_time(story, 60)
    story.handing_over.edit(coming(story).id, ALICE, "Search is slow.", {}, {})
    drafted = stamp(coming(story))
    rota = story.team.rota
    assert rota is not None
    later = rota.model_copy(update={"start": datetime(2026, 11, 16, 18), "order": ("alice", "carol")})  # noqa: DTZ001
    story.team = story.team.model_copy(update={"rota": later})
    story.flow.plan_ahead()
    moved = coming(story)
    with pytest.raises(DraftMoved):
        story.handing_over.post_now(ALICE, moved.id, drafted)
    assert (moved.at, moved.outgoing, moved.incoming) == (HANDOVER + timedelta(hours=9), ALICE, CAROL)
    assert (moved.words, moved.drafted) == ("Search is slow.", None)
    pass_time(story, 9 * 60)
    assert coming(story).drafted == HANDOVER + timedelta(hours=8)


def test_whoever_takes_over_at_once_is_handed_the_shift_at_once(story: Desk) -> None:
    """A cover that has begun, and one that is taken back: no time is left out, and nobody is passed over."""
    incident = story.declared("Disk is full", Severity.P2)
    pass_time(story, 30)
    began = story.now
    cover(story, "carol", datetime(2026, 11, 23, 7, 30), datetime(2026, 11, 23, 8, 50))  # noqa: DTZ001
    story.flow.plan_ahead()
    assert all_posted(story) == [(began, ALICE, CAROL)]
    assert incident.name in posted(story).note
    pass_time(story, 10)
    later = story.declared("Search is slow", Severity.P2)
    pass_time(story, 1)
    story.team = load(Path("team.yaml"))
    story.flow.plan_ahead()
    assert all_posted(story)[0] == (began + timedelta(minutes=11), CAROL, ALICE)
    assert later.name in posted(story).note
    pass_time(story, 90)
    assert all_posted(story)[0] == (HANDOVER, ALICE, BOB)
    assert posted(story).shift_start == began + timedelta(minutes=11)


def test_what_happens_after_an_early_post_stands_in_the_next_note(story: Desk) -> None:
    """It was told to nobody before."""
    pass_time(story, 90)
    story.handing_over.post_now(ALICE)
    pass_time(story, 10)
    incident = story.declared("Disk is full", Severity.P2)
    story.coordinating.move(incident.id, ALICE, IncidentState.RESOLVED)
    assert incident.name not in posted(story).note
    pass_time(story, 7 * 24 * 60 + 30)
    assert posted(story).outgoing == BOB
    assert f"{incident.name} P2 Disk is full" in posted(story).note


def test_who_covers_after_an_early_post_is_handed_what_is_left(story: Desk) -> None:
    """She is on call now, and what happened since the note is told to her."""
    pass_time(story, 65)
    story.handing_over.post_now(ALICE)
    incident = story.declared("Disk is full", Severity.P2)
    local = (HANDOVER - timedelta(minutes=40)).astimezone(story.team.zone).replace(tzinfo=None)
    cover(story, "carol", local, local + timedelta(hours=3))
    pass_time(story, 15)
    story.flow.plan_ahead()
    assert all_posted(story)[0] == (story.now, ALICE, CAROL)
    assert incident.name in posted(story).note
    assert "late" not in posted(story).note
    pass_time(story, 180)
    assert all_posted(story)[0] == (HANDOVER + timedelta(minutes=140), CAROL, BOB)


def test_who_comes_after_all_is_asked_and_the_other_one_no_more(story: Desk) -> None:
    """Carol covers two minutes after the handover to Bob: she is on call, and he is left alone."""
    pass_time(story, 122)
    cover(story, "carol", datetime(2026, 11, 23, 9, 2), datetime(2026, 11, 24, 9))  # noqa: DTZ001
    story.flow.plan_ahead()
    pass_time(story, 20)
    first, second = reversed(story.store.handoffs.posted_handoffs(9))
    assert (first.incoming, first.reminded) == (BOB, ())
    assert (second.outgoing, second.incoming, len(second.reminded)) == (BOB, CAROL, 1)


def test_a_clock_that_was_wrong_for_a_moment_stops_no_handover(story: Desk) -> None:
    """A year ahead for one tick: what is posted then does not count as the latest for a year."""
    now = story.now
    story.now += timedelta(days=365)
    story.flow.plan_ahead()
    story.now = now
    story.flow.plan_ahead()
    pass_time(story, 125)
    assert (HANDOVER, BOB) in [(at, incoming) for at, _, incoming in all_posted(story)]


@pytest.mark.parametrize("early", [0, 30])
@pytest.mark.parametrize("back", [timedelta(seconds=90), timedelta(minutes=10), timedelta(hours=3)])
def test_a_clock_that_is_set_back_posts_nothing_twice(story: Desk, early: int, back: timedelta) -> None:
    """As a computer does that asks for the time once it is up; also after an early post."""
    pass_time(story, 120 - early)
    if early:
        story.handing_over.post_now(ALICE)
    once = [(HANDOVER, ALICE, BOB)]
    assert all_posted(story) == once
    story.now -= back
    story.flow.plan_ahead()
    pass_time(story, 5 * 60)
    assert all_posted(story) == once
    assert coming(story).at == HANDOVER + timedelta(days=7)


def test_a_rota_that_is_taken_out_drops_the_draft_and_one_that_comes_back_begins_afresh(story: Desk) -> None:
    """Nobody is told months later that the bot was away."""
    pass_time(story, 60)
    whole = story.team
    story.team = story.team.model_copy(update={"rota": None})
    story.flow.plan_ahead()
    assert story.store.handoffs.upcoming() is None
    pass_time(story, 7 * 24 * 60)
    story.team = whole
    story.flow.plan_ahead()
    assert all_posted(story) == []


def test_what_somebody_wrote_outlives_a_rota_that_is_away_for_a_moment(story: Desk) -> None:
    """Somebody edits the team file while somebody else writes."""
    pass_time(story, 60)
    story.handing_over.edit(coming(story).id, ALICE, "Search is slow.", {}, {})
    whole = story.team
    story.team = story.team.model_copy(update={"rota": None})
    story.flow.plan_ahead()
    story.team = whole
    story.flow.plan_ahead()
    pass_time(story, 60)
    assert "Search is slow." in posted(story).note


def test_a_form_whose_draft_is_gone_writes_into_the_one_that_came_instead(story: Desk) -> None:
    pass_time(story, 60)
    gone, whole = coming(story).id, story.team
    story.team = story.team.model_copy(update={"rota": None})
    story.flow.plan_ahead()
    story.team = whole
    story.flow.plan_ahead()
    assert coming(story).id != gone
    assert story.handing_over.edit(gone, ALICE, "Search is slow.", {}, {})
    assert coming(story).words == "Search is slow."


def test_without_a_rota_there_is_nothing_to_hand_over(desk: Desk) -> None:
    desk.team = desk.team.model_copy(update={"rota": None})
    desk.flow.plan_ahead()
    assert desk.store.handoffs.upcoming() is None
    with pytest.raises(NothingToHandOver):
        desk.handing_over.preview()
    with pytest.raises(NothingToHandOver):
        desk.handing_over.post_now(ALICE)


def test_one_person_alone_has_a_note_at_the_end_of_each_week_and_accepts_nothing(story: Desk) -> None:
    rota = story.team.rota
    assert rota is not None
    story.team = story.team.model_copy(update={"rota": rota.model_copy(update={"order": ("alice",)})})
    story.flow.plan_ahead()
    pass_time(story, 180)
    assert all_posted(story) == [(HANDOVER, ALICE, ALICE)]
    assert posted(story).reminded == ()
    assert story.store.checklists.checklists_of(posted(story).id) == []


# -- acceptance ---


def test_the_incoming_person_accepts(story: Desk) -> None:
    pass_time(story, 122)
    story.handing_over.accept(BOB)
    assert (posted(story).accepted, posted(story).accepted_by) == (HANDOVER + timedelta(minutes=2), BOB)
    with pytest.raises(AlreadyAccepted):
        story.handing_over.accept(BOB, posted(story).id)
    pass_time(story, 120)
    assert posted(story).reminded == ()


def test_nobody_else_accepts(story: Desk) -> None:
    """Neither the one who goes, also when it was posted early, nor a third one."""
    pass_time(story, 90)
    story.handing_over.post_now(ALICE)
    for person, refused in ((ALICE, NotYours), (CAROL, NotYours), (STRANGER, NotOnTheTeam)):
        with pytest.raises(refused):
            story.handing_over.accept(person, posted(story).id)
    assert posted(story).accepted is None
    story.handing_over.accept(BOB, posted(story).id)
    assert posted(story).accepted_by == BOB


def test_who_does_not_accept_is_reminded_every_15_minutes_and_then_others_hear_of_it(story: Desk) -> None:
    """The lead, who is the first on the ladder, and may accept in their place."""
    pass_time(story, 120 + 300)
    note = posted(story)
    assert note.reminded == tuple(HANDOVER + timedelta(minutes=each) for each in (15, 30, 45))
    assert note.escalated == HANDOVER + timedelta(minutes=60)
    with pytest.raises(NotYours):
        story.handing_over.accept(ALICE, note.id)
    story.handing_over.accept(CAROL, note.id)
    assert posted(story).accepted_by == CAROL


def test_nobody_is_asked_about_themselves(story: Desk) -> None:
    """The lead does not accept, and is the only one on the ladders: the message says that there is nobody else."""
    cover(story, "carol", datetime(2026, 11, 23, 9), datetime(2026, 11, 24, 9))  # noqa: DTZ001
    story.flow.plan_ahead()
    pass_time(story, 240)
    note = posted(story)
    assert (note.incoming, note.escalated) == (CAROL, HANDOVER + timedelta(minutes=60))
    assert story.handing_over.others(note) == ()


def test_whoever_handed_over_does_not_accept_it(story: Desk) -> None:
    """Weeks later she is on call again, and somebody else's acceptance is still missing."""
    pass_time(story, 120)
    first = posted(story)
    story.now += timedelta(days=14)
    story.flow.plan_ahead()
    assert story.context.duty.slack_id(story.now) == ALICE
    with pytest.raises(NotYours):
        story.handing_over.accept(ALICE, first.id)
    story.handing_over.accept(BOB, first.id)


def test_only_the_latest_is_accepted_by_command(story: Desk) -> None:
    """An older one that nobody accepted hands nothing over any more."""
    pass_time(story, 121)
    cover(story, "carol", datetime(2026, 11, 23, 9, 1), datetime(2026, 11, 25, 9))  # noqa: DTZ001
    story.flow.plan_ahead()
    with pytest.raises(NotYours):
        story.handing_over.accept(BOB)
    story.handing_over.accept(CAROL)
    with pytest.raises(AlreadyAccepted):
        story.handing_over.accept(CAROL)
    assert [each.accepted_by for each in story.store.handoffs.posted_handoffs(9)] == [CAROL, None]


def test_after_a_restart_one_reminder_stands_for_those_that_were_missed(story: Desk) -> None:
    pass_time(story, 120)
    fresh = again(story, after=timedelta(minutes=40))
    with closing(fresh.store):
        pass_time(fresh, 0)
        assert posted(fresh).reminded == (HANDOVER + timedelta(minutes=40),)
        pass_time(fresh, 30)
        assert posted(fresh).escalated == HANDOVER + timedelta(minutes=60)


def test_one_that_a_crash_kept_from_the_channel_is_shown_within_a_minute(story: Desk) -> None:
    """It stands in the record, and nobody has handed it to Slack."""
    pass_time(story, 120)
    story.shown.clear()
    story.flow.plan_ahead()
    assert story.shown == [posted(story).id]


def test_the_cards_of_open_incidents_follow_who_is_on_call(story: Desk) -> None:
    """Within a minute, and not every minute."""
    incident = story.declared("Disk is full", Severity.P2)
    pass_time(story, 121)
    story.shown.clear()
    story.flow.plan_ahead()
    assert incident.id in story.shown
    story.shown.clear()
    story.flow.plan_ahead()
    assert incident.id not in story.shown


def test_a_summary_stands_in_the_note_while_the_record_says_what_it_was_made_of(story: Desk) -> None:
    """Marked as the model's; with the next change it is left out until there is another one."""
    story.declared("Disk is full", Severity.P2)
    pass_time(story, 60)
    draft = coming(story)
    about = story.handing_over.preview(draft).about
    story.store.handoffs.keep_summary(draft.id, Summary("INC-1 goes on.", "small:1b", about).to_json())
    assert "*In short, by small:1b:* INC-1 goes on." in story.handing_over.preview().text
    story.handing_over.edit(draft.id, ALICE, "Ask me.", {}, {})
    assert "In short" in story.handing_over.preview().text
    story.noting.add(ALICE, NoteKind.TASK, "a larger disk")
    assert "In short" not in story.handing_over.preview().text


def test_everything_stands_on_the_timeline(story: Desk) -> None:
    pass_time(story, 60)
    story.handing_over.edit(coming(story).id, ALICE, "Search is slow.", {}, {})
    pass_time(story, 60)
    story.handing_over.accept(BOB)
    entries = story.store.timeline.entries(posted(story).id)
    assert [(each.who, each.what) for each in entries] == [
        (BOT, "handoff drafted"),
        (ALICE, "handoff edited"),
        (BOT, "handoff posted"),
        (BOB, "handoff accepted"),
    ]
