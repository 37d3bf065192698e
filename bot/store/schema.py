"""The tables. A migration that has been released is never edited: the next one changes what it made."""

from __future__ import annotations

from bot.errors import StoreOutdated, StoreTooNew
from bot.store.driver import Driver
from bot.store.duty_tables import DUTY
from bot.store.findable import make_findable, mark_only
from bot.store.sqlite import Database, Migrations

MIGRATIONS = Migrations("plantao")

_FIRST = """
CREATE TABLE events (          -- what Slack delivered, written down before it is acknowledged
    id TEXT PRIMARY KEY, body TEXT NOT NULL, received TEXT NOT NULL,
    done TEXT, attempts INTEGER NOT NULL DEFAULT 0, error TEXT
);
CREATE INDEX events_waiting ON events (id) WHERE done IS NULL;
CREATE TABLE marks (channel TEXT PRIMARY KEY, ts TEXT NOT NULL);  -- up to where a channel has been read

CREATE TABLE alerts (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, poster TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL,
    alert TEXT NOT NULL, classification TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1,
    first TEXT NOT NULL, last TEXT NOT NULL, latest TEXT NOT NULL, resolved TEXT,  -- latest: the last message's ts
    hindrance TEXT NOT NULL DEFAULT ''  -- why no plan could be sealed, in words
);
CREATE UNIQUE INDEX alerts_open ON alerts (fingerprint, poster) WHERE resolved IS NULL;
CREATE INDEX alerts_by_message ON alerts (channel, ts);

CREATE TABLE plans (hash TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE proposals (
    id TEXT PRIMARY KEY, alert TEXT NOT NULL REFERENCES alerts, plan TEXT NOT NULL REFERENCES plans,
    params TEXT NOT NULL, evidence TEXT NOT NULL DEFAULT '[]', state TEXT NOT NULL, asked_by TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT
);
CREATE INDEX proposals_by_alert ON proposals (alert);
CREATE TABLE decisions (
    proposal TEXT NOT NULL REFERENCES proposals, person TEXT NOT NULL, approve INTEGER NOT NULL,
    reason TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (proposal, person)
);

CREATE TABLE runs (
    id TEXT PRIMARY KEY, proposal TEXT NOT NULL UNIQUE REFERENCES proposals, lock TEXT, state TEXT NOT NULL,
    verdict TEXT, why TEXT NOT NULL DEFAULT '', queued TEXT NOT NULL, started TEXT, ended TEXT,
    verified TEXT NOT NULL DEFAULT '[]', after TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX runs_by_state ON runs (state);
CREATE UNIQUE INDEX runs_lock ON runs (lock) WHERE state IN ('running', 'verifying', 'unknown');
CREATE TABLE steps (
    run TEXT NOT NULL REFERENCES runs, position INTEGER NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL,
    started TEXT NOT NULL, ended TEXT, said TEXT NOT NULL DEFAULT '', output TEXT NOT NULL DEFAULT '',
    pid INTEGER, pid_started REAL, PRIMARY KEY (run, position, attempt)
);

CREATE TABLE incidents (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, title TEXT NOT NULL, severity TEXT NOT NULL,
    state TEXT NOT NULL, opened TEXT NOT NULL, closed TEXT, alert TEXT REFERENCES alerts, lead TEXT
);
CREATE TABLE timeline (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
    data TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX timeline_by_subject ON timeline (subject);
CREATE INDEX timeline_by_time ON timeline (at);

CREATE TABLE cards (           -- what Slack should show, and what it shows
    key TEXT PRIMARY KEY, channel TEXT NOT NULL, thread TEXT, ts TEXT, urgent INTEGER NOT NULL,
    wanted TEXT NOT NULL, revision INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0,
    posting INTEGER NOT NULL DEFAULT 0, due TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error TEXT
);
CREATE INDEX cards_unsent ON cards (due) WHERE sent < revision;

CREATE TABLE timers (
    kind TEXT NOT NULL, subject TEXT NOT NULL, due TEXT NOT NULL, fired TEXT, PRIMARY KEY (kind, subject)
);
CREATE INDEX timers_due ON timers (due) WHERE fired IS NULL;
"""


@MIGRATIONS()
def first(db: Database) -> None:
    db.executescript(_FIRST)


