"""Every runbook that is shipped can be used as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.model import Alert, AlertStatus, Category, Command, Wait
from bot.runbooks.load import load_folder
from bot.runbooks.match import matching
from bot.runbooks.plan import fill, seal
from bot.words import english

ROOT = Path(__file__).parent.parent
FOLDERS = sorted({file.parent for pattern in ("runbooks/*.yaml", "*/runbooks/*.yaml") for file in ROOT.glob(pattern)})
DOC_PARTS = ("## Meaning", "## Impact", "## Diagnosis", "## Mitigation", "## If this fails")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_shipped_runbooks_load(folder: Path) -> None:
    """Without an error, and with a document that tells a tired person all five things."""
    library = load_folder(folder, ["approvers"])
    assert [str(problem) for problem in library.problems] == []
    assert {book.id for book in library.runbooks.values() if not all(part in book.doc for part in DOC_PARTS)} == set()


def test_none_was_reviewed_in_the_future() -> None:
    """A review is a thing done."""
    days = [book.reviewed for folder in FOLDERS for book in load_folder(folder).runbooks.values()]
    assert all(day is None or day >= date(2026, 1, 1) for day in days)


def test_restart_service() -> None:
    """A service that is down is restarted by its own name, and looked at until it stays up."""
    library = load_folder(ROOT / "runbooks")
    alert = Alert("test", "ServiceDown", AlertStatus.FIRING, "connection refused", {"service": "api", "job": "x"})
    best = matching(library, alert, Category.AVAILABILITY)[0]
    book = library.runbooks[best.runbook]
    plan = seal(book, fill(book, alert, {}), ROOT / "runbooks")
    assert (best.runbook, english().plain_reason(best.why), plan.lock) == (
        "restart-service",
        "label alertname matches ServiceDown",
        "service:api",
    )
    assert [step.action for step in plan.steps] == [
        Command(("systemctl", "restart", "--", "api")),
        Wait(Command(("systemctl", "is-active", "--quiet", "--", "api")), every=2.0, limit=30.0, stable=3),
    ]
    assert [step.action for step in plan.verify] == [Command(("systemctl", "is-active", "--", "api"))]


def test_disk_full_is_there_to_be_read() -> None:
    """It matches, and has nothing to run."""
    library = load_folder(ROOT / "runbooks")
    alert = Alert("test", "NodeFilesystemAlmostOutOfSpace", AlertStatus.FIRING, "3 % left", {})
    assert matching(library, alert, Category.DISK)[0].runbook == "disk-full"
    assert library.runbooks["disk-full"].steps == ()
