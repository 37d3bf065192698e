"""The record of a busy year, written straight into the tables: incidents with their states, alerts, runs and lines."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.model import Alert, Category, Classification, Severity
from bot.store import Store
from bot.store.driver import to_text
from tests.samples import ALERT, ALICE, BOB, CAROL, CLASSIFICATION, MONITOR

_STATES = ("open", "acknowledged", "mitigated", "resolved")
_YEAR = timedelta(days=365)


def fill(store: Store, now: datetime, incidents: int, lines: int) -> None:
    """So many incidents in the year before `now`, an alert for each, and so many lines of the timeline. The hashes of
    these lines do not follow from each other: nothing that reads them here looks at them."""
    chance = random.Random(7)
    alert = TypeAdapter(Alert).dump_json(ALERT).decode()
    classification = TypeAdapter(Classification).dump_json(CLASSIFICATION).decode()
    with store.atomic():
        for number in range(1, incidents + 1):
            opened = now - _YEAR * (incidents - number + 1) / (incidents + 1)
            severity = chance.choices(list(Severity), (1, 4, 10, 5))[0]
            over = number <= incidents - 5
            states = _STATES if over else _STATES[:2]
            moments = [opened + timedelta(minutes=20 * at) for at in range(len(states))]
            store.driver.execute(
                "INSERT INTO alerts (id, fingerprint, poster, channel, ts, alert, classification, category, severity, "
                "service, times, first, last, latest, resolved) VALUES (:id, :id, :poster, 'C1', :ts, :alert, :class, "
                ":category, :severity, 'shop', 3, :at, :at, :ts, :resolved)",
                {
                    "id": f"alert_{number:08}",
                    "poster": MONITOR,
                    "ts": f"{opened.timestamp():.6f}",
                    "alert": alert,
                    "class": classification,
                    "category": Category.MEMORY,
                    "severity": severity,
                    "at": to_text(opened),
                    "resolved": to_text(moments[-1]) if over else None,
                },
            )
            store.driver.execute(
                "INSERT INTO incidents (id, number, title, severity, state, opened, since, closed, alert, lead) VALUES "
                "(:id, :number, 'Checkout is slow', :severity, :state, :opened, :opened, :closed, :alert, :lead)",
                {
                    "id": f"incident_{number:08}",
                    "number": number,
                    "severity": severity,
                    "state": states[-1],
                    "opened": to_text(opened),
                    "closed": to_text(moments[-1]) if over else None,
                    "alert": f"alert_{number:08}",
                    "lead": chance.choice((ALICE, BOB, CAROL, None)),
                },
            )
            for at, (state, moment) in enumerate(zip(states, moments, strict=True)):
                store.driver.execute(
                    "INSERT INTO transitions (id, incident, at, state, who) VALUES (:id, :incident, :at, :state, :who)",
                    {
                        "id": f"transition_{number:08}_{at}",
                        "incident": f"incident_{number:08}",
                        "at": to_text(moment),
                        "state": state,
                        "who": ALICE,
                    },
                )
        for line in range(lines):
            number = 1 + line * incidents // lines
            at = now - _YEAR * (incidents - number + 1) / (incidents + 1) + timedelta(minutes=line % 20)
            store.driver.execute(
                "INSERT INTO timeline (id, at, who, what, subject, data, hash) "
                "VALUES (:id, :at, :who, 'note', :subject, :data, '')",
                {
                    "id": f"entry_{line:016x}",
                    "at": to_text(at),
                    "who": chance.choice((ALICE, BOB, CAROL)),
                    "subject": f"incident_{number:08}",
                    "data": json.dumps({"text": f"looked at the pool, {line} connections"}),
                },
            )
