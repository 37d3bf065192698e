"""The tables of being on call, as `schema.py` makes them. Released ones are never edited."""

from __future__ import annotations

DUTY = (
    """CREATE TABLE covers (       -- one person stands in for another: asked for, and taken on by whoever accepts first
        id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, absent TEXT NOT NULL, asked TEXT NOT NULL,
        start TEXT NOT NULL, until TEXT NOT NULL, at TEXT NOT NULL, accepted TEXT, accepted_by TEXT,
        declined TEXT NOT NULL DEFAULT '[]', ended TEXT, ended_by TEXT
    )""",
    "CREATE INDEX covers_by_end ON covers (until)",
    """CREATE TABLE calendars (    -- what a calendar said when it could be read last
        key TEXT PRIMARY KEY, body TEXT NOT NULL, read TEXT NOT NULL, error TEXT, failing_since TEXT
    )""",
    """CREATE TABLE handoffs (     -- one row for each end of a shift; what is posted in between has one of its own
        id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, kind TEXT NOT NULL, shift_start TEXT NOT NULL,
        at TEXT NOT NULL, outgoing TEXT, incoming TEXT, words TEXT NOT NULL DEFAULT '',
        summary TEXT, drafted TEXT, posted TEXT, posted_by TEXT, note TEXT NOT NULL DEFAULT '',
        whole TEXT NOT NULL DEFAULT '',
        accepted TEXT, accepted_by TEXT, reminded TEXT NOT NULL DEFAULT '[]', escalated TEXT
    )""",
    "CREATE UNIQUE INDEX handoffs_upcoming ON handoffs (kind) WHERE posted IS NULL",
    "CREATE INDEX handoffs_by_time ON handoffs (at)",
    """CREATE TABLE notes (        -- what a shift leaves the next ones, carried over until it is done
        id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
        by_whom TEXT NOT NULL, done TEXT, done_by TEXT
    )""",
    "CREATE INDEX notes_open ON notes (number) WHERE done IS NULL",
    """CREATE TABLE reports (      -- the weekly ones that were posted
        id TEXT PRIMARY KEY, due TEXT NOT NULL UNIQUE, start TEXT NOT NULL, until TEXT NOT NULL, at TEXT NOT NULL,
        pictured TEXT           -- its picture is on its way, or it needs none
    )""",
    "ALTER TABLE incidents ADD COLUMN next_step TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE files ADD COLUMN described TEXT NOT NULL DEFAULT ''",  # a picture, for those who do not see it
    # A checklist may belong to a handoff, and so its subject can reference neither table.
    """CREATE TABLE new_checklists (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, items TEXT NOT NULL,
        at TEXT NOT NULL
    )""",
    """INSERT INTO new_checklists (id, subject, name, title, items, at)
        SELECT id, incident, name, title, items, at FROM checklists""",
    "DROP TABLE checklists",
    "ALTER TABLE new_checklists RENAME TO checklists",
    "CREATE INDEX checklists_by_subject ON checklists (subject)",
    # What happened within a shift or a week is asked for by its time.
    "CREATE INDEX alerts_by_last ON alerts (last)",
    "CREATE INDEX runs_by_end ON runs (ended)",
    "CREATE INDEX decisions_by_time ON decisions (at)",
    "CREATE INDEX escalations_by_time ON escalations (at)",
)
