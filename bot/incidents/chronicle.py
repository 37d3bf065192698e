"""What happened in an incident, in order: read from the timeline, its alerts' lines and their runs' included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial

from bot.model import Entry, Incident, IncidentState, Reason, RunState
from bot.store import Store

# What stands on the timeline → the sentence that tells it. A test holds the list against the code.
SENTENCES: Mapping[str, str] = {
    "aborted": "told_aborted",
    "action": "told_action",
    "action done": "told_action_done",
    "action undone": "told_action_undone",
    "alert fired": "told_alert_fired",
    "alert fired anew": "told_alert_fired_anew",
    "alert grew worse": "told_alert_grew_worse",
    "alert joined": "told_alert_joined",
    "alert resolved": "told_alert_resolved",
    "answered no": "told_answered_no",
    "answered yes": "told_answered_yes",
    "approved": "told_approved",
    "approved in an emergency": "told_approved_alone",
    "approved too late": "told_approved_too_late",
    "asked for an answer": "told_asked_for_an_answer",
    "category corrected": "told_category_corrected",
    "checked again": "told_checked_again",
    "checklist": "told_checklist",
    "chose": "told_chose",
    "escalated": "told_escalated",
    "expired": "told_expired",
    "incident expected": "told_expected",
    "incident impact": "told_impact",
    "incident next_step": "told_next_step",
    "incident merged": "told_merged",
    "incident opened": "told_opened",
    "incident role": "told_role",
    "incident root_cause": "told_root_cause",
    "incident severity": "told_severity",
    "no runbook fits": "told_no_runbook_fits",
    "note": "told_note",
    "opinion": "told_opinion",
    "pinned": "told_pinned",
    "postmortem": "told_postmortem",
    "postmortem held": "told_postmortem_held",
    "proposal withdrawn": "told_proposal_withdrawn",
    "proposed": "told_proposed",
    "queued": "told_queued",
    "queued unattended": "told_queued_unattended",
    "rejected": "told_rejected",
    "run aborted": "told_run_ended",
    "run asked for": "told_run_asked_for",
    "run due": "told_run_due",
    "silence ended": "told_silence_ended",
    "silenced": "told_silenced",
    "tick taken away": "told_tick_taken_away",
    "ticked": "told_ticked",
    "taken out of the storm": "told_taken_out_of_the_storm",
    "unanswered": "told_unanswered",
    "update sent": "told_update",
    "update snoozed": "told_update_snoozed",
    "undo asked for": "told_undo_asked_for",
    **{f"incident {state.value}": f"told_incident_{state.value}" for state in IncidentState},
    # As earlier versions wrote it.
    "alert fired again": "told_alert_fired_anew",
    "incident raised": "told_severity",
}
_SETTLED, _RUN = "settled: ", "run "
_PASSING = {"pin edited", *(f"run {state.value}" for state in (RunState.QUEUED, RunState.RUNNING, RunState.VERIFYING))}
# What the sentences may be filled in with; what a line does not tell is empty.
VALUES = (
    "again", "before", "brought_to", "category", "due", "fix", "impact", "into", "name", "number", "reason", "result",
    "role", "root_cause", "runbook", "severity", "step", "text", "title", "to", "until", "why",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One line: when, who (a Slack id, or the bot, or a model's name), and what as a sentence of the words.

    `noted`: when it was written down; a message that somebody pinned is older.
    """

    at: datetime
    who: str
    what: Reason
    noted: datetime


def chronicle(store: Store, incident: Incident) -> list[Told]:
    """In the order in which it happened; a message that somebody pinned stands at the time when it was written."""
    subjects = [incident.id, *store.incidents.subjects_of(incident.id)]
    entries = store.timeline.entries_of(subjects)
    return sorted(told_of(as_edited(entries), store), key=lambda line: line.at)


def as_edited(entries: Sequence[Entry]) -> list[Entry]:
    """A pinned message that was edited says what it says now; the record keeps both."""
    latest = {entry.data["pin"]: entry.data["text"] for entry in entries if entry.what in {"pinned", "pin edited"}}
    return [
        replace(entry, data={**entry.data, "text": latest[entry.data["pin"]]}) if entry.what == "pinned" else entry
        for entry in entries
        if entry.what not in _PASSING
    ]


def told_of(entries: Iterable[Entry], store: Store) -> list[Told]:
    """Lines of the timeline, as people read them. Each run and each proposal is looked up once."""
    of_the_run = lru_cache(maxsize=None)(partial(_of_the_run, store))
    return [_told(entry, of_the_run) for entry in entries]


def _told(entry: Entry, of_the_run: Callable[[str, str], Mapping[str, str]]) -> Told:
    data = {key: str(value) for key, value in entry.data.items() if value is not None and value != ""}
    at = datetime.fromisoformat(data["at"]) if "at" in data else entry.at
    known = {**dict.fromkeys(VALUES, ""), **data, **of_the_run(data.get("run", ""), data.get("proposal", ""))}
    if entry.what.startswith(_RUN):
        known["result"] = data.get("verdict") or entry.what.removeprefix(_RUN).upper()
    return Told(at, entry.who, Reason(_sentence(entry.what), known), entry.at)


def _sentence(what: str) -> str:
    if what.startswith(_SETTLED):
        return "told_settled"
    if what.startswith(_RUN) and what not in SENTENCES:
        return "told_run_ended"
    return SENTENCES[what]


def _of_the_run(store: Store, run_id: str, proposal_id: str) -> dict[str, str]:
    """Its number and the runbook's title, in place of ids, which are empty where the line names none."""
    run = store.runs.find_run(run_id) if run_id else None
    about = run.proposal if run else proposal_id
    proposal = store.proposals.find_proposal(about) if about else None
    found = {"number": str(run.number)} if run else {}
    return {**found, "title": proposal.plan.title} if proposal else found
