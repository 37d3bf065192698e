"""Incidents: numbered as people speak of them, INC-7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from bot.model import Category, Incident, IncidentRole, IncidentState, Known, Severity, Transition
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


def _incident(row: Row) -> Incident:
    return Incident(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        severity=Severity(row["severity"]),
        state=IncidentState(row["state"]),
        opened=to_time(row["opened"]),
        since=to_time(row["since"]),
        closed=to_time_or_none(row["closed"]),
        alert=row["alert"],
        roles={role: row[role.value] for role in IncidentRole if row[role.value] is not None},
        impact=row["impact"],
        root_cause=row["root_cause"],
        fix=row["fix"],
        expected=row["expected"],
        next_step=row["next_step"],
        merged=bool(row["merged"]),
        watched_until=to_time_or_none(row["watched_until"]),
    )


def _transition(row: Row) -> Transition:
    return Transition(to_time(row["at"]), IncidentState(row["state"]), row["who"])


class Incidents:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def open_incident(
        self, title: str, severity: Severity, alert: str | None, who: str, now: datetime, *, impact: str = ""
    ) -> Incident:
        rows = self._driver.execute(
            "INSERT INTO incidents (id, number, title, severity, state, opened, since, alert, impact) "
            "SELECT :id, 1 + coalesce(max(number), 0), :title, :severity, 'open', :now, :now, :alert, :impact "
            "FROM incidents RETURNING *",
            {
                "id": new_id("incident"),
                "title": title,
                "severity": severity,
                "now": to_text(now),
                "alert": alert,
                "impact": impact,
            },
        )
        incident = _incident(rows[0])
        self._note_transition(incident.id, incident.state, who, now)
        return incident

    def move_incident(self, id: str, before: IncidentState, after: IncidentState, who: str, now: datetime) -> bool:
        """From one state to another, once. False: it was no longer in `before`.

        How it ended is no longer said of one that is open again; the timeline keeps it.
        """
        moved = bool(
            self._driver.execute(
                "UPDATE incidents SET state = :after, closed = :closed, "
                "since = CASE WHEN :after = 'open' THEN :now ELSE since END, "
                "watched_until = CASE WHEN :after = 'open' THEN NULL ELSE watched_until END, "
                "merged = CASE WHEN :after = 'open' THEN 0 ELSE merged END, "
                "fix = CASE WHEN :after = 'open' THEN '' ELSE fix END, "
                "root_cause = CASE WHEN :after = 'open' AND :before = 'resolved' THEN '' ELSE root_cause END "
                "WHERE id = :id AND state = :before RETURNING id",
                {
                    "id": id,
                    "before": before,
                    "after": after,
                    "closed": to_text(now) if after is IncidentState.RESOLVED else None,
                    "now": to_text(now),
                },
            )
        )
        if moved:
            self._note_transition(id, after, who, now)
        return moved

    def _note_transition(self, id: str, state: IncidentState, who: str, now: datetime) -> None:
        self._driver.execute(
            "INSERT INTO transitions (id, incident, at, state, who) VALUES (:id, :incident, :now, :state, :who)",
            {"id": new_id("transition"), "incident": id, "now": to_text(now), "state": state, "who": who},
        )

    def transitions(self, id: str) -> list[Transition]:
        """Every state that it was in, in order."""
        rows = self._driver.query("SELECT * FROM transitions WHERE incident = :id ORDER BY id", {"id": id})
        return [_transition(row) for row in rows]

    def say_how_it_ended(self, id: str, root_cause: str, fix: str, watched_until: datetime | None) -> None:
        self._driver.execute(
            "UPDATE incidents SET root_cause = :root_cause, fix = :fix, watched_until = :until WHERE id = :id",
            {
                "id": id,
                "root_cause": root_cause,
                "fix": fix,
                "until": to_text(watched_until) if watched_until else None,
            },
        )

    def give_role(self, id: str, role: IncidentRole, person: str | None) -> None:
        self._driver.execute(
            f"UPDATE incidents SET {role.value} = :person WHERE id = :id",  # noqa: S608 - one of a few names
            {"id": id, "person": person},
        )

    def say(self, id: str, what: Known, text: str) -> None:
        self._driver.execute(
            f"UPDATE incidents SET {what.value} = :text WHERE id = :id",  # noqa: S608 - one of three names
            {"id": id, "text": text},
        )

    def mark_merged(self, id: str) -> None:
        """It turned out to be part of another one: its end was none, and it counts nowhere."""
        self._driver.execute("UPDATE incidents SET merged = 1 WHERE id = :id", {"id": id})

    def set_severity(self, id: str, severity: Severity) -> Incident:
        rows = self._driver.execute(
            "UPDATE incidents SET severity = :severity WHERE id = :id RETURNING *", {"id": id, "severity": severity}
        )
        return _incident(rows[0])

    def numbered(self, number: int) -> Incident | None:
        rows = self._driver.query("SELECT * FROM incidents WHERE number = :number", {"number": number})
        return _incident(rows[0]) if rows else None

    def alerts_of(self, id: str) -> list[str]:
        """The ids of the alerts that it is about, the one that opened it first."""
        rows = self._driver.query(
            "SELECT alerts.id FROM alerts LEFT JOIN incidents ON incidents.alert = alerts.id AND incidents.id = :id "
            "WHERE alerts.incident = :id OR incidents.id = :id ORDER BY incidents.id IS NULL, alerts.id",
            {"id": id},
        )
        return [row["id"] for row in rows]

    def subjects_of(self, id: str) -> list[str]:
        """What proposals and runs of it are about: its alerts, and the runs that people asked for meanwhile."""
        rows = self._driver.query("SELECT id FROM requests WHERE incident = :id ORDER BY id", {"id": id})
        return [*self.alerts_of(id), *(row["id"] for row in rows)]

    def find_incident(self, id: str) -> Incident | None:
        rows = self._driver.query("SELECT * FROM incidents WHERE id = :id", {"id": id})
        return _incident(rows[0]) if rows else None

    def incident_of(self, alert: str) -> Incident | None:
        """That it joined, or else that it opened."""
        rows = self._driver.query(
            "SELECT incidents.* FROM incidents LEFT JOIN alerts ON alerts.id = :alert "
            "WHERE incidents.alert = :alert OR incidents.id = alerts.incident "
            "ORDER BY incidents.id = alerts.incident DESC, number DESC LIMIT 1",
            {"alert": alert},
        )
        return _incident(rows[0]) if rows else None

    def open_incidents(self) -> list[Incident]:
        """The worst first, then the oldest."""
        rows = self._driver.query("SELECT * FROM incidents WHERE state != 'resolved' ORDER BY severity, number")
        return [_incident(row) for row in rows]

    def incident_to_join(self, fingerprint: str, poster: str, now: datetime) -> Incident | None:
        """One that the same alert, earlier, has opened or joined, and that is not closed or is watched still."""
        rows = self._driver.query(
            "SELECT incidents.* FROM incidents JOIN alerts "
            "ON alerts.id = incidents.alert OR alerts.incident = incidents.id "
            "WHERE alerts.fingerprint = :fingerprint AND alerts.poster = :poster "
            "AND (incidents.state != 'resolved' OR incidents.watched_until > :now) "
            "ORDER BY incidents.state = 'resolved', number DESC LIMIT 1",
            {"fingerprint": fingerprint, "poster": poster, "now": to_text(now)},
        )
        return _incident(rows[0]) if rows else None

    # -- messages that somebody has put on the timeline ---

    def pin(self, channel: str, ts: str, incident: str, text: str) -> bool:
        """True for the first who pins the message."""
        return bool(
            self._driver.execute(
                "INSERT INTO pins (channel, ts, incident, text) VALUES (:channel, :ts, :incident, :text) "
                "ON CONFLICT DO NOTHING RETURNING ts",
                {"channel": channel, "ts": ts, "incident": incident, "text": text},
            )
        )

    def pin_again(self, channel: str, ts: str, text: str) -> str | None:
        """The message was edited. Gives its incident; None when it is not pinned, or says the same."""
        rows = self._driver.execute(
            "UPDATE pins SET text = :text WHERE channel = :channel AND ts = :ts AND text != :text RETURNING incident",
            {"channel": channel, "ts": ts, "text": text},
        )
        return rows[0]["incident"] if rows else None

    def opened_by_alerts(self, after: str, until: str) -> list[Incident]:
        """Those that nobody has touched, of alerts that were posted in this time; the worst first."""
        rows = self._driver.query(
            "SELECT incidents.* FROM incidents JOIN alerts ON alerts.id = incidents.alert "
            "WHERE alerts.ts > :after AND alerts.ts <= :until AND incidents.state = 'open' "
            "ORDER BY incidents.severity, number",
            {"after": after, "until": until},
        )
        return [_incident(row) for row in rows]

    def choose(
        self, severities: Collection[Severity], since: datetime, count: int, *, opened: bool = False
    ) -> list[Incident]:
        """At most `count` of these severities that were opened `since` then, the newest first.

        `opened`: only those that are open still, the worst first.
        """
        given = {f"severity{at}": severity for at, severity in enumerate(sorted(severities))}
        names = ", ".join(f":{name}" for name in given)
        order = "severity, number" if opened else "number DESC"
        rows = self._driver.query(
            f"SELECT * FROM incidents WHERE severity IN ({names}) AND opened >= :since "  # noqa: S608
            f"AND (state != 'resolved' OR NOT :opened) ORDER BY {order} LIMIT :count",
            {**given, "since": to_text(since), "opened": int(opened), "count": count},
        )
        return [_incident(row) for row in rows]

    # -- over many ---

    def opened_between(self, start: datetime, end: datetime) -> list[Incident]:
        """Those opened from `start` until before `end`, the oldest first. Merged ones were none."""
        rows = self._driver.query(
            "SELECT * FROM incidents WHERE opened >= :start AND opened < :end AND NOT merged ORDER BY number",
            {"start": to_text(start), "end": to_text(end)},
        )
        return [_incident(row) for row in rows]

    def ended_between(self, start: datetime, end: datetime) -> list[Incident]:
        """Those opened before `start` and closed from then until before `end`, the oldest first; no merged ones."""
        rows = self._driver.query(
            "SELECT * FROM incidents WHERE opened < :start AND closed >= :start AND closed < :end AND NOT merged "
            "ORDER BY number",
            {"start": to_text(start), "end": to_text(end)},
        )
        return [_incident(row) for row in rows]

    def transitions_since(self, start: datetime) -> dict[str, list[Transition]]:
        """Of each incident that was opened since `start`: every state that it was in, in order."""
        rows = self._driver.query(
            "SELECT transitions.* FROM transitions JOIN incidents ON incidents.id = transitions.incident "
            "WHERE incidents.opened >= :start ORDER BY transitions.id",
            {"start": to_text(start)},
        )
        found: dict[str, list[Transition]] = defaultdict(list)
        for row in rows:
            found[row["incident"]].append(_transition(row))
        return found

    def acknowledged_by(self) -> dict[str, str]:
        """Of each incident that is open and was acknowledged since it was, by its id: who did."""
        rows = self._driver.query(
            # A cross join is made in the order in which it is written: few are open, and many states were had.
            "SELECT incident, who FROM incidents CROSS JOIN transitions ON transitions.incident = incidents.id "
            "WHERE incidents.state != 'resolved' AND transitions.state = 'acknowledged' "
            "AND transitions.at >= incidents.since ORDER BY transitions.id"
        )
        return {row["incident"]: row["who"] for row in rows}

    def categories_since(self, start: datetime) -> dict[str, Category]:
        """Of each incident that was opened since `start` and is about alerts: what the first of them is about."""
        rows = self._driver.query(
            # Two joins, since one with an OR compares each alert with each incident.
            "SELECT incidents.id AS incident, category, 0 AS opener, alerts.id AS alert FROM incidents "
            "JOIN alerts ON alerts.incident = incidents.id WHERE incidents.opened >= :start "
            "UNION ALL SELECT incidents.id, category, 1, alerts.id FROM incidents "
            "JOIN alerts ON alerts.id = incidents.alert WHERE incidents.opened >= :start "
            "ORDER BY opener, alert DESC",
            {"start": to_text(start)},
        )
        return {row["incident"]: Category(row["category"]) for row in rows}  # the one that opened it comes last
