"""A small monitor: polls the shop, keeps alert rules, and posts as Alertmanager does with a common Slack template."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class Sample:
    """What one look at the shop found. Bytes; None where it did not answer."""

    memory: int | None = None
    limit: int | None = None
    healthy: bool = False

    @property
    def answered(self) -> bool:
        return self.memory is not None

    def __str__(self) -> str:
        if self.memory is None or self.limit is None:
            return "does not answer"
        return f"{self.memory // 2**20} MB of {self.limit // 2**20} MB, {'healthy' if self.healthy else 'not healthy'}"


@dataclass(frozen=True)
class Rule:
    """An alert that fires once `holds` was true for `lasting` seconds. `holds` says None when it cannot know."""

    name: str
    severity: str
    lasting: float
    holds: Callable[[Sample], bool | None]
    description: Callable[[Sample], str]
    labels: Mapping[str, str] = field(default_factory=dict)  # instead of the shop's


@dataclass(frozen=True)
class Notice:
    """An alert that began or ended."""

    rule: Rule
    firing: bool
    description: str


class Watch:
    """One rule over time, as Prometheus keeps it. Pure: samples and moments in, notices out."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.since: float | None = None
        self.said: str | None = None  # the description that it fired with; None while it does not fire

    def look(self, sample: Sample, now: float) -> Notice | None:
        holds = self.rule.holds(sample)
        if holds is None:
            return None
        if not holds:
            self.since = None
            said, self.said = self.said, None
            return Notice(self.rule, False, said) if said else None
        if self.since is None:
            self.since = now
        if self.said is None and now - self.since >= self.rule.lasting:
            self.said = self.rule.description(sample)
            return Notice(self.rule, True, self.said)
        return None


def _nearly_full(sample: Sample) -> bool | None:
    if sample.memory is None or sample.limit is None:
        return None
    if sample.memory >= 0.9 * sample.limit:
        return True
    return False if sample.healthy else None  # what it uses while it warms up says nothing of what it will use


def _how_full(sample: Sample) -> str:
    return f"Memory of shop on api-1 is at {100 * (sample.memory or 0) // (sample.limit or 1)} % of its limit."


# Long enough for a restart by a runbook to pass without a second alert, short enough for a demo.
HIGH_MEMORY = Rule("HighMemoryUsage", "critical", 2.0, _nearly_full, _how_full)
SHOP_DOWN = Rule(
    "ShopDown", "critical", 3.0, lambda sample: not sample.answered, lambda _: "The shop on api-1 does not answer."
)
ODD = Rule(
    "FluxCapacitorWobble",
    "warning",
    0.0,
    lambda _: None,
    lambda _: "The flux capacitor of lab-3 wobbles at 1.21 Hz.",
    {"service": "flux", "instance": "lab-3", "env": "demo"},
)
_COLOURS = {"critical": "danger", "warning": "warning"}
_SIGNS = {"critical": ":fire:", "warning": ":warning:"}


def message(notice: Notice, url: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """What Alertmanager posts to Slack with the template that many kube-prometheus set-ups share.

    `url` is where people look it up; `labels` are the shop's, for a rule that has none of its own.
    """
    rule = notice.rule
    shown = dict(sorted({**(rule.labels or labels), "alertname": rule.name, "severity": rule.severity}.items()))
    sign = _SIGNS[rule.severity] if notice.firing else ":white_check_mark:"
    title = f"[{'FIRING:1' if notice.firing else 'RESOLVED'}] {sign} {rule.name}"
    details = "".join(f"\n     - *{name}:* `{value}`" for name, value in shown.items())
    text = f"\n    *Alert:* {notice.description}\n    *Details:*{details}\n    \n    *-----*\n  "
    return {
        "channel": "#alerts",
        "username": "Alertmanager",
        "attachments": [
            {
                "title": title,
                "title_link": url,
                "text": text,
                "fallback": f"{title} | {url}",
                "callback_id": "",
                "actions": [{"type": "button", "text": "Query :mag:", "url": url}],
                "footer": url.rpartition("/")[0],
                "color": _COLOURS[rule.severity] if notice.firing else "good",
                "mrkdwn_in": ["fallback", "pretext", "text"],
            }
        ],
    }


class Monitor:
    """Looks at the shop every `every` seconds in a thread, and posts what begins and ends to an incoming webhook."""

    def __init__(self, shop_url: str, webhook: str, port: int, every: float = 1.0) -> None:
        self.shop_url = shop_url
        self.sample = Sample()
        self.odd = False
        self._webhook = webhook
        # The port is a label of its own, as exporters have it in `instance`: the runbook looks at that very shop.
        self._labels = {"service": "shop", "instance": "api-1", "env": "demo", "port": str(port)}
        self._every = every
        self._watches = (Watch(HIGH_MEMORY), Watch(SHOP_DOWN))
        self._unsent: list[Notice] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="monitor")
        # No proxy: the shop and the workspace are on this machine, whatever the environment says.
        self._http = httpx.Client(trust_env=False, timeout=2.0)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._http.close()

    def wobble(self) -> bool:
        """Fires the odd alert, or resolves it when it fires. True when it fires now."""
        with self._lock:
            self.odd = not self.odd
            self._unsent.append(Notice(ODD, self.odd, ODD.description(self.sample)))
            return self.odd

    def _run(self) -> None:
        while not self._stop.is_set():
            self.sample = self._look()
            found = [watch.look(self.sample, time.monotonic()) for watch in self._watches]
            with self._lock:
                self._unsent += [notice for notice in found if notice]
            self._send()
            self._stop.wait(self._every)

    def _look(self) -> Sample:
        try:
            answer = self._http.get(f"{self.shop_url}/health")
            figures = answer.json()
            return Sample(figures["memory"], figures["limit"], answer.status_code == 200)
        except (httpx.HTTPError, ValueError):  # gone, or cut off in the middle of an answer
            return Sample()

    def _send(self) -> None:
        """Posts what is unsent, in order. What does not get through is tried again after the next look."""
        while self._unsent:
            url = f"{self.shop_url}/metrics"
            try:
                self._http.post(self._webhook, json=message(self._unsent[0], url, self._labels)).raise_for_status()
            except httpx.HTTPError:
                return
            with self._lock:
                self._unsent.pop(0)
