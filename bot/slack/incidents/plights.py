"""Gathers what whoever is called to an incident needs to know, from the record as it was at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.incidents.ladder import next_at
from bot.incidents.specialists import specialists
from bot.model import BOT, Escalation, Incident, Reading, Result, Run
from bot.slack.incidents.escalation import Plight
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.team import ON_CALL, Team


def plight_of(store: Store, workspace: Workspace, team: Team, incident: Incident, escalation: Escalation) -> Plight:
    """What was tried and seen later stands on the incident's card, not here."""
    subjects = store.incidents.subjects_of(incident.id)
    proposals = [proposal for subject in subjects for proposal in store.proposals.proposals_of(subject)]
    runs = [(proposal.plan.title, store.runs.run_of(proposal.id)) for proposal in proposals]
    seen = [proposal for proposal in proposals if proposal.evidence and proposal.created <= escalation.at]
    made = store.escalations.escalations_of(incident.id)
    told = [each.to for each in made if incident.since <= each.at <= escalation.at and each.by == BOT]
    after = next_at(incident, team.escalation.levels(incident.severity), told, escalation.at)
    card = store.cards.find_card(f"incident:{incident.id}")
    links = [(incident.name, workspace.permalink(card.channel, card.ts))] if card and card.ts else []
    return Plight(
        incident=incident,
        escalation=escalation,
        tried=[(title, _result(run)) for title, run in runs if run and run.queued <= escalation.at],
        evidence=_lines(seen[-1].evidence) if seen else [],
        next=(after[0], after[1].to) if after else None,
        instead=_instead(escalation, made),
        specialists=who_knows(store, team, incident),
        links=[*links, *((each.title, each.url) for each in team.links)],
    )


def _instead(escalation: Escalation, made: Sequence[Escalation]) -> str | None:
    """Who was called in the same moment because nobody is on call."""
    if escalation.to != ON_CALL or escalation.people:
        return None
    same = (each for each in made if each.at == escalation.at and each.by == escalation.by and each.to != ON_CALL)
    return next((each.to for each in same), None)


def who_knows(store: Store, team: Team, incident: Incident) -> Sequence[tuple[str, str]]:
    """Which of the team's contacts know about what its alerts are about: role, and how to reach them."""
    found = (store.alerts.find_alert(each) for each in store.incidents.alerts_of(incident.id))
    return specialists(team.contacts, {each.classification.category for each in found if each})


def _result(run: Run) -> str:
    return str(run.verdict or run.state.upper())


def _lines(evidence: Iterable[Reading]) -> list[str]:
    """A line for each check: its name, and the last that it said."""
    lines = []
    for reading in evidence:
        said = (reading.outcome.output or reading.outcome.said).strip().splitlines()
        sign = "" if reading.outcome.result is Result.OK else "✖ "
        lines.append(f"{sign}{reading.id}: {said[-1] if said else reading.outcome.said}")
    return lines
