"""The whole timeline of an incident, as a Markdown file in its thread."""

from __future__ import annotations

from hashlib import sha256

from bot.incidents.chronicle import chronicle
from bot.model import Incident
from bot.slack.incidents.means import Means
from bot.slack.incidents.told import told_in_a_file


def put_timeline(means: Means, incident: Incident) -> str:
    """As it is now; once for what it says. Gives the sentence that tells what becomes of it."""
    card = means.store.cards.find_card(f"incident:{incident.id}")
    if card is None or card.ts is None:
        return "incident_no_card"
    text = told_in_a_file(incident, chronicle(means.store, incident), means.words, means.draw.team().name_of)
    mark = sha256(text.encode()).hexdigest()[:8]
    key, name = f"timeline:{incident.id}-{mark}", f"{incident.name.lower()}-timeline-{mark}.md"
    means.uploads.put(key, incident.id, card.channel, card.ts, name, text)
    return "incident_timeline_stands" if means.store.files.stands(key) else "incident_timeline_posted"
