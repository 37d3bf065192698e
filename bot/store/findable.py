"""What the full-text index of incidents is made from, and how it follows the record: parts of migrations.

One row an incident, so that words are found together wherever people wrote them: in the title, a note, a message that
somebody pinned. Whenever one of its sources changes, a trigger marks the row as stale, which costs the same however
long the incident is; it is written anew before the next search.
"""

from __future__ import annotations

from bot.store.sqlite import Database

# The incident itself, and its alerts.
_SUBJECTS = """SELECT incidents.id UNION ALL SELECT incidents.alert
    UNION ALL SELECT alerts.id FROM alerts WHERE alerts.incident = incidents.id"""
_SEARCH = (
    """CREATE TABLE findable (     -- the words of each incident, in one row, for the full-text index findable_fts
        number INTEGER PRIMARY KEY, title TEXT NOT NULL, impact TEXT NOT NULL, ending TEXT NOT NULL,
        said TEXT NOT NULL, alerts TEXT NOT NULL
    )""",
    "CREATE INDEX alerts_by_incident ON alerts (incident) WHERE incident IS NOT NULL",
    # What the row is made from. Boxes that were ticked say the same in every incident, and updates that the bot wrote
    # tell what stands elsewhere. Of a pinned message counts what it says by now, which stands in `pins`.
    f"""CREATE VIEW findable_now AS
    SELECT number, title, impact, trim(root_cause || char(10) || fix, char(10)) AS ending,
        coalesce((
            SELECT group_concat(text, char(10)) FROM (
                SELECT coalesce(json_extract(data, '$.text'), json_extract(data, '$.why'),
                    json_extract(data, '$.reason')) AS text
                FROM timeline WHERE subject IN ({_SUBJECTS})
                AND what NOT IN ('pinned', 'pin edited', 'ticked', 'tick taken away', 'update sent')
                UNION ALL SELECT text FROM pins WHERE incident = incidents.id
                UNION ALL SELECT text FROM updates WHERE incident = incidents.id AND sent IS NOT NULL
                AND (edited_by IS NOT NULL OR who != 'plantao')
            ) WHERE text != ''
        ), '') AS said,
        coalesce((
            SELECT group_concat(json_extract(alert, '$.name') || ' ' || service, char(10)) FROM alerts
            WHERE id IN ({_SUBJECTS})
        ), '') AS alerts
    FROM incidents""",  # noqa: S608
    "INSERT INTO findable SELECT * FROM findable_now",
)
FIND_AGAIN = """INSERT INTO findable SELECT * FROM findable_now WHERE number IN ({which})
    ON CONFLICT (number) DO UPDATE SET title = excluded.title, impact = excluded.impact, ending = excluded.ending,
    said = excluded.said, alerts = excluded.alerts"""
# A migration that makes one of these tables anew has to make its triggers anew, too.
_SOURCES = {
    "incident_opened": ("INSERT ON incidents", "new.number"),
    "incident_changed": ("UPDATE OF title, impact, root_cause, fix ON incidents", "new.number"),
    "message_pinned": ("INSERT ON pins", "SELECT number FROM incidents WHERE id = new.incident"),
    "pin_changed": ("UPDATE ON pins", "SELECT number FROM incidents WHERE id = new.incident"),
    "alert_joined": (
        "UPDATE OF incident ON alerts",
        "SELECT number FROM incidents WHERE id IN (new.incident, old.incident)",
    ),
    "line_written": (
        "INSERT ON timeline WHEN coalesce(json_extract(new.data, '$.text'), json_extract(new.data, '$.why'), "
        "json_extract(new.data, '$.reason'), '') != ''",
        "SELECT number FROM incidents WHERE id = new.subject OR alert = new.subject "
        "OR id = (SELECT incident FROM alerts WHERE id = new.subject)",
    ),
}


def make_findable(db: Database) -> None:
    """The table, what is in it already, and the triggers that keep it as the record is."""
    for statement in _SEARCH:
        db.execute(statement)
    db.table("findable").enable_fts(
        ["title", "impact", "ending", "said", "alerts"],
        tokenize="unicode61 remove_diacritics 2",  # neither case nor accents matter
        create_triggers=True,
    )
    for name, (when, which) in _SOURCES.items():
        db.execute(f"CREATE TRIGGER findable_{name} AFTER {when} BEGIN {FIND_AGAIN.format(which=which)}; END")


def mark_only(db: Database) -> None:
    """The triggers mark what is stale, in place of writing it anew: a storm writes thousands of lines."""
    db.execute("CREATE TABLE findable_stale (number INTEGER PRIMARY KEY)  -- incidents whose row is to be made anew")
    db.execute("CREATE INDEX incidents_by_alert ON incidents (alert) WHERE alert IS NOT NULL")
    for name, (when, which) in _SOURCES.items():
        db.execute(f"DROP TRIGGER findable_{name}")
        db.execute(
            f"CREATE TRIGGER findable_{name} AFTER {when} BEGIN INSERT INTO findable_stale "  # noqa: S608
            f"SELECT number FROM incidents WHERE number IN ({which}) ON CONFLICT DO NOTHING; END"
        )
