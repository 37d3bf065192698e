"""What people coordinate on, and the record of what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model.alerts import Severity

BOT = "plantao"  # who did it, on the timeline, when no person did


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Incident:
    id: str
    number: int
    title: str
    severity: Severity
    state: IncidentState
    opened: datetime
    closed: datetime | None
    alert: str | None
    lead: str | None


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `hash` covers the line and the hash before it."""

    at: datetime
    who: str
    what: str
    subject: str
    data: Mapping[str, Any]
    hash: str
