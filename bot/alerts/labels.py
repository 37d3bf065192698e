"""Labels from what a tool lists, in fields, tables and lines, under names that runbooks can rely on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.alerts.markup import unformatted

_KEY = re.compile(r"[^\W\d][\w ./-]{0,39}$")
_SAME = {  # other words for the same thing
    "hostname": "host",
    "host_name": "host",
    "server": "host",
    "machine": "host",
    "node_name": "node",
    "service_name": "service",
    "servicename": "service",
    "app": "application",
    "environment": "env",
    "alert_name": "alertname",
    "pod_name": "pod",
    "k8s_namespace": "namespace",
    "nome_do_problema": "problem_name",
    "servidor": "host",
    "serviço": "service",
    "cluster_name": "cluster",
}
_PROSE = {
    "text",
    "message",
    "description",
    "summary",
    "http",
    "https",
    "note",
    "notes",
    "details",
    "title",
    "reason",
    "error",
    "output",
    "link",
    "url_link",
}
_THING = (  # what tells one alert of the same name from another
    "host",
    "instance",
    "service",
    "node",
    "device",
    "pod",
    "namespace",
    "container",
    "cluster",
    "region",
    "env",
    "application",
    "project",
    "database",
    "queue",
    "topic",
    "mountpoint",
    "job",
    "component",
    "resource",
    "entity",
    "target",
    "problem_name",
)  # fmt: skip


def usual_name(title: str) -> str:
    """Under which name a label of this title is kept."""
    key = re.sub(r"[^\w]+", "_", title.strip().casefold()).strip("_")
    return _SAME.get(key, key)


def from_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys in lower case with underscores; the first value of a key counts, and prose is no label."""
    found: dict[str, str] = {}
    for title, value in pairs:
        key = usual_name(title)
        value = unformatted(value)
        if _KEY.match(key) and key not in _PROSE and value and "\n" not in value and len(value) <= 200:
            found.setdefault(key, value)
    return found


def is_known(title: str) -> bool:
    """Is it a title that names a thing, its state or its level, and not the beginning of a sentence?"""
    return usual_name(title) in {
        *_THING,
        "url",
        "endpoint",
        "check",
        "monitor",
        "state",
        "status",
        "severity",
        "priority",
        "level",
    }


def thing(labels: Mapping[str, str]) -> dict[str, str]:
    """Those labels that say which thing it is about."""
    return {key: labels[key] for key in _THING if key in labels}
