"""The three verbs that all SQL goes through, over sqlite-utils: `query`, `execute` and `atomic`."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import StoreError, StoreLocked
from bot.store.sqlite import Database

Row = dict[str, Any]

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")


def to_text(at: datetime) -> str:
    """A moment as it is stored: UTC, of fixed width, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    return None if text is None else to_time(text)


class Driver:
    """One SQLite file, one connection a thread, one writer at a time.

    Writers queue on a lock of ours rather than in SQLite's busy handler, which polls and would add up to 100 ms.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """Raises StoreLocked when another process holds the file, StoreError when it cannot be opened.

        `reading`: nothing is written, so that another process may hold it.
        """
        self.path = path
        self._reading = reading
        self._local = threading.local()
        self._writing = threading.RLock()
        self._open: list[sqlite3.Connection] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = path.with_name(path.name + ".lock").open("a+")  # freed by any death of the process
        except OSError as error:
            raise StoreError(
                f"The database {path} cannot be opened: {error.strerror}. "
                "Set DATABASE_URL to a file in a folder that the bot may write to."
            ) from error
        try:
            if not reading:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise StoreLocked(
                f"Another process of the bot is using {path}. "
                "Stop it first, or give this one a DATABASE_URL of its own."
            ) from error
        try:
            self.query("SELECT count(*) AS n FROM sqlite_master")
        except sqlite3.DatabaseError as error:
            self.close()
            raise StoreError(
                f"{path} cannot be read as a SQLite database: {error}. "
                "Move it away, or set DATABASE_URL to another file."
            ) from error

    def _database(self) -> Database:
        database: Database | None = getattr(self._local, "database", None)
        if database is None:
            # isolation_level=None: transactions begin where `atomic` says so and nowhere else.
            # Each thread uses its own connection; only close() touches them from another.
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            with self._writing:
                self._open.append(connection)
            database = Database(connection)
            for pragma in ("query_only=ON", "busy_timeout=30000") if self._reading else _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
            self._local.database = database
        return database

    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a SELECT, each a dict."""
        return list(self._database().query(sql, dict(params or {})))

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """A write. Gives the rows of its RETURNING clause, or none. Durable on return, unless inside `atomic`."""
        with self._writing:
            cursor = self._database().execute(sql, dict(params or {}))
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All writes inside happen, or none. May be nested: the outermost one commits."""
        with self._writing:
            database = self._database()
            if database.conn.in_transaction:
                yield
                return
            # IMMEDIATE: a deferred transaction that reads and then writes fails at once when another wrote between.
            database.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                database.conn.execute("ROLLBACK")
                raise
            database.conn.execute("COMMIT")

    @contextmanager
    def migrating(self) -> Iterator[Database]:
        """The library's own object, for its migrations only.

        Foreign keys are off meanwhile, so that a table can be made anew under those that refer to it (SQLite's
        documented way to change one), and are checked at the end.
        """
        with self._writing:
            database = self._database()
            database.conn.execute("PRAGMA foreign_keys=OFF")
            try:
                yield database
                if broken := database.conn.execute("PRAGMA foreign_key_check").fetchall():
                    raise StoreError(
                        f"{self.path}: rows of {broken[0][0]} refer to rows of {broken[0][2]} that are gone."
                    )
            finally:
                database.conn.execute("PRAGMA foreign_keys=ON")

    def read_only(self) -> Database:
        """The library's own object, to look at which migrations were applied."""
        return self._database()

    @property
    def held_elsewhere(self) -> bool:
        """Whether another process holds the file. To be asked only of one that was opened for reading."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        with self._writing:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()
        self._lock.close()
