"""Whether runs are started at all: a person may stop that for everyone, and somebody lets it go on."""

from __future__ import annotations

from datetime import datetime

from bot.model import Pause
from bot.store.driver import Driver, to_text, to_time
from bot.store.ids import new_id


class Pauses:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def begin_pause(self, who: str, why: str, now: datetime) -> bool:
        """False: it is paused already."""
        return bool(
            self._driver.execute(
                "INSERT INTO pauses (id, who, why, since) VALUES (:id, :who, :why, :now) "
                "ON CONFLICT DO NOTHING RETURNING id",
                {"id": new_id("pause"), "who": who, "why": why, "now": to_text(now)},
            )
        )

    def end_pause(self, who: str, now: datetime) -> bool:
        """False: it is not paused."""
        return bool(
            self._driver.execute(
                "UPDATE pauses SET ended = :now, ended_by = :who WHERE ended IS NULL RETURNING id",
                {"who": who, "now": to_text(now)},
            )
        )

    def pause(self) -> Pause | None:
        """The one that lasts, if any."""
        latest = self.latest_pause()
        return latest if latest and latest.ended_by is None else None

    def latest_pause(self) -> Pause | None:
        """The last one that was begun, ended or not."""
        rows = self._driver.query("SELECT * FROM pauses ORDER BY id DESC LIMIT 1")
        if not rows:
            return None
        row = rows[0]
        return Pause(row["id"], row["who"], row["why"], to_time(row["since"]), row["ended_by"])