_RUNBOOKS = (
    # A proposal is about an alert or about a request, so that its subject can reference neither table.
    """CREATE TABLE requests (
        id TEXT PRIMARY KEY, runbook TEXT NOT NULL, asked_by TEXT NOT NULL, channel TEXT NOT NULL,
        created TEXT NOT NULL, hindrance TEXT NOT NULL DEFAULT ''
    )""",
    """CREATE TABLE new_proposals (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL, plan TEXT NOT NULL REFERENCES plans, params TEXT NOT NULL,
        evidence TEXT NOT NULL DEFAULT '[]', state TEXT NOT NULL, asked_by TEXT NOT NULL,
        authority TEXT NOT NULL DEFAULT '', created TEXT NOT NULL, expires TEXT
    )""",
    """INSERT INTO new_proposals (id, subject, plan, params, evidence, state, asked_by, created, expires)
        SELECT id, alert, plan, params, evidence, state, asked_by, created, expires FROM proposals""",
    "DROP TABLE proposals",
    "ALTER TABLE new_proposals RENAME TO proposals",
    "CREATE INDEX proposals_by_subject ON proposals (subject)",
    "ALTER TABLE decisions ADD COLUMN emergency INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN number INTEGER",
    "ALTER TABLE runs ADD COLUMN stopped_by TEXT",
    "UPDATE runs SET number = (SELECT count(*) FROM runs AS earlier WHERE earlier.id <= runs.id)",
    "CREATE UNIQUE INDEX runs_number ON runs (number)",
    "DROP INDEX runs_lock",
    """CREATE UNIQUE INDEX runs_lock ON runs (lock)
        WHERE state IN ('running', 'asking', 'undoing', 'verifying', 'unknown')
        OR (state = 'queued' AND started IS NOT NULL)""",  # begun, and to go on
    """CREATE TABLE new_steps (
        run TEXT NOT NULL REFERENCES runs, undo INTEGER NOT NULL, position INTEGER NOT NULL, attempt INTEGER NOT NULL,
        state TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, said TEXT NOT NULL DEFAULT '',
        output TEXT NOT NULL DEFAULT '', pid INTEGER, pid_started REAL, PRIMARY KEY (run, undo, position, attempt)
    )""",
    """INSERT INTO new_steps (run, undo, position, attempt, state, started, ended, said, output, pid, pid_started)
        SELECT run, 0, position, attempt, state, started, ended, said, output, pid, pid_started FROM steps""",
    "DROP TABLE steps",
    "ALTER TABLE new_steps RENAME TO steps",
    """CREATE TABLE pauses (
        id TEXT PRIMARY KEY, who TEXT NOT NULL, why TEXT NOT NULL, since TEXT NOT NULL, ended TEXT, ended_by TEXT
    )""",
    """CREATE TABLE files (        -- what is to stand in a thread as a file
        key TEXT PRIMARY KEY, subject TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, name TEXT NOT NULL,
        body TEXT NOT NULL, due TEXT NOT NULL, begun INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
        error TEXT, sent TEXT
    )""",
    "CREATE INDEX files_unsent ON files (due) WHERE sent IS NULL",
    "CREATE UNIQUE INDEX pauses_open ON pauses (ended IS NULL) WHERE ended IS NULL",
)


@MIGRATIONS()
def runbooks(db: Database) -> None:
    for statement in _RUNBOOKS:
        db.execute(statement)


