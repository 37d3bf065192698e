"""What is to make no noise for a while: which alerts, until when, and who said so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Matcher:
    """One condition on one label; as text it is written as Alertmanager writes it."""

    name: str
    value: str
    regex: bool = False
    equal: bool = True

    def __str__(self) -> str:
        sign = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}
        return f"{self.name}{sign[self.regex, self.equal]}{json.dumps(self.value, ensure_ascii=False)}"


@dataclass(frozen=True)
class KnownAlert:
    """An alert as Alertmanager knows it now."""

    labels: Mapping[str, str]
    silenced_by: tuple[str, ...]  # ids of Alertmanager's


@dataclass(frozen=True)
class KnownSilence:
    """A silence as Alertmanager knows it now, whoever made it."""

    id: str  # Alertmanager's
    matchers: tuple[Matcher, ...]
    ends: datetime
    by: str
    comment: str
    active: bool  # neither over nor yet to come
    over: bool


@dataclass(frozen=True)
class Silence:
    """One that somebody was asked about in Slack: drafted, then asked for, then made, then ended."""

    id: str
    alert: str
    matchers: tuple[Matcher, ...]
    by: str = ""  # a Slack id; empty while it is a draft
    comment: str = ""
    ends: datetime | None = None
    remote: str = ""  # Alertmanager's id; empty while it is not known to be made
    ended: datetime | None = None
    ended_by: str = ""  # a Slack id; empty when it ran out, or was ended in Alertmanager itself

    @property
    def stands(self) -> bool:
        """Whether it is in force, as far as is known."""
        return bool(self.remote) and self.ended is None

    @property
    def mark(self) -> str:
        """Stands in its comment in Alertmanager, by which it is found when its making was not heard of."""
        return f"[plantao {self.id}]"
