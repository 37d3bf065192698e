"""What tools and people report, and what it is taken for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AlertStatus(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"
    INFO = "info"  # a tool's note that reports no trouble
    NONE = "none"  # a message that is no alert


class Severity(StrEnum):
    """P0 is the worst; as text they sort with the worst first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Category(StrEnum):
    AVAILABILITY = "availability"
    LATENCY = "latency"
    ERRORS = "errors"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    NETWORK = "network"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    KUBERNETES = "kubernetes"
    DEPLOY = "deploy"
    CERTIFICATE = "certificate"
    BACKUP = "backup"
    SECURITY = "security"
    CAPACITY = "capacity"
    MONITORING = "monitoring"
    MODEL = "model"
    OTHER = "other"


@dataclass(frozen=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True)
class Alert:
    """One thing that a monitoring tool or a person reported. All texts are as they came: data, never trusted."""

    source: str
    name: str
    status: AlertStatus
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)
    severity_hint: str | None = None  # the tool's own word or colour: critical, warning, danger, …
    links: tuple[Link, ...] = ()
    fingerprint: str = ""  # the same for firing and resolved

    @property
    def service(self) -> str:
        """What it is about, as its labels say; empty when they do not."""
        return self.labels.get("service") or self.labels.get("job") or self.labels.get("namespace") or ""

    @property
    def place(self) -> str:
        """Where it is, as its labels say."""
        return self.labels.get("instance") or self.labels.get("host") or self.labels.get("pod") or ""


@dataclass(frozen=True)
class Reason:
    """Why: the name of a sentence in templates/<language>/words.yaml, and what it is filled in with."""

    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Classification:
    category: Category
    severity: Severity
    runbook: str | None
    confidence: float  # 0 to 1
    by: str  # "rule", "embedded" or a model's name
    why: Reason  # of the category
    severity_why: Reason
    runbook_why: Reason | None = None
    candidates: tuple[tuple[str, float], ...] = ()  # runbooks and how well their text fits, when none is sure enough
    summary: str = ""  # one sentence of the language model
    summary_by: str = ""  # and the model's name
    summary_category: Category | None = None  # what it takes the alert for, which is shown and counts for nothing


NO_RUNBOOK = ""  # a person has said that none fits


@dataclass(frozen=True)
class Correction:
    """What a person said an alert really is. None: nobody said otherwise."""

    runbook: str | None  # or NO_RUNBOOK
    category: Category | None
    person: str
    at: datetime
