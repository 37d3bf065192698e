"""Files that are to stand in Slack: long outputs, plans too long for a card, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.driver import Driver, Row, to_text, to_time_or_none


@dataclass(frozen=True)
class File:
    """`channel`: or the id of a person, for whom alone it is. `thread`: None where it stands in no thread.

    `begun`: an upload was begun and its end was not written, so that the file may stand there.
    """

    key: str
    subject: str  # the alert, request or incident that it belongs to, or the person
    channel: str
    thread: str | None
    name: str
    body: bytes
    begun: bool
    attempts: int
    described: str = ""  # a picture, for those who do not see it


def _file(row: Row) -> File:
    return File(
        key=row["key"],
        subject=row["subject"],
        channel=row["channel"],
        thread=row["thread"],
        name=row["name"],
        body=row["body"],
        begun=bool(row["begun"]),
        attempts=row["attempts"],
        described=row["described"],
    )


class Files:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_file(
        self,
        key: str,
        subject: str,
        channel: str,
        thread: str | None,
        name: str,
        body: bytes,
        now: datetime,
        *,
        described: str = "",
    ) -> bool:
        """Once for each key. False: it was added before."""
        return bool(
            self._driver.execute(
                "INSERT INTO files (key, subject, channel, thread, name, body, due, described) VALUES "
                "(:key, :subject, :channel, :thread, :name, :body, :now, :described) "
                "ON CONFLICT DO NOTHING RETURNING key",
                {
                    "key": key,
                    "subject": subject,
                    "channel": channel,
                    "thread": thread,
                    "name": name,
                    "body": body,
                    "now": to_text(now),
                    "described": described,
                },
            )
        )

    def due_file(self, now: datetime) -> File | None:
        """The longest due of those that do not stand in Slack yet."""
        rows = self._driver.query(
            "SELECT * FROM files WHERE sent IS NULL AND due <= :now ORDER BY due, key LIMIT 1", {"now": to_text(now)}
        )
        return _file(rows[0]) if rows else None

    def next_due(self) -> datetime | None:
        rows = self._driver.query("SELECT min(due) AS due FROM files WHERE sent IS NULL")
        return to_time_or_none(rows[0]["due"])

    def begin_upload(self, key: str) -> None:
        """Durable before the first try, so that after a crash the file is looked for and not uploaded twice."""
        self._driver.execute("UPDATE files SET begun = 1 WHERE key = :key", {"key": key})

    def file_sent(self, key: str, now: datetime) -> None:
        """Slack has it: what it holds is kept there alone, and its key here, so that it is not sent twice."""
        self._driver.execute(
            "UPDATE files SET sent = :now, error = NULL, body = x'' WHERE key = :key", {"key": key, "now": to_text(now)}
        )

    def file_delayed(self, key: str, due: datetime, error: str) -> None:
        self._driver.execute(
            "UPDATE files SET due = :due, attempts = attempts + 1, error = :error WHERE key = :key",
            {"key": key, "due": to_text(due), "error": error},
        )

    def known(self, key: str) -> bool:
        """Whether it was added, whether or not it stands in Slack yet."""
        return bool(self._driver.query("SELECT key FROM files WHERE key = :key", {"key": key}))

    def stands(self, key: str) -> bool:
        """Whether people can open it in Slack."""
        return bool(self._driver.query("SELECT key FROM files WHERE key = :key AND sent IS NOT NULL", {"key": key}))
