"""A real Alertmanager of its own, on 127.0.0.1 and a free port, that posts at once; and a real Prometheus."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import httpx

from tests.services import free_port, need

PATIENCE = 15.0

# What docs/install.md recommends comes from there; here are the times that no test wants to wait for.
CONFIG = """\
route:
  receiver: slack
  group_by: ['...']
  group_wait: 0s
  group_interval: 200ms
receivers:
  - name: slack
"""


class Server:
    """A program of a server, until it answers and is ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self, ready: str, *argv: str) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + PATIENCE
        while not self._answers(ready):
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def _answers(self, path: str) -> bool:
        try:
            return httpx.get(self.url + path, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None


class RealAlertmanager(Server):
    def __init__(self, folder: Path, slack: str = "", config: str = "") -> None:
        """`slack`: what stands in `slack_configs`, as YAML; without it nothing is posted anywhere."""
        super().__init__(folder)
        self.config = folder / "alertmanager.yml"
        if not config:
            config = CONFIG + (f"    slack_configs:\n{indent(dedent(slack), '      ')}" if slack else "")
        self.config.write_text(config)

    def start(self) -> None:
        self.launch(
            "/-/ready",
            need("prometheus-alertmanager"),
            f"--config.file={self.config}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        )

    # -- what tools do, and what it says ---

    def fire(self, name: str, *, summary: str = "", over: bool = False, **labels: str) -> None:
        """As Prometheus tells it."""
        now = time.time()
        alert: dict[str, Any] = {
            "labels": {"alertname": name, **labels},
            "annotations": {"summary": summary or f"{name} is on"},
            "startsAt": _moment(now - 60),
        }
        if over:
            alert["endsAt"] = _moment(now)
        self.post("alerts", [alert])

    def post(self, path: str, body: Any) -> Any:
        answer = httpx.post(f"{self.url}/api/v2/{path}", json=body, trust_env=False)
        answer.raise_for_status()
        return answer.json() if answer.content.strip() else None

    def get(self, path: str, **query: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v2/{path}", params=query, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def silenced(self, name: str, seconds: float = 600, by: str = "somebody else", comment: str = "deploying") -> str:
        """Somebody silences an alert in its own page; gives the silence's id."""
        now = time.time()
        matcher = {"name": "alertname", "value": name, "isRegex": False, "isEqual": True}
        made = self.post(
            "silences",
            {
                "matchers": [matcher],
                "startsAt": _moment(now),
                "endsAt": _moment(now + seconds),
                "createdBy": by,
                "comment": comment,
            },
        )
        return str(made["silenceID"])

    def end(self, id: str) -> None:
        httpx.delete(f"{self.url}/api/v2/silence/{id}", trust_env=False).raise_for_status()

    @property
    def standing(self) -> list[dict[str, Any]]:
        return [each for each in self.get("silences") if each["status"]["state"] == "active"]

    def state_of(self, name: str) -> list[str]:
        """active or suppressed, of every alert of this name."""
        return [each["status"]["state"] for each in self.get("alerts", filter=f'alertname="{name}"')]


class RealPrometheus(Server):
    """`targets`: what it scrapes; `rules`: a file of rules as YAML. It tells the Alertmanager at this port."""

    def __init__(self, folder: Path, targets: Sequence[int], rules: str, alertmanager: int) -> None:
        super().__init__(folder)
        (folder / "rules.yml").write_text(dedent(rules))
        addresses = ", ".join(f"'127.0.0.1:{port}'" for port in targets)
        (folder / "prometheus.yml").write_text(
            dedent(f"""\
                global: {{scrape_interval: 200ms, evaluation_interval: 200ms}}
                rule_files: [rules.yml]
                alerting:
                  alertmanagers:
                    - static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]
                scrape_configs:
                  - job_name: shop
                    static_configs: [{{targets: [{addresses}]}}]
                """)
        )

    def start(self) -> None:
        self.launch(
            "/-/ready",
            need("prometheus"),
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        )


def until(condition: Callable[[], Any], what: str) -> Any:
    """Waits for what another program does."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03d}Z"


@contextmanager
def running(folder: Path, slack: str = "", config: str = "") -> Iterator[RealAlertmanager]:
    """One that answers."""
    need("prometheus-alertmanager")
    alertmanager = RealAlertmanager(folder, slack, config)
    alertmanager.start()
    try:
        yield alertmanager
    finally:
        alertmanager.stop()


@contextmanager
def watching(folder: Path, targets: Sequence[int], rules: str, alertmanager: int) -> Iterator[RealPrometheus]:
    """A Prometheus that answers."""
    need("prometheus")
    prometheus = RealPrometheus(folder, targets, rules, alertmanager)
    prometheus.start()
    try:
        yield prometheus
    finally:
        prometheus.stop()
