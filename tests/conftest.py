"""What all tests share: how hypothesis draws; a fresh local workspace, a WebClient, and Bolt apps connected to it."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from slackbox import Slackbox
from tests.at_crash import AtCrash
from tests.at_work import ROOT, AtWork
from tests.bolt_connection import Connect, connect_app, take_off
from tests.desk import Desk
from tests.nursery import Nursery

# The same examples on every machine; no deadline, since a slow machine is no defect.
settings.register_profile("plantao", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plantao")


@pytest.hookimpl(trylast=True)  # after they were put into a random order
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker begins with its share of the tests that take a minute, so that none waits for them at the end."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [each for each in items if each.get_closest_marker("long")]
    short = iter([each for each in items if not each.get_closest_marker("long")])
    ordered: list[pytest.Item] = []
    for worker in range(workers):  # in parts of the size that xdist hands out
        share = long[worker::workers]
        size = (len(items) - len(ordered)) // (workers - worker)
        ordered += [*share, *islice(short, size - len(share))]
    items[:] = [*ordered, *short]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK would go through a proxy even to localhost."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def box() -> Iterator[Slackbox]:
    """A workspace whose app may do everything."""
    with Slackbox() as box:
        yield box


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where programs come from that a test wants as a process of their own."""
    with closing(Nursery()) as nursery:
        yield nursery


@pytest.fixture
def work(tmp_path: Path, nursery: Nursery) -> Iterator[AtWork]:
    """A workspace, a shop and a bot yet to be started, with the scopes of the real manifest and no more."""
    with Slackbox(ROOT / "manifest.json") as box:
        at_work = AtWork(box, tmp_path, nursery)
        yield at_work
        at_work.stop()


@pytest.fixture
def crash(tmp_path: Path, nursery: Nursery) -> Iterator[AtCrash]:
    """The same with a bot that is killed."""
    with Slackbox(ROOT / "manifest.json") as box:
        at_crash = AtCrash(box, tmp_path, nursery)
        yield at_crash
        at_crash.stop()


@pytest.fixture
def client(box: Slackbox) -> WebClient:
    return WebClient(box.bot_token, base_url=box.api_url)


@pytest.fixture
def app(client: WebClient) -> App:
    """A Bolt app, not yet connected."""
    return App(client=client)


@pytest.fixture
def connect(box: Slackbox) -> Iterator[Connect]:
    """Connects a Bolt app by Socket Mode, and takes it off again at the end."""
    handlers: list[SocketModeHandler] = []

    def connect(app: App) -> SocketModeHandler:
        handlers.append(connect_app(box, app))
        return handlers[-1]

    yield connect
    take_off(box, handlers)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With PLANTAO_REQUIRE_BROWSER set, a browser test that was skipped counts as failed: a gap is no success."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("PLANTAO_REQUIRE_BROWSER"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and PLANTAO_REQUIRE_BROWSER is set: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many points there were at which the bot was killed, by story."""
    for report in terminalreporter.stats.get("passed", []):
        for what, said in report.user_properties:
            if what == "crash points":
                terminalreporter.write_line(f"{said} crash points: {report.nodeid.partition('::')[2]}")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with closing(made.store):
        yield made