_CORRELATION = (
    # What storms are grouped by; the truth stands in the columns `alert` and `classification`.
    "ALTER TABLE alerts ADD COLUMN category TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alerts ADD COLUMN severity TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alerts ADD COLUMN service TEXT NOT NULL DEFAULT ''",
    """UPDATE alerts SET category = json_extract(classification, '$.category'),
        severity = json_extract(classification, '$.severity')""",
    "ALTER TABLE alerts ADD COLUMN storm TEXT",
    "ALTER TABLE alerts ADD COLUMN incident TEXT",  # that it belongs to and did not open itself
    "CREATE INDEX alerts_by_storm ON alerts (storm) WHERE storm IS NOT NULL",
    "CREATE INDEX alerts_by_fingerprint ON alerts (fingerprint, poster)",
    "CREATE INDEX alerts_by_time ON alerts (ts)",
    """CREATE TABLE storms (
        id TEXT PRIMARY KEY, channel TEXT NOT NULL, began TEXT NOT NULL, ended TEXT, incident TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX storms_open ON storms (ended IS NULL) WHERE ended IS NULL",
    """CREATE TABLE recoveries (     -- the latest resolved message, also one without a firing before it
        fingerprint TEXT NOT NULL, poster TEXT NOT NULL, ts TEXT NOT NULL, PRIMARY KEY (fingerprint, poster)
    )""",
    """CREATE TABLE corrections (    -- what a person said an alert really is; NULL: the bot was right
        fingerprint TEXT PRIMARY KEY, runbook TEXT, category TEXT, person TEXT NOT NULL, at TEXT NOT NULL
    )""",
)


@MIGRATIONS()
def correlation(db: Database) -> None:
    for statement in _CORRELATION:
        db.execute(statement)


_REASONS = tuple(
    # Sentences became the name of one and what it is filled in with.
    f"""UPDATE alerts SET classification = json_set(classification, '$.{reason}', json(CASE
        WHEN coalesce(json_extract(classification, '$.{reason}'), '') = '' AND '{reason}' = 'runbook_why' THEN 'null'
        ELSE json_object('sentence', 'why_told', 'values',
            json_object('text', coalesce(json_extract(classification, '$.{reason}'), ''))) END))"""  # noqa: S608
    for reason in ("why", "severity_why", "runbook_why")
)


@MIGRATIONS()
def reasons(db: Database) -> None:
    for statement in _REASONS:
        db.execute(statement)


_INCIDENTS = (
    "ALTER TABLE incidents ADD COLUMN since TEXT NOT NULL DEFAULT ''",
    "UPDATE incidents SET since = opened",
    *(f"ALTER TABLE incidents ADD COLUMN {name} TEXT NOT NULL DEFAULT ''" for name in ("impact", "root_cause", "fix")),
    *(f"ALTER TABLE incidents ADD COLUMN {name} TEXT" for name in ("communications", "scribe", "watched_until")),
    """CREATE TABLE transitions (   -- every state that an incident was in, and since when: what times are counted by
        id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents, at TEXT NOT NULL, state TEXT NOT NULL,
        who TEXT NOT NULL
    )""",
    "CREATE INDEX transitions_by_incident ON transitions (incident, id)",
    "CREATE INDEX transitions_by_time ON transitions (at)",
    """INSERT INTO transitions (id, incident, at, state, who)
        SELECT replace(id, 'incident_', 'transition_'), id, opened, 'open', 'plantao' FROM incidents""",
    """INSERT INTO transitions (id, incident, at, state, who)
        SELECT replace(id, 'entry_', 'transition_'), subject, at, substr(what, 10), who FROM timeline
        WHERE what IN ('incident acknowledged', 'incident mitigated', 'incident resolved')""",
    """CREATE TABLE pins (      -- messages that somebody has put on an incident's timeline
        channel TEXT NOT NULL, ts TEXT NOT NULL, incident TEXT NOT NULL REFERENCES incidents, text TEXT NOT NULL,
        PRIMARY KEY (channel, ts)
    )""",
    """CREATE TABLE escalations (  -- whom an incident was brought to
        id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents, at TEXT NOT NULL, told TEXT NOT NULL,
        people TEXT NOT NULL, by_whom TEXT NOT NULL, why TEXT NOT NULL
    )""",
    "CREATE INDEX escalations_by_incident ON escalations (incident)",
    """CREATE TABLE checklists (
        id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents, name TEXT NOT NULL, title TEXT NOT NULL,
        items TEXT NOT NULL, at TEXT NOT NULL
    )""",
    "CREATE INDEX checklists_by_incident ON checklists (incident)",
    """CREATE TABLE ticks (
        checklist TEXT NOT NULL REFERENCES checklists, position INTEGER NOT NULL, person TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (checklist, position)
    )""",
)


@MIGRATIONS()
def incidents(db: Database) -> None:
    for statement in _INCIDENTS:
        db.execute(statement)


_UPDATES = (
    "ALTER TABLE incidents ADD COLUMN expected TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE incidents ADD COLUMN merged INTEGER NOT NULL DEFAULT 0",
    "UPDATE incidents SET merged = 1 WHERE id IN (SELECT subject FROM timeline WHERE what = 'incident merged')",
    """CREATE TABLE updates (      -- what people were told of an incident, and the draft of what they are told next
        id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents, kind TEXT, text TEXT, edited_by TEXT,
        held TEXT, asked TEXT NOT NULL, sent TEXT, dropped TEXT, severity TEXT, who TEXT
    )""",
    "CREATE INDEX updates_by_incident ON updates (incident, id)",
    "CREATE UNIQUE INDEX updates_draft ON updates (incident) WHERE sent IS NULL AND dropped IS NULL",
    """CREATE TABLE deliveries (   -- what goes out by other ways than Slack
        key TEXT PRIMARY KEY, way TEXT NOT NULL, subject TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL,
        created TEXT NOT NULL, due TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error TEXT, sent TEXT,
        given_up TEXT
    )""",
    "CREATE INDEX deliveries_due ON deliveries (due) WHERE sent IS NULL AND given_up IS NULL",
)


@MIGRATIONS()
def updates(db: Database) -> None:
    for statement in _UPDATES:
        db.execute(statement)


_POSTMORTEMS = (
    """CREATE TABLE postmortems (  -- the latest draft of an incident counts
        id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents, number INTEGER NOT NULL, at TEXT NOT NULL,
        by_whom TEXT NOT NULL, text TEXT NOT NULL, due TEXT, held TEXT, held_by TEXT
    )""",
    "CREATE UNIQUE INDEX postmortems_by_incident ON postmortems (incident, number)",
    """CREATE TABLE postmortem_reminders (  -- who was asked whether it was held
        postmortem TEXT NOT NULL REFERENCES postmortems, at TEXT NOT NULL, person TEXT, PRIMARY KEY (postmortem, at)
    )""",
    """CREATE TABLE actions (      -- what people are to do so that it does not come again
        id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, incident TEXT NOT NULL REFERENCES incidents,
        text TEXT NOT NULL, owner TEXT, due TEXT, at TEXT NOT NULL, by_whom TEXT NOT NULL, done TEXT, done_by TEXT
    )""",
    "CREATE INDEX actions_by_incident ON actions (incident)",
    "CREATE INDEX actions_open ON actions (due) WHERE done IS NULL",
)


@MIGRATIONS()
def postmortems(db: Database) -> None:
    for statement in _POSTMORTEMS:
        db.execute(statement)


_SILENCES = (
    """CREATE TABLE silences (     -- drafted with an id; remote: Alertmanager's own, once it is known to have it
        id TEXT PRIMARY KEY, alert TEXT NOT NULL REFERENCES alerts, matchers TEXT NOT NULL,
        by_whom TEXT NOT NULL DEFAULT '', comment TEXT NOT NULL DEFAULT '', ends TEXT,
        remote TEXT NOT NULL DEFAULT '', ended TEXT, ended_by TEXT NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX silences_by_alert ON silences (alert)",
    "CREATE INDEX silences_standing ON silences (remote) WHERE ended IS NULL",
)


@MIGRATIONS()
def silences(db: Database) -> None:
    for statement in _SILENCES:
        db.execute(statement)


@MIGRATIONS()
def search(db: Database) -> None:
    make_findable(db)


_PICTURES = (
    # A file may hold a picture, and may stand where there is no thread.
    """CREATE TABLE new_files (
        key TEXT PRIMARY KEY, subject TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT, name TEXT NOT NULL,
        body BLOB NOT NULL, due TEXT NOT NULL, begun INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
        error TEXT, sent TEXT
    )""",
    """INSERT INTO new_files (key, subject, channel, thread, name, body, due, begun, attempts, error, sent)
        SELECT key, subject, channel, thread, name, CAST(body AS BLOB), due, begun, attempts, error, sent FROM files""",
    "DROP TABLE files",
    "ALTER TABLE new_files RENAME TO files",
    "CREATE INDEX files_unsent ON files (due) WHERE sent IS NULL",
)


@MIGRATIONS()
def pictures(db: Database) -> None:
    for statement in _PICTURES:
        db.execute(statement)


_HELPED = (
    "ALTER TABLE requests ADD COLUMN incident TEXT",  # that the run is to help with
    "CREATE INDEX requests_by_incident ON requests (incident) WHERE incident IS NOT NULL",
)


@MIGRATIONS()
def helped(db: Database) -> None:
    for statement in _HELPED:
        db.execute(statement)


@MIGRATIONS()
def search_of_late(db: Database) -> None:
    mark_only(db)


@MIGRATIONS()
def duty(db: Database) -> None:
    for statement in DUTY:
        db.execute(statement)


def migrate(driver: Driver) -> None:
    """Brings the file up to date. Raises StoreTooNew when a newer version of the bot has written it."""
    with driver.migrating() as db:
        _check_not_newer(driver, db)
        MIGRATIONS.apply(db)


def check_up_to_date(driver: Driver) -> None:
    """Raises StoreTooNew and StoreOutdated; changes nothing."""
    db = driver.read_only()
    _check_not_newer(driver, db)
    if waiting := [migration.name for migration in MIGRATIONS.pending(db)]:
        raise StoreOutdated(
            f"{driver.path} was written by an older version of the bot (it has no {', '.join(waiting)} yet)"
        )


def _check_not_newer(driver: Driver, db: Database) -> None:
    known = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}  # all that there are
    newer = {applied.name for applied in MIGRATIONS.applied(db)} - known
    if newer:
        raise StoreTooNew(
            f"{driver.path} was written by a newer version of the bot ({', '.join(sorted(newer))}). "
            "Install that version, or go back to a copy of the database from before."
        )
