"""The labelled alerts that the model learns from, and how each is shown to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.classify.features import features
from bot.model import Alert, AlertStatus, Category

HERE = Path(__file__).parent
LABELLED, OURS = HERE / "labelled.jsonl", HERE / "ours.jsonl"


@dataclass(frozen=True)
class Row:
    """A labelled alert. `family` is the service it is about; rows that we wrote ourselves have none."""

    family: str | None
    alert: Alert
    category: Category
    also_ok: frozenset[Category]  # what a reasonable engineer would accept too


@dataclass(frozen=True)
class Example:
    found: dict[str, float]
    category: Category
    family: str | None


def rows() -> list[Row]:
    return [*_read(LABELLED), *_read(OURS)]


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            text = " ".join(part for part in (raw["summary"], raw.get("description", "")) if part)
            yield Row(
                family=raw.get("family"),
                # The labelled rows are rules of a monitoring tool; their `source` names the project.
                alert=Alert(
                    source="alertmanager" if "family" in raw else raw.get("source", "human"),
                    name=raw["name"],
                    status=AlertStatus.FIRING,
                    summary=text,
                    labels=raw.get("labels", {}),
                ),
                category=Category(raw["category"]),
                also_ok=frozenset(Category(each) for each in raw["also_ok"] if each in set(Category)),
            )


def views(alert: Alert) -> list[Alert]:
    """As tools show it: with its text, and by its name alone. Many a message holds no more than the name."""
    bare = Alert(alert.source, alert.name, alert.status, "", alert.labels)
    return [alert, bare] if alert.summary and alert.summary != alert.name else [bare]


def examples(of: list[Row]) -> list[Example]:
    return [Example(features(view), row.category, row.family) for row in of for view in views(row.alert)]
