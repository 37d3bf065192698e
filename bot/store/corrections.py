"""What people said an alert really is: it wins the next time the same one fires."""

from __future__ import annotations

from datetime import datetime

from bot.model import Category, Correction
from bot.store.driver import Driver, to_text, to_time


class Corrections:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def correct(
        self,
        fingerprint: str,
        person: str,
        now: datetime,
        *,
        runbook: str | None = None,
        category: Category | None = None,
    ) -> None:
        """What is None stays as it was said before."""
        self._driver.execute(
            "INSERT INTO corrections (fingerprint, runbook, category, person, at) "
            "VALUES (:fingerprint, :runbook, :category, :person, :now) ON CONFLICT (fingerprint) DO UPDATE SET "
            "runbook = coalesce(excluded.runbook, corrections.runbook), "
            "category = coalesce(excluded.category, corrections.category), "
            "person = excluded.person, at = excluded.at",
            {
                "fingerprint": fingerprint,
                "runbook": runbook,
                "category": category,
                "person": person,
                "now": to_text(now),
            },
        )

    def correction_of(self, fingerprint: str) -> Correction | None:
        rows = self._driver.query(
            "SELECT * FROM corrections WHERE fingerprint = :fingerprint", {"fingerprint": fingerprint}
        )
        if not rows:
            return None
        row = rows[0]
        category = Category(row["category"]) if row["category"] else None
        return Correction(row["runbook"], category, row["person"], to_time(row["at"]))
