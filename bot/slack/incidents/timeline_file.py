"""The whole timeline of an incident, as a Markdown file in its thread."""

from __future__ import annotations

from bot.incidents.chronicle import chronicle
from bot.model import Incident
from bot.slack.incidents.means import Means
from bot.slack.incidents.told import told_in_a_file


def put_timeline(means: Means, incident: Incident) -> bool:
    """As it is now; once for what it says. False: the incident has no thread yet."""
    card = means.store.cards.find_card(f"incident:{incident.id}")
    if card is None or card.ts is None:
        return False
    told = chronicle(means.store, incident)
    text = told_in_a_file(incident, told, means.words, means.draw.team().name_of)
    name = f"{incident.name.lower()}-timeline.md"
    means.uploads.put(f"timeline:{incident.id}-{len(told)}", incident.id, card.channel, card.ts, name, text)
    return True
